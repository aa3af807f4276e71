"""Estimators over numbers and arrays: effects, intervals, tests and models. None knows a study."""
