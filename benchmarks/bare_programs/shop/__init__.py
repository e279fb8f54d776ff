"""A small package of several modules."""
