"""Measuring: a run, its contests, launches and lanes, what lanes say, when to stop, and the host."""
