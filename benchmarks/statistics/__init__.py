"""Times the statistics against what they must reach, with peers in R in the same run."""
