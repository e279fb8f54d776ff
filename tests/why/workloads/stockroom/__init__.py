"""A small library: what it shares between threads, its callers do not see."""
