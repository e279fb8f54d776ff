"""Imports what it is asked to, and says which extension modules that loads, and how."""
