"""The REST door: authenticates, parses, calls a use case or a query, answers. No rule of the trade stands here."""
