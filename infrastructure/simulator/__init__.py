"""Simulated national unions: they check, refuse and pay like real ones, from files in a folder and a seed."""
