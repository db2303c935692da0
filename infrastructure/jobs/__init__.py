"""Jobs as rows of the same database as the log."""
