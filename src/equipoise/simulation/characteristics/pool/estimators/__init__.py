"""What an estimand's analysis finds in many simulated trials at once: compiled twins of `analysis.estimators`."""
