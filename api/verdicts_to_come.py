"""What an insurer accepts and refuses is unknown until it has spoken: none for programs and files, a dash for people.

The views hold 0 there, so that sums leave it out (`docs/projections.md`).
"""

from collections.abc import Iterable
from typing import Any

from application.ports import Row

_SAID = ("accepted_cents", "refused_cents")


def told_cents(verdict: str, cents: int) -> int | None:
    """The amount in cents, None as long as nothing is known of it. `verdict`: of the whole; of a sending the outcome.

    Of a day that is billed again in part, what the first sending brought is known before the second is answered.
    """
    return cents if cents or verdict != "none" else None


def told(row: Row) -> dict[str, Any]:
    """A row of a view, or a state as fields, with amounts that are known only."""
    verdict = row.get("verdict", row.get("outcome", ""))
    return {**row, **{name: told_cents(verdict, row[name]) for name in _SAID if name in row}}


def all_told(rows: Iterable[Row]) -> list[Row]:
    """`told` of each row."""
    return [told(row) for row in rows]
