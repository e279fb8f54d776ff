"""Measuring: a run with its contests, launches and lanes, the rules for stopping, and the host."""
