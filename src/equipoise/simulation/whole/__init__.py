"""Whole trials by the thousand, each run by the engine that patients are treated by: every form, check, rule and
refusal, and then the primary analysis by `analysis` itself.

Slow, and the reference of the compiled loop in `simulation.characteristics`: both fill the same columns.
"""
