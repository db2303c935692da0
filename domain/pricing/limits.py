"""What the codes of a set forbid over all lines of a patient: too many, not together, not before, something missing.

Lines are those of the patient wherever they stand, billed or not: an insurer counts them all, whoever gave the care.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from domain.authorisation import Authorisation
from domain.care import Care
from domain.pricing.book import PriceBook
from domain.pricing.nursing_rules import visit_rule
from domain.pricing.reasons import Asked, Reason
from domain.pricing.spans import Days, authorisation_of, days_of, kind_of
from domain.pricing.tariff_set import Code, Maximum, Need, TariffSet

_DEROGATION_OF_MAXIMUM = 1
_TOO_MANY = "502255"
_TOO_MANY_OF_AGREEMENT = "502256"
_ONCE_IN_A_LIFE = "500469"
_SAME_DAY, _SAME_PERIOD = "500444", "500445"
_WRONG_ORDER, _ONLY_AFTER = "500413", "500464"
"""What is missing in the days before comes as an order that is wrong (eFact reference 4, weekly medication)."""
_OTHER_DECISION = "500448"


class _Missing(NamedTuple):
    """What a line lacks when it needs something: our code, the refusal, and whether it has it."""

    code: str
    refused_as: str
    is_there: Callable[[Care], bool]


_NEEDS: Mapping[Need, _Missing] = {
    "prescription": _Missing("prescription_date_missing", "502004", lambda care: care.prescription_date is not None),
    "prescriber": _Missing("prescriber_missing", "502405", lambda care: bool(care.prescriber)),
    "tooth": _Missing("tooth_missing", "502940", lambda care: bool(care.tooth)),
    "agreement": _Missing("agreement_missing", "500446", lambda care: bool(care.agreement_number)),
    "notification": _Missing("notification_missing", "5004K3", lambda _: False),  # only a register can tell
    "reading": _Missing("reading_missing", "500112", lambda care: care.has_reading),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with its code in the set of its day, and its place in the order in which lines are asked."""

    place: int
    asked: Asked
    code: Code
    tariffs: TariffSet

    @property
    def is_told(self) -> bool:
        """A pseudo-code: it tells acts under a flat fee and asks nothing."""
        return self.asked.care.is_statistical


def check(
    lines: Sequence[Asked],
    book: PriceBook,
    authorisations: Sequence[Authorisation] = (),
    judged: Collection[UUID] | None = None,
) -> tuple[Reason, ...]:
    """Everything wrong with the lines of one patient, in the order in which they are asked on each day.

    `judged`: only these are told of, the others only count; None for all. Codes that no set knows say nothing here.
    """
    found = list(_known(lines, book))
    around = _Around(found, authorisations)
    chosen = [line for line in found if judged is None or line.asked.line_id in judged]
    return tuple(reason for line in chosen for reason in around.wrong_with(line))


def _known(lines: Sequence[Asked], book: PriceBook) -> Iterator[_Line]:
    for place, asked in enumerate(sorted(lines, key=lambda one: one.day)):
        pricer = book.pricer(asked.day)
        code = pricer.tariffs.codes.get(asked.care.code) if pricer else None
        if pricer and code:
            yield _Line(place, asked, code, pricer.tariffs)


