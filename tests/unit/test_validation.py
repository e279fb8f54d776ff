"""Tables are checked."""
