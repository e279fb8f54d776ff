"""Imports what it is asked to, in an interpreter of its own, and says which extension modules that loads, and how."""
