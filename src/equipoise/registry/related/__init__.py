"""Related trials: which studies resemble one study, and why, in words. `part` is what an index opens."""
