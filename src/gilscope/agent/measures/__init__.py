"""Probes of the workers themselves: what it takes to start one, to reach it, and to keep it."""
