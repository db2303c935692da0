"""The doors: REST, live feed, command line, and the composition root."""
