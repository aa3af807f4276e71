"""Measurements: what is fast, how it grows, and where the time goes. No test measures time."""
