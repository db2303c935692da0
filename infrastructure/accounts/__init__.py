"""Credentials, sessions and preferences of people."""
