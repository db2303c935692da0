"""How the practice's last session with MyCareNet ended: by itself, by somebody, or because it was not believed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from api.web.actors import name_of
from api.web.visit import Visit
from domain.mycarenet_session import (
    Ending,
    MyCareNetSessionClosed,
    MyCareNetSessionOpened,
    MyCareNetSessionRenewed,
    stream_of,
)


@dataclass(frozen=True, slots=True)
class Ended:
    """`how`: `over` by itself, or why it was closed; `who` closed it."""

    how: Literal["over"] | Ending
    at: datetime
    who: str = ""


def last_end(visit: Visit) -> Ended | None:
    """Of the latest session; None without one, and for one that is still open by the log alone (after a restore)."""
    for one in reversed(visit.quittance.log.history(stream_of(visit.practice))):
        match one.event:
            case MyCareNetSessionClosed():
                return Ended(one.event.why, one.recorded_at, name_of(visit, one.meta.actor))
            case MyCareNetSessionOpened() | MyCareNetSessionRenewed():
                is_over = one.event.ends_at <= visit.quittance.clock.now()
                return Ended("over", one.event.ends_at) if is_over else None
    return None
