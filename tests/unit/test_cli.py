"""Errors become messages and exit statuses."""
