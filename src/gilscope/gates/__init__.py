"""Where code hosts and their jobs look: a check as JUnit's XML, Bencher's metrics, a badge and annotations."""
