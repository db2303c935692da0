"""How far the rules of codes look: which other days of a patient have to be known before a day is checked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

from domain.authorisation import Authorisation
from domain.care import Care
from domain.pricing.book import PriceBook
from domain.pricing.day_codes import FLAT_FEES
from domain.pricing.spans import Days, days_of
from domain.pricing.tariff_set import BASES, Code, Role, Span, TariffSet

_OF_THE_DAY: tuple[Role, ...] = (*BASES, *FLAT_FEES, "palliative_supplement", "ptsi_fee", "multiple_visits")
"""Roles of what nobody writes down: it is asked for the day, and known only once the day is priced."""


@dataclass(frozen=True, slots=True)
class _Far:
    """Spans longer than a day, and how many days before; neither: nothing but the day itself."""

    spans: frozenset[Span] = frozenset()
    before: int = 0

    def __or__(self, other: "_Far") -> "_Far":
        return _Far(self.spans | other.spans, max(self.before, other.before))


_NEAR = _Far()


class Reach:
    """Asks each set once what the rules of a code look at."""

    def __init__(self, book: PriceBook) -> None:
        self._book = book
        self._known: dict[tuple[int, str], _Far] = {}

    @property
    def asks_who(self) -> bool:
        """Whether some rule counts within an agreement, so that the patients' own have to be known."""
        codes = (code for tariffs in self._book.sets for code in tariffs.codes.values())
        return any("agreement" in _far(code).spans for code in codes)

    def days(self, day: Date, cares: Iterable[Care], allowed: Sequence[Authorisation]) -> set[Days]:
        """Spans around the day, both ends included, whose other days count; none when all rules stay within the day."""
        pricer = self._book.pricer(day)
        if pricer is None:
            return set()
        far = _NEAR
        for care in cares:
            far |= self._far(pricer.tariffs, care.code)
            far |= _NEAR if care.is_priced else self._far(pricer.tariffs, "")
        return set(_days(far, day, allowed)) if far != _NEAR else set()

    def _far(self, tariffs: TariffSet, name: str) -> _Far:
        """Of a code whichever of its variants is asked, and of what a pseudo-code tells; without a name, of the day."""
        key = (id(tariffs), name)
        if key not in self._known:
            far = _NEAR
            for code in _meant(tariffs, name) if name else _of_the_day(tariffs):
                far |= _far(code)
            self._known[key] = far
        return self._known[key]


def _meant(tariffs: TariffSet, name: str) -> list[Code]:
    plain = tariffs.plain(name)
    own = tariffs.codes.get(plain)
    names = {name, plain, *(own.variants.values() if own else ())}
    return [*tariffs.told_by(name), *(tariffs.codes[one] for one in names if one in tariffs.codes)]


def _of_the_day(tariffs: TariffSet) -> list[Code]:
    return [code for code in tariffs.codes.values() if code.role in _OF_THE_DAY]


def _far(code: Code) -> _Far:
    spans: set[Span] = {*(rule.span for rule in code.maxima), *(rule.span for rule in code.not_with)}
    return _Far(frozenset(spans - {"day"}), max((rule.days for rule in code.before), default=0))


def _days(far: _Far, day: Date, allowed: Sequence[Authorisation]) -> Iterable[Days]:
    if far.before:
        yield day - timedelta(days=far.before), day
    for span in far.spans:
        for one in [held for held in allowed if held.covers(day)] if span == "agreement" else [None]:
            found = days_of(span, day, one)
            if found:
                yield found
