"""Faults and notices as they are collected while a set is read."""

from collections.abc import Iterable
from dataclasses import replace

from domain.pricing.reading import Fault, Report

MOST_TOLD = 1_000


class Faults:
    """Collects faults up to a limit, and behind it how many more there are: a bad file takes no more memory."""

    def __init__(self) -> None:
        self._told: list[Fault] = []
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._told)

    def add(self, place: str, field: str, code: str, about: str = "") -> None:
        """One more."""
        if len(self._told) < MOST_TOLD:
            self._told.append(Fault(place, field, code, about))
        else:
            self._more += 1

    def told(self) -> tuple[Fault, ...]:
        """All, the last of them `more_faults` when there were too many."""
        more = [Fault("", "", "more_faults", count=self._more)] if self._more else []
        return (*self._told, *more)


class Notices:
    """Rows left out, told once a reason with their number, at the place of the first."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str], Fault] = {}

    def add(self, place: str, field: str, code: str, about: str = "") -> None:
        """One more row; beyond the limit only reasons that are told already are counted."""
        key = (field, code, about)
        known = self._told.get(key)
        if known is not None:
            self._told[key] = replace(known, count=known.count + 1)
        elif len(self._told) < MOST_TOLD:
            self._told[key] = Fault(place, field, code, about)

    def told(self) -> tuple[Fault, ...]:
        """In the order in which they came up."""
        return tuple(self._told.values())


def refused(faults: Iterable[Fault]) -> Report:
    """A report without a set."""
    return Report(None, tuple(faults))
