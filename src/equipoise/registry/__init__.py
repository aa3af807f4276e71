"""Public records: read them, check them, and show them as a page.

The package knows records only, whatever trial they describe; results, figures and decisions reach the
page as parts of a record or as named sections that the caller passes in.
"""
