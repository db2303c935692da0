"""What a person can do: one module per workflow, and the ports it needs."""