class _Around:
    """One line among the others of the patient."""

    def __init__(self, lines: Sequence[_Line], authorisations: Sequence[Authorisation]) -> None:
        self._authorisations = authorisations
        self._by_code: dict[str, list[_Line]] = defaultdict(list)
        for line in lines:
            self._by_code[line.asked.care.code].append(line)

    def wrong_with(self, line: _Line) -> Iterator[Reason]:
        """One reason for each rule that the line breaks."""
        if not line.code.is_valid(line.asked.day):
            yield _reason(line, "code_not_valid", "500420")
        for rule in _maxima(line):
            yield from self._too_many(line, rule)
        if line.is_told:
            return
        yield from self._not_together(line)
        if line.code.role != "multiple_visits":  # its lines are those of one block (500453)
            yield from self._not_before(line)
        yield from self._missing(line)

    def _too_many(self, line: _Line, rule: Maximum) -> Iterator[Reason]:
        """The lines that go beyond it are wrong, not those before."""
        span = days_of(rule.span, line.asked.day, self._allowed(line))
        if span is None or line.asked.care.derogation == _DEROGATION_OF_MAXIMUM:
            return
        counted = [other for code in rule.codes for other in self._by_code.get(code, ())]
        units = sum(other.asked.care.units for other in counted if other.place <= line.place and _is_in(span, other))
        if units > rule.units:
            facts = {"units": str(units), "maximum": str(rule.units), "span": rule.span}
            yield _reason(line, "too_many_units", _refused_as(rule), **facts)

    def _not_together(self, line: _Line) -> Iterator[Reason]:
        """When each forbids the other, the later one is wrong."""
        for rule in line.code.not_with:
            span = days_of(rule.span, line.asked.day, self._allowed(line))
            refusal = _SAME_DAY if rule.span == "day" else _SAME_PERIOD
            for code in rule.codes if span else ():
                others = [other for other in self._by_code.get(code, ()) if span and _is_in(span, other)]
                if any(_excludes(other, line) for other in others):
                    yield _reason(line, "not_together", refusal, other_code=code, span=rule.span)

    def _not_before(self, line: _Line) -> Iterator[Reason]:
        """Of what must come first one is enough. What was told under a flat fee was done, too."""
        for rule in line.code.before:
            names = {*rule.codes, *_pseudo_codes(line.tariffs, rule.codes)}
            others = [other for name in names for other in self._by_code.get(name, ())]
            since = line.asked.day - timedelta(days=rule.days)
            if any(other.place < line.place and other.asked.day >= since for other in others):
                continue
            comes_later = any(other.asked.day == line.asked.day for other in others)
            refusal = _WRONG_ORDER if rule.days or comes_later else _ONLY_AFTER
            yield _reason(line, "not_before", refusal, needed_codes=" ".join(rule.codes), days=str(rule.days))

    def _missing(self, line: _Line) -> Iterator[Reason]:
        allowed = self._allowed(line)
        for need in line.code.needs:
            missing = _NEEDS[need]
            is_open = need in ("agreement", "notification") and allowed is not None
            is_unknowable = need == "notification" and kind_of(line.code.role) is None
            if not (is_open or is_unknowable or missing.is_there(line.asked.care)):
                yield _reason(line, missing.code, missing.refused_as)
        if allowed is not None and line.code.category not in _categories(allowed, line):
            yield _reason(line, "other_category", _OTHER_DECISION, category=allowed.category)

    def _allowed(self, line: _Line) -> Authorisation | None:
        return authorisation_of(line.code.role, self._authorisations, line.asked.day)


def _maxima(line: _Line) -> Sequence[Maximum]:
    """With all codes that count together. A pseudo-code counts where the rule of an act that it tells names it."""
    name = line.code.code
    acts = line.tariffs.told_by(name) if line.is_told else (line.code,)
    counted = [(act.code, rule) for act in acts for rule in act.maxima if not line.is_told or name in rule.codes]
    return tuple(dict.fromkeys(replace(rule, codes=tuple(sorted({code, *rule.codes}))) for code, rule in counted))


def _refused_as(rule: Maximum) -> str:
    if rule.span == "agreement":
        return _TOO_MANY_OF_AGREEMENT
    return _ONCE_IN_A_LIFE if rule.span == "lifetime" and rule.units == 1 else _TOO_MANY


def _is_in(span: Days, line: _Line) -> bool:
    return span[0] <= line.asked.day <= span[1]


def _excludes(other: _Line, line: _Line) -> bool:
    if other is line or other.is_told:
        return False
    return other.place < line.place or not _forbids(other, line)


def _forbids(one: _Line, other: _Line) -> bool:
    return any(other.asked.care.code in rule.codes for rule in one.code.not_with)


def _pseudo_codes(tariffs: TariffSet, codes: Sequence[str]) -> set[str]:
    return {tariffs.codes[code].statistical for code in codes if code in tariffs.codes} - {""}


def _categories(allowed: Authorisation, line: _Line) -> set[str]:
    """What may be asked under it: its own category, and the one below on a day of too few visits."""
    rule = visit_rule(allowed.category, line.asked.day)
    return {allowed.category, rule.below} if rule else {allowed.category}


def _reason(line: _Line, code: str, refused_as: str, **facts: str) -> Reason:
    known = {"nomenclature_code": line.asked.care.code, "date": line.asked.day.isoformat(), **facts}
    return Reason(code, line.asked.line_id, tuple(known.items()), refused_as)
