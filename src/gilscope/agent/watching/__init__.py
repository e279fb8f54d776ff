"""Which objects workers fight over, seen from a thread of its own while a trial runs; few lanes are ever watched."""
