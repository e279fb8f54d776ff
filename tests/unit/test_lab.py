"""Contests run with made-up lanes."""
