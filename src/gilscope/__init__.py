"""gilscope: what leaving the GIL costs on one thread, and what it gives back on many."""

__version__ = "0.1.0"
