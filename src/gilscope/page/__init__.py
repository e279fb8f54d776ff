"""A run as one HTML file that opens offline: figures, charts, and the rounds behind every number."""
