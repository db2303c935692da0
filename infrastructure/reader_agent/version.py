"""What the pages ask first: whether this agent is new enough for them."""

AGENT = "0.1.0"
"""As the product's own version, with which it is released."""

PROTOCOL = 1
"""Rises when a page made for a lower one could not be served."""
