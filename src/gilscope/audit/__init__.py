"""Imports, and what they bring: a GIL that is turned on, a module that an interpreter refuses, a silent fallback."""
