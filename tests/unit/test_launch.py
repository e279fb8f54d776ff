"""One launch with made-up lanes."""
