"""How often the linter's errors are right, on records that no rule was written on, each judged by a reader."""
