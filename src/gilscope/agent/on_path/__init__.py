"""On the import path of scripts written for pyperf, and of the processes that they start."""
