"""Instants as whole microseconds since 1970, UTC: exact on both databases, and ordered."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(instant: datetime) -> int:
    """An aware datetime as a number."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(microseconds: int) -> datetime:
    """The number as an aware datetime, UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)
