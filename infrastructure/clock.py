"""The system's clock. Everything else asks the port, so that tests choose the time."""

from datetime import UTC, datetime


class SystemClock:
    """The instant of the machine, UTC."""

    def now(self) -> datetime:
        """Aware, to the microsecond."""
        return datetime.now(UTC)
