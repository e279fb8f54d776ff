"""Figures of lanes, contests, pairs and runs, computed from raw trials; pure."""
