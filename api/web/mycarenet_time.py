"""How long the practice's session with MyCareNet still holds: in the bar of every page, where one is needed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.web.visit import Visit

_SHORT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """`ends_at` None: no session is open."""

    ends_at: datetime | None = None
    left: timedelta = timedelta(0)

    @property
    def is_short(self) -> bool:
        """Whether somebody should renew it now, or open one."""
        return self.left < _SHORT

    @property
    def is_ending(self) -> bool:
        """Whether the one that is open does."""
        return self.ends_at is not None and self.is_short

    @property
    def hours(self) -> int:
        """Whole ones."""
        return self._minutes // 60

    @property
    def minutes(self) -> int:
        """Beyond the hours."""
        return self._minutes % 60

    @property
    def _minutes(self) -> int:
        """Begun ones counted: the last is told until it is over."""
        return -(-self.left // timedelta(minutes=1))


def time_left(visit: "Visit") -> TimeLeft | None:
    """None where nothing goes over MyCareNet, outside a practice, and in the past: a session is of now."""
    sessions = visit.quittance.sessions_over_mycarenet
    if not sessions.is_needed or visit.where is None or visit.caller is None or visit.as_of is not None:
        return None
    session = sessions.current(visit.where)
    if session is None:
        return TimeLeft()
    return TimeLeft(session.ends_at, session.ends_at - visit.quittance.clock.now())
