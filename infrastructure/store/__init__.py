"""The event store, the raw messages and the database of the views, on SQLite or PostgreSQL."""
