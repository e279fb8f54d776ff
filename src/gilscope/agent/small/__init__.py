"""What runs where the agent cannot: each file stands alone, and keeps to what Python 2.7 and MicroPython know."""
