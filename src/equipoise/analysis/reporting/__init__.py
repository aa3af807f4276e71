"""The report that people sign and keep: further tables and listings, PDF, RTF, CSV, and the trace of each number."""
