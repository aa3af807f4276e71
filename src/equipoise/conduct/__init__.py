"""Commands in, events out: one module a chapter of a protocol, the same for live conduct and simulation.

`engine.decide` and `engine.evolve` are pure; `session.Session` does a command on a store.
"""
