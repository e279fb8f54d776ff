"""Numbers in, estimates out: intervals, arithmetic on them, what is significant, and what more launches would bring."""
