"""How long a simulation runs: a small sample by default, 25 times as much in `make soak` (QUITTANCE_SOAK)."""

import os

SOAK = 25 if os.environ.get("QUITTANCE_SOAK") else 1


def times(count: int) -> int:
    return count * SOAK
