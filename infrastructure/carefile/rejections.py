"""What is told of the lines that were not taken: the first of them one by one, the others by their number."""

from collections.abc import Iterable

from application.import_care import Rejected

MOST_TOLD = 1_000


class Rejections:
    """Collects in the order of the lines; a file of nothing but faults takes no more memory than one with a few."""

    def __init__(self) -> None:
        self._told: list[Rejected] = []
        self._more, self._last = 0, 0

    def add(self, problems: Iterable[Rejected]) -> None:
        """Reasons why one line, or the header, was not taken as it stands."""
        for problem in problems:
            if len(self._told) < MOST_TOLD:
                self._told.append(problem)
            else:
                self._more, self._last = self._more + 1, problem.line

    def told(self) -> list[Rejected]:
        """The first, and behind them one `more_rejected` that counts the others."""
        more = [Rejected(self._last, "", "more_rejected", self._more)] if self._more else []
        return self._told + more
