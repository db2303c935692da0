"""Refusals that only follow from another one: nobody corrects them, they clear with their root (seed-features 4.2)."""

CASCADE_CODES = frozenset({"500118", "500119", "500120", "500129", "510119", "510120", "520119", "200140"})


def is_cascade(code: str) -> bool:
    """Whether the code only says that something else was refused."""
    return code in CASCADE_CODES
