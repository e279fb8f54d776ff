"""Installs a free-threaded Python and its twin: uv's builds, or builds of the distribution's source package."""
