"""What is true: aggregates, events, value objects and dated rules. Standard library only."""
