"""What the guardian kills."""
