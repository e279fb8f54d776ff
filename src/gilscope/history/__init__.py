"""Several stored runs together: their summaries, one figure over versions or dates, two runs side by side."""
