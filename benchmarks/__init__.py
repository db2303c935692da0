"""Measurements beside their limits, taken in the same run; never tests."""
