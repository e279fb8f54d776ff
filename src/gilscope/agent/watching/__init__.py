"""Objects that workers fight over, seen from a further thread while a trial runs."""
