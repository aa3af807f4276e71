"""Times whole trials of the reference study by the thousand."""
