"""Bringing a free-threaded Python and its twin here: by uv, or built from the distribution's source package."""
