"""Probes of sending a payload to a worker: one for each shape of payload, with a way for each means.

A payload goes there and a small answer comes back: how long it is, its first item and its last. All
workers of a kind answer by one means (a queue, a pipe), so that ways differ only in how the payload travels.
"""
