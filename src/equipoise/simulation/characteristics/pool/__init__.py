"""Outcomes of participants whom the whole engine followed, once in each arm: every kind of endpoint."""
