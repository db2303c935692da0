"""A stretch of months as a person types it: `2026-T3`, `2026-10`, `mois-1`, `2026`, `01/10/2026`, or two of them."""

import re
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

from domain.errors import Invalid
from domain.rules.limits import add_months, month_of, month_start

MOST_MONTHS = 60
_USUAL_MONTHS = 12
_YEAR = r"(20\d{2})"
_QUARTER = re.compile(_YEAR + r"-?[TQKtqk]([1-4])")
_MONTH = re.compile(_YEAR + r"-(0[1-9]|1[0-2])")
_WHOLE_YEAR = re.compile(_YEAR)
_DAY = re.compile(r"(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])/" + _YEAR)
_AGO = re.compile(r"(mois|maand|month|trimestre|kwartaal|quarter|an|annee|année|jaar|year)(?:-(\d{1,2}))?")
_LENGTH = {"m": 1, "t": 3, "k": 3, "q": 3, "a": 12, "j": 12, "y": 12}
_RANGE = re.compile("\\.\\.|\\s+(?:-|\N{EN DASH}|à|au|tot|to)\\s+")


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """First and last month, `YYYY-MM`, both included."""

    first: str
    last: str

    @property
    def starts(self) -> Date:
        """First day."""
        return month_start(self.first)

    @property
    def ends(self) -> Date:
        """Last day."""
        return add_months(month_start(self.last), 1) - timedelta(days=1)

    @property
    def months(self) -> tuple[str, ...]:
        """Every month in it, the earliest first."""
        return tuple(month_of(add_months(self.starts, index)) for index in range(_distance(self.first, self.last) + 1))


def span_between(first: str, last: str, today: Date) -> MonthSpan:
    """As the address says; what it does not say: the twelve months up to this one. Raises `Invalid`."""
    for name, month in (("from", first), ("to", last)):
        if month and not _MONTH.fullmatch(month):
            raise Invalid("field_invalid", f"{name}: give a month, YYYY-MM.", field=name)
    last = last or max(first, month_of(today))
    first = first or month_of(add_months(month_start(last), 1 - _USUAL_MONTHS))
    return _checked(first, last, "from")


def span_typed(text: str, today: Date) -> MonthSpan:
    """As typed. `mois-1` is the month before this one, `trimestre` the present quarter. Raises `Invalid`."""
    parts = _RANGE.split(text.strip().lower())
    spans = [_one(part, today) for part in parts if part] if len(parts) <= 2 else []
    if not spans or None in spans or len(spans) != len(parts):
        raise Invalid("field_invalid", "period: give a month, a quarter or a year.", field="period")
    known = [span for span in spans if span is not None]
    return _checked(known[0].first, known[-1].last, "period")


def _one(text: str, today: Date) -> MonthSpan | None:
    if found := _QUARTER.fullmatch(text):
        return _stretch(f"{found[1]}-{int(found[2]) * 3 - 2:02}", 3)
    if found := _MONTH.fullmatch(text):
        return MonthSpan(text, text)
    if found := _WHOLE_YEAR.fullmatch(text):
        return _stretch(f"{text}-01", 12)
    if found := _DAY.fullmatch(text):
        return MonthSpan(f"{found[3]}-{found[2]}", f"{found[3]}-{found[2]}")
    if found := _AGO.fullmatch(text):
        length = _LENGTH[text[0]]
        begun = Date(today.year, (today.month - 1) // length * length + 1, 1)
        return _stretch(month_of(add_months(begun, -length * int(found[2] or 0))), length)
    return None


def _stretch(first: str, length: int) -> MonthSpan:
    return MonthSpan(first, month_of(add_months(month_start(first), length - 1)))


def _checked(first: str, last: str, field: str) -> MonthSpan:
    if first > last:
        raise Invalid("field_invalid", f"{field}: the first month comes before the last.", field=field)
    if _distance(first, last) >= MOST_MONTHS:
        raise Invalid("field_invalid", f"{field}: give at most {MOST_MONTHS} months.", field=field)
    return MonthSpan(first, last)


def _distance(first: str, last: str) -> int:
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:])
