"""Figures as sheets."""
