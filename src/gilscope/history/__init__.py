"""Several stored runs: their summaries, one figure over versions or dates, two runs side by side."""
