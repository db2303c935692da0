"""`--as-of`: what was known at an instant; and instants as people in Belgium read them."""

from datetime import date as Date
from datetime import datetime
from typing import Annotated

import typer

from api.build import Quittance
from domain.errors import Invalid
from domain.local_time import BELGIUM, local_date

AsOf = Annotated[str, typer.Option("--as-of", help="Instant, e.g. 2026-11-04T12:00:00+01:00: as it was then.")]


def minute_of(instant: datetime) -> str:
    """As its clock shows it there."""
    return f"{instant.astimezone(BELGIUM):%Y-%m-%d %H:%M}"


def day_of(as_of: str) -> Date | None:
    """Local day of an instant that `position` took; none: today."""
    return local_date(datetime.fromisoformat(as_of)) if as_of else None


def position(quittance: Quittance, as_of: str) -> int | None:
    """Log position of an instant; none: now. Raises `Invalid`."""
    if not as_of:
        return None
    try:
        instant = datetime.fromisoformat(as_of)
    except ValueError:
        raise Invalid("instant_invalid", "--as-of: give an instant such as 2026-11-04T12:00:00+01:00.") from None
    if instant.tzinfo is None:
        raise Invalid("instant_invalid", "--as-of: say which zone, such as +01:00.")
    if local_date(instant) > local_date(quittance.clock.now()):
        raise Invalid("as_of_to_come", "--as-of: give an instant of today or of a day that is past.")
    return quittance.log.position_at(instant)
