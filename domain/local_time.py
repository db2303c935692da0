"""Calendar days of a country: an instant becomes the local date that insurers count with."""

from datetime import date as Date
from datetime import datetime
from zoneinfo import ZoneInfo

BELGIUM = ZoneInfo("Europe/Brussels")


def local_date(instant: datetime, zone: ZoneInfo = BELGIUM) -> Date:
    """Local calendar day of an aware instant."""
    return instant.astimezone(zone).date()
