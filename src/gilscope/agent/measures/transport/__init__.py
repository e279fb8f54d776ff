"""What it takes to send something to a worker: one probe for each shape of payload, one way for each means.

A payload goes there and a small answer comes back: how long it is, its first item and its last. The answer takes the
same way for all workers of a kind (a queue, a pipe), so that ways differ only in how the payload travels.
"""
