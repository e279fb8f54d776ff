"""Figures as tables, Markdown and charts; nothing is computed here."""
