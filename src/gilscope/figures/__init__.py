"""Raw trials become figures, as values: what each lane, contest, pair and run says; pure."""
