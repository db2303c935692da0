"""Calendar days of a country: an instant becomes the local date that insurers count with."""

from datetime import date as Date
from datetime import datetime
from zoneinfo import ZoneInfo

BELGIUM = ZoneInfo("Europe/Brussels")
EARLIEST, LATEST = Date(1900, 1, 1), Date(2100, 12, 31)
"""Days that anything can be about: far from the ends of the calendar, so that one can count on from each of them."""


def local_date(instant: datetime, zone: ZoneInfo = BELGIUM) -> Date:
    """Local calendar day of an aware instant."""
    return instant.astimezone(zone).date()


def calendar_day(written: str) -> Date:
    """A day written `YYYY-MM-DD`. Raises ValueError for none, and for one that nothing can be about."""
    return possible(Date.fromisoformat(written))


def possible(day: Date) -> Date:
    """The same day. Raises ValueError when nothing can be about it."""
    if not EARLIEST <= day <= LATEST:
        raise ValueError(day)
    return day
