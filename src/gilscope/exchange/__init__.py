"""Exchange of results with another tool, pyperf, in both directions."""
