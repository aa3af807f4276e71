"""The statistics for a person with a data frame: columns by name, results that show themselves.

Each function reads what it needs from a frame, says what is missing in it, calls the estimator of the analysis, and
gives a result that prints as a short table, draws itself in a notebook, and turns into a Polars frame.
"""
