"""What the codes of a set forbid over all lines of a patient: too many, not together, not before, something missing.

Lines are those of the patient wherever they stand, billed or not: an insurer counts them all, whoever gave the care.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date as Date
from datetime import timedelta
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.authorisation import Authorisation, holding
from domain.care import Care
from domain.pricing.book import PriceBook
from domain.pricing.limit_rules import Rules, rules_of
from domain.pricing.nursing_rules import visit_rule
from domain.pricing.price import Pricer
from domain.pricing.reasons import Asked, Reason
from domain.pricing.spans import Days, days_of
from domain.pricing.tariff_set import Maximum, Need, Span

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

NEEDED = frozenset(missing.code for missing in _NEEDS.values())
"""Reasons that hang on their line alone, whatever stands beside it."""


class _Line(NamedTuple):
    """A line with the rules of its code in the set of its day, and its place in the order in which lines are asked."""

    place: int
    day: Date
    asked: Asked
    rules: Rules
    is_told: bool
    is_judged: bool

    @property
    def is_free(self) -> bool:
        """Whether no rule can be broken by it, as by most of what is told under a flat fee."""
        rules = self.rules
        return not (rules.told if self.is_told else rules.is_bound) and rules.code.is_valid(self.day)

    def follows(self, other: "_Line") -> bool:
        """Whether the other one is asked before; one that is not judged stands already, wherever it lies."""
        return other.place < self.place or not other.is_judged


def check(
    lines: Sequence[Asked],
    book: PriceBook,
    authorisations: Sequence[Authorisation] = (),
    judged: Collection[UUID] | None = None,
) -> tuple[Reason, ...]:
    """Everything wrong with the lines of one patient, in the order in which they are asked on each day.

    `judged`: only these are told of, the others stand already and count; None for all. Codes that no set knows say
    nothing here.
    """
    found = list(_known(lines, book, judged))
    around = _Around(found, authorisations)
    bound = [line for line in found if line.is_judged and not line.is_free]
    return tuple([reason for line in bound for reason in around.wrong_with(line)])


def _known(lines: Sequence[Asked], book: PriceBook, judged: Collection[UUID] | None) -> Iterator[_Line]:
    rules: dict[tuple[Pricer, str], Rules | None] = {}
    day, pricer = None, None
    for place, asked in enumerate(sorted(lines, key=attrgetter("day"))):
        care = asked.care
        if asked.day != day:
            day, pricer = asked.day, book.pricer(asked.day)
        if pricer is None:
            continue
        key = (pricer, care.code)
        if key not in rules:
            rules[key] = rules_of(pricer.tariffs, care.code)
        known = rules[key]
        if known:
            is_judged = judged is None or asked.line_id in judged
            yield _Line(place, asked.day, asked, known, care.is_statistical, is_judged)


class _Around:
    """One line among the others of the patient."""

    def __init__(self, lines: Sequence[_Line], authorisations: Sequence[Authorisation]) -> None:
        self._authorisations = authorisations
        self._by_code: dict[str, list[_Line]] = defaultdict(list)
        self._by_day: dict[Date, dict[str, list[_Line]]] = {}
        for line in lines:
            name = line.rules.code.code
            self._by_code[name].append(line)
            self._by_day.setdefault(line.day, {}).setdefault(name, []).append(line)

    def wrong_with(self, line: _Line) -> Iterator[Reason]:
        """One reason for each rule that the line breaks."""
        rules = line.rules
        if not rules.code.is_valid(line.day):
            yield _reason(line, "code_not_valid", "500420")
        for rule in rules.told if line.is_told else rules.asked:
            yield from self._too_many(line, rule)
        if line.is_told:
            return
        if rules.not_with:
            yield from self._not_together(line)
        if rules.before and rules.code.role != "multiple_visits":  # its lines are those of one block (500453)
            yield from self._not_before(line)
        if rules.kind or rules.code.needs:
            yield from self._missing(line)

    def _within(self, span: Span, line: _Line) -> tuple[Days | None, Mapping[str, list[_Line]]]:
        """The days of the span, and lines by code among which all of it are."""
        if span == "day":
            return (line.day, line.day), self._by_day[line.day]
        return days_of(span, line.day, self._allowed(line)), self._by_code

    def _too_many(self, line: _Line, rule: Maximum) -> Iterator[Reason]:
        """The lines that go beyond it are wrong, not those before."""
        span, lines = self._within(rule.span, line)
        if span is None or line.asked.care.derogation == _DEROGATION_OF_MAXIMUM:
            return
        units = line.asked.care.units
        for code in rule.codes:
            for other in lines.get(code, ()):
                if other is not line and line.follows(other) and _is_in(span, other):
                    units += other.asked.care.units
        if units > rule.units:
            facts = {"units": str(units), "maximum": str(rule.units), "span": rule.span}
            yield _reason(line, "too_many_units", _refused_as(rule), **facts)

    def _not_together(self, line: _Line) -> Iterator[Reason]:
        """When each forbids the other, the later one is wrong."""
        for rule, codes in line.rules.not_with:
            span, lines = self._within(rule.span, line)
            if span is None or codes.isdisjoint(lines):
                continue
            refusal = _SAME_DAY if rule.span == "day" else _SAME_PERIOD
            for code in rule.codes:
                if any(_is_in(span, other) and _excludes(other, line) for other in lines.get(code, ())):
                    yield _reason(line, "not_together", refusal, other_code=code, span=rule.span)

    def _not_before(self, line: _Line) -> Iterator[Reason]:
        """Of what must come first one is enough. What was told under a flat fee was done, too."""
        for rule, names in line.rules.before:
            others = [other for name in names for other in self._by_code.get(name, ())]
            since = line.day - timedelta(days=rule.days)
            if any(_came_first(other, line) and other.day >= since for other in others):
                continue
            comes_later = any(other.day == line.day for other in others)
            refusal = _WRONG_ORDER if rule.days or comes_later else _ONLY_AFTER
            yield _reason(line, "not_before", refusal, needed_codes=" ".join(rule.codes), days=str(rule.days))

    def _missing(self, line: _Line) -> Iterator[Reason]:
        allowed, code = self._allowed(line), line.rules.code
        for need in code.needs:
            missing = _NEEDS[need]
            is_open = need in ("agreement", "notification") and allowed is not None
            is_unknowable = need == "notification" and line.rules.kind is None
            if not (is_open or is_unknowable or missing.is_there(line.asked.care)):
                yield _reason(line, missing.code, missing.refused_as)
        if (
            allowed is not None
            and code.category != allowed.category
            and code.category not in _categories(allowed, line)
        ):
            yield _reason(line, "other_category", _OTHER_DECISION, category=allowed.category)

    def _allowed(self, line: _Line) -> Authorisation | None:
        kind = line.rules.kind
        return holding(self._authorisations, kind, line.day) if kind else None


def _refused_as(rule: Maximum) -> str:
    if rule.span == "agreement":
        return _TOO_MANY_OF_AGREEMENT
    return _ONCE_IN_A_LIFE if rule.span == "lifetime" and rule.units == 1 else _TOO_MANY


def _is_in(span: Days, line: _Line) -> bool:
    return span[0] <= line.day <= span[1]


def _came_first(other: _Line, line: _Line) -> bool:
    """In time: what stands already may be of a later sequence of the day, not of a later day."""
    return other.place < line.place or (other.day == line.day and not other.is_judged)


def _excludes(other: _Line, line: _Line) -> bool:
    if other is line or other.is_told:
        return False
    return line.follows(other) or not _forbids(other, line)


def _forbids(one: _Line, other: _Line) -> bool:
    return any(other.rules.code.code in codes for _, codes in one.rules.not_with)


def _categories(allowed: Authorisation, line: _Line) -> set[str]:
    """What may be asked under it: its own category, and the one below on a day of too few visits."""
    rule = visit_rule(allowed.category, line.day)
    return {allowed.category, rule.below} if rule else {allowed.category}


def _reason(line: _Line, code: str, refused_as: str, **facts: str) -> Reason:
    known = {"nomenclature_code": line.asked.care.code, "date": line.day.isoformat(), **facts}
    return Reason(code, line.asked.line_id, tuple(known.items()), refused_as)
