"""eFact codec: billing files and answers of the national unions, between bytes and values, without network."""
