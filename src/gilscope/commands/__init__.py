"""The commands: they print what other rooms measure, store and compute."""
