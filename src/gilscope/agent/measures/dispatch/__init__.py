"""What it costs to reach a worker that is there."""
