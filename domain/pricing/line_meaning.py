"""Lines of a file beside what their codes mean in the set of their day."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.pricing.book import PriceBook
from domain.pricing.day_codes import FLAT_FEES
from domain.pricing.nursing_lines import STATISTICAL
from domain.pricing.price import Pricer
from domain.pricing.reasons import Asked
from domain.pricing.tariff_set import Code, Role, TariffSet, Variant


class Meaning(NamedTuple):
    """What a name means in a set; a pseudo-code stands for the acts that it tells. Empty when the set knows none.

    `kinds`: codes of the same act by kind of day, those for the night among them; empty when it has one for all.
    """

    codes: tuple[Code, ...]
    roles: frozenset[Role]
    places: frozenset[str]
    kinds: Mapping[Variant, tuple[str, ...]]


class Read(NamedTuple):
    """A line, and what its code means."""

    asked: Asked
    known: Meaning
    is_told: bool

    @property
    def is_flat_fee(self) -> bool:
        """Whether it asks for a day as a whole."""
        return not (self.is_told or self.known.roles.isdisjoint(FLAT_FEES))

    def has_role(self, *roles: Role) -> bool:
        """Whether it asks or tells something of one of these roles."""
        return not self.known.roles.isdisjoint(roles)


_NOTHING = Meaning((), frozenset(), frozenset(), {})
_KINDS: tuple[Variant, ...] = ("week", "weekend", "holiday")


def read_lines(lines: Sequence[Asked], book: PriceBook) -> list[Read]:
    """In the same order."""
    known: dict[tuple[Pricer | None, str, bool], Meaning] = {}
    found = []
    day, pricer = None, None
    for asked in lines:
        care = asked.care
        if asked.day != day:
            day, pricer = asked.day, book.pricer(asked.day)
        is_told = care.service_norm == STATISTICAL
        key = (pricer, care.code, is_told)
        meaning = known.get(key)
        if meaning is None:
            tariffs = pricer.tariffs if pricer else None
            meaning = known[key] = _meaning_of(tariffs, care.code, is_told=is_told) if tariffs else _NOTHING
        found.append(Read(asked, meaning, is_told))
    return found


def _meaning_of(tariffs: TariffSet, name: str, *, is_told: bool) -> Meaning:
    code = tariffs.codes.get(name)
    codes = tariffs.told_by(name) if is_told else (code,) if code else ()
    roles, places = frozenset(code.role for code in codes), frozenset(code.place for code in codes if code.place)
    plain = None if is_told else tariffs.codes.get(tariffs.plain(name))
    variants = plain.variants if plain else {}
    if plain is None or not variants or not codes:
        return Meaning(codes, roles, places, {})
    night = variants.get("night", plain.code)
    kinds = {when: (variants.get(when, plain.code), *((night,) if "night" in variants else ())) for when in _KINDS}
    return Meaning(codes, roles, places, kinds)
