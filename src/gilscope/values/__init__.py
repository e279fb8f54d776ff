"""Frozen values that travel between rooms: runtimes, contests, and the records of a run.

Times are integers in nanoseconds and say so in their names; ratios are plain floats.
"""
