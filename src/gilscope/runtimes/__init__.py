"""Which interpreters are on this machine, what they are, and which of them may be compared."""
