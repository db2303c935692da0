"""The codes of a set as they are on one day: valid, and those of its kind (week, weekend, holiday, night)."""

from collections.abc import Sequence
from datetime import date as Date
from typing import Literal

from domain.pricing.tariff_set import BASES, Code, Role, TariffSet, Variant

FLAT_FEES: tuple[Role, ...] = ("lump_sum", "palliative")


class DayCodes:
    """Remembers what it was asked, as a month asks for the same few codes thousands of times."""

    def __init__(self, tariffs: TariffSet, day: Date, when: Variant) -> None:
        self.tariffs = tariffs
        self._day, self._when = day, when
        self._acts: dict[tuple[str, bool], Code | None] = {}
        self._roles: dict[Role, tuple[Code, ...]] = {}
        self._bases: dict[tuple[int, str], Code | None] = {}
        self._fees: dict[tuple[Role, str, str], Code | None] = {}

    def act(self, name: str, *, is_night: bool = False) -> Code | None:
        """The code under which an act is asked on such a day, whichever of its codes was written down."""
        key = (name, is_night)
        if key not in self._acts:
            self._acts[key] = self._valid(self._of_the_day(self.tariffs.plain(name), is_night=is_night))
        return self._acts[key]

    def pseudo(self, code: Code) -> Code | None:
        """The pseudo-code that tells the act under a flat fee."""
        return self._valid(code.statistical)

    def of_role(self, role: Role) -> tuple[Code, ...]:
        """Codes of a role on such a day."""
        found = self._roles.get(role)
        if found is None:
            names = dict.fromkeys(self.tariffs.plain(code.code) for code in self.tariffs.of_role(role, self._day))
            codes = [self._valid(self._of_the_day(name)) for name in names]
            found = self._roles[role] = tuple(code for code in codes if code is not None)
        return found

    def base(self, turn: int, place: str) -> Code | None:
        """Base service of the visit of that turn (from 0), for a visit at such a place."""
        key = (min(turn, len(BASES) - 1), place)
        if key not in self._bases:
            self._bases[key] = _fitting(self.of_role(BASES[key[0]]), place)
        return self._bases[key]

    def fee(
        self, role: Literal["lump_sum", "palliative", "palliative_supplement", "ptsi_fee"], category: str, place: str
    ) -> Code | None:
        """What is asked once a day for a category."""
        key = (role, category, place)
        if key not in self._fees:
            self._fees[key] = _fitting([code for code in self.of_role(role) if code.category == category], place)
        return self._fees[key]

    def _of_the_day(self, plain: str, *, is_night: bool = False) -> str:
        code = self.tariffs.codes.get(plain)
        variants = code.variants if code else {}
        of_the_day = variants.get(self._when, plain)
        return variants.get("night", of_the_day) if is_night else of_the_day

    def _valid(self, name: str) -> Code | None:
        code = self.tariffs.codes.get(name)
        return code if code and code.is_valid(self._day) else None


def _fitting(codes: Sequence[Code], place: str) -> Code | None:
    """Of several the one for the place, else one for any place, else the first."""
    return min(codes, key=lambda code: (code.place != place, bool(code.place)), default=None)
