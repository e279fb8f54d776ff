"""Sheets as Markdown."""
