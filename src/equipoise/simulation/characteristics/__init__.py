"""Operating characteristics of the whole trial, from the scenario that the whole engine runs.

Thousands of trials in a fraction of a second: the engine itself screens a sample of virtual patients once, and a
compiled loop lets trials draw from them.
"""
