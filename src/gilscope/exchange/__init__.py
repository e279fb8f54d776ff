"""Results in the files of another tool, pyperf, in both directions."""
