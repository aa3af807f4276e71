"""Outcomes from a curve: a yes or no made from a score whose course the scenario gives, drawn anew in each trial."""
