"""From a cut of the ledger to estimates, tables, figures and a report.

Every number comes from the events of one frozen cut and from the definition; the seed of imputation is an
argument. Nothing here writes to a ledger, and nothing here knows a trial.
"""
