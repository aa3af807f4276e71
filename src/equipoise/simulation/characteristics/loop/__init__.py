"""The compiled loop of whole trials over plain arrays: recruitment, allocation, follow-up, looks, analysis, stock."""
