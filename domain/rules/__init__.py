"""Dated rules and reference data, each with its source."""
