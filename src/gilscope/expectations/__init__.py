"""Expectations: what a person declares of their work, held against what was measured."""
