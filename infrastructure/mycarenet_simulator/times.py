"""Instants as these services write them: UTC with a Z, to the millisecond."""

from datetime import UTC, datetime


def written(at: datetime) -> str:
    """`2026-11-22T09:30:00.000Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def instant(text: str | None) -> datetime:
    """An instant with a zone. Raises ValueError for anything else."""
    at = datetime.fromisoformat((text or "").strip())
    if at.tzinfo is None:
        raise ValueError("zone")
    return at
