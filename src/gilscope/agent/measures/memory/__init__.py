"""What workers hold."""
