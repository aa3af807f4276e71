"""A sample of virtual patients whom the whole engine screens once: who takes part in all trials, and their supplies."""
