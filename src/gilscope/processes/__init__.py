"""Processes of other programs are started in groups of their own, heard within a time limit, and ended whole."""
