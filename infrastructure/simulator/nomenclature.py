"""The nomenclature on a union's desk: which code is what on a day, and what it costs. Its own reckoning, from the data.

The practice's own prices are computed elsewhere, and never here: a union that repeated them would find nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date as Date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fnmatch import fnmatchcase
from functools import cached_property

from domain.pricing.tariff_set import Code, Price, RestHome, Share, TariffSet

Sets = Sequence[tuple[Date, TariffSet]]
"""Sets with the first day of care for which each counts, for one third-party number."""

_ROUNDED = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
_NURSING = "home_nursing"


class Nomenclature:
    """One set, read by its data alone."""

    def __init__(self, tariffs: TariffSet) -> None:
        self._set = tariffs
        self.is_nursing = tariffs.sector == _NURSING

    def code(self, name: str) -> Code | None:
        """What the name stands for."""
        return self._set.codes.get(name)

    @cached_property
    def told(self) -> dict[str, list[Code]]:
        """Acts by the pseudo-code that tells them."""
        found: dict[str, list[Code]] = defaultdict(list)
        for code in self._set.codes.values():
            if code.statistical:
                found[code.statistical].append(code)
        return dict(found)

    @cached_property
    def families(self) -> dict[str, Code]:
        """By each code of an act at other times, the code that names them all."""
        found: dict[str, Code] = {}
        for code in self._set.codes.values():
            found |= dict.fromkeys((code.code, *code.variants.values()), code) if code.variants else {}
        return found

    @cached_property
    def _rest_homes(self) -> dict[int, list[RestHome]]:
        found: dict[int, list[RestHome]] = defaultdict(list)
        for one in self._set.rest_homes:
            found[int(one.place)].append(one)
        return dict(found)

    def is_rest_home(self, place: int, day: Date) -> bool:
        """Whether a number of zone 14 is that of a rest home on the day."""
        return any(one.valid_from <= day <= one.valid_to for one in self._rest_homes.get(place, ()))

    def due(self, name: str, day: Date, ct1: str, ct2: str, units: int) -> tuple[int, int] | None:
        """Amount and patient share of a line in cents; None when nobody can say."""
        price = next((one for one in self._set.codes[name].prices if one.valid_from <= day <= one.valid_to), None)
        known = self._set.entitlements
        entitled = [one.name for one in known if fnmatchcase(ct1, one.ct1) and fnmatchcase(ct2, one.ct2)]
        unit = self._fee(price, day) if price else None
        if price is None or unit is None or not entitled or entitled[0] not in price.shares:
            return None
        of_line = self._set.rounding.per == "line"
        fee = self._whole(unit * units) if of_line else self._whole(unit) * units
        base = fee if price.base_cents is None else min(price.base_cents * units, fee)
        own = min(self._own(price.shares[entitled[0]], base, units, of_line=of_line), base)
        return base - own, own

    def _fee(self, price: Price, day: Date) -> Decimal | None:
        """Of one unit, not rounded."""
        if price.fee_cents is not None:
            return Decimal(price.fee_cents)
        letters = [one for one in self._set.letters if one.letter == price.letter]
        value = next((one.value for one in letters if one.valid_from <= day <= one.valid_to), None)
        return None if value is None else price.coefficient * value * 100

    def _own(self, share: Share, base: int, units: int, *, of_line: bool) -> int:
        if share.cents is not None:
            return share.cents * units
        part = Decimal(share.hundredths or 0) / 10_000
        return self._whole(base * part) if of_line else self._whole(Decimal(base) / units * part) * units

    def _whole(self, cents: Decimal) -> int:
        step = Decimal(self._set.rounding.step)
        return int((cents / step).to_integral_value(_ROUNDED[self._set.rounding.mode]) * step)


class Shelf:
    """The sets of a third-party number by day of care."""

    def __init__(self, sets: Sets) -> None:
        self._sets = [(first, Nomenclature(one)) for first, one in sorted(sets, key=lambda entry: entry[0])]

    def on(self, day: Date) -> Nomenclature | None:
        """What counts for care of a day; None before the first."""
        return next((one for first, one in reversed(self._sets) if first <= day), None)
