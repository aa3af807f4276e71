"""Virtual patients, sites, clocks and faults that drive `conduct` with the commands that people send."""
