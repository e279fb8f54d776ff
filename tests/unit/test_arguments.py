"""The command line is parsed."""
