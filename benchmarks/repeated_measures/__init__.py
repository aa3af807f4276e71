"""How long models for repeated measures take."""
