"""What is told of the lines that were not taken: reasons one by one up to a limit, then how many lines more."""

from collections.abc import Iterable
from itertools import islice

from application.import_care import Rejected

MOST_TOLD = 1_000


class Rejections:
    """Collects line by line; a file of nothing but faults takes no more memory than one with a few."""

    def __init__(self) -> None:
        self._told: list[Rejected] = []
        self._more, self._last = 0, 0

    @property
    def is_full(self) -> bool:
        """Whether of further lines only their number is told, so that one reason is enough."""
        return len(self._told) >= MOST_TOLD

    def add(self, line: int, problems: Iterable[Rejected]) -> None:
        """Reasons why a line, or the header, was not taken as it stands; they are read as far as they are told."""
        if self.is_full:
            self._more, self._last = self._more + 1, line
        else:
            self._told.extend(islice(problems, MOST_TOLD - len(self._told)))

    def told(self) -> list[Rejected]:
        """The reasons, and behind them one `more_rejected` that counts the other lines."""
        more = [Rejected(self._last, "", "more_rejected", self._more)] if self._more else []
        return self._told + more
