"""Whom the simulated insurers insure: what they would say of each, by national number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date


@dataclass(frozen=True, slots=True)
class Cover:
    """Insured at one fund (three digits) with these codes. `end` is the first day no more, None when it goes on."""

    start: Date
    end: Date | None
    fund: str
    ct1: str
    ct2: str

    def within(self, start: Date, end: Date) -> "Cover | None":
        """The piece of it that lies in a span, None when there is none."""
        first, last = max(self.start, start), end if self.end is None else min(self.end, end)
        return Cover(first, last, self.fund, self.ct1, self.ct2) if first < last else None


@dataclass(frozen=True, slots=True)
class Member:
    """`sex`: 1 male, 2 female. `medical_house`: its number and the day of inscription."""

    ssin: str
    registration: str
    last_name: str
    first_name: str
    birth_date: Date
    sex: int
    covers: tuple[Cover, ...]
    deceased_on: Date | None = None
    medical_house: tuple[str, Date] | None = None
    palliative_since: Date | None = None

    def cover(self, start: Date, end: Date) -> tuple[Cover, ...]:
        """What lies in the span, in order."""
        pieces = (one.within(start, end) for one in sorted(self.covers, key=lambda one: one.start))
        return tuple(one for one in pieces if one is not None)


class Members:
    """All of them, by national number and by number at a fund."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._by_ssin: Mapping[str, Member] = {one.ssin: one for one in members}

    def by_ssin(self, ssin: str) -> Member | None:
        """None for somebody whom no insurer knows."""
        return self._by_ssin.get(ssin)

    def by_registration(self, registration: str, fund: str) -> Member | None:
        """By the number that one fund gave."""
        found = (one for one in self._by_ssin.values() if one.registration == registration)
        return next((one for one in found if any(cover.fund == fund for cover in one.covers)), None)
