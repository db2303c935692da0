"""What a person can see: rows computed from events, and the queries that read them."""
