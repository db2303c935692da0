"""The sets of an establishment by day of care: which one prices a line of that day."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date as Date

from domain.pricing.price import Priced, Pricer, Unpriced
from domain.pricing.tariff_set import TariffSet


class PriceBook:
    """Sets with the day from which each one counts. An empty book knows no price, and says so."""

    def __init__(self, sets: Iterable[tuple[Date, TariffSet]] = ()) -> None:
        ordered = sorted(sets, key=lambda one: one[0])
        self._from = [first for first, _ in ordered]
        self._pricers = [Pricer(tariffs) for _, tariffs in ordered]

    @property
    def is_empty(self) -> bool:
        """Whether the establishment has no set at all."""
        return not self._pricers

    @property
    def sets(self) -> tuple[TariffSet, ...]:
        """All of them, in the order of their days."""
        return tuple(pricer.tariffs for pricer in self._pricers)

    def pricer(self, day: Date) -> Pricer | None:
        """The one that counts for care of the day."""
        place = bisect_right(self._from, day)
        return self._pricers[place - 1] if place else None

    def price(self, code: str, day: Date, ct1: str, ct2: str, units: int = 1) -> Priced | Unpriced:
        """Price of a line of the day."""
        pricer = self.pricer(day)
        return pricer.price(code, day, ct1, ct2, units) if pricer else Unpriced("tariff_missing", code, day)
