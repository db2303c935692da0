"""How the product touches the world: event store, keys, eFact codec, simulated unions."""
