"""Dated limits of the insurers, as data: what, from when, in which scope, by whose word.

A value that no source gives is a setting with a cautious default and says so. Shown to people as they stand.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Literal

from domain.holidays import last_working_day
from domain.local_time import calendar_day

Scope = Literal["tpp_and_union", "tpp"]


@dataclass(frozen=True, slots=True)
class FilesPerDay:
    """At most `maximum` files a day in the scope, for files whose zone 13 is not 000 (100724)."""

    valid_from: Date
    maximum: int
    scope: Scope
    source: str


@dataclass(frozen=True, slots=True)
class FilesPerMonth:
    """At most `maximum` files for a billed month when zone 13 is 000 (100723)."""

    valid_from: Date
    maximum: int
    source: str


@dataclass(frozen=True, slots=True)
class TimeBar:
    """Care is time-barred `months` months after the end of the month in which it was given."""

    valid_from: Date
    months: int
    source: str


FILES_PER_DAY = (
    FilesPerDay(
        Date(1900, 1, 1), 1, "tpp_and_union", "code 100724; the scope is unknown, hence a setting (efact 1.11)"
    ),
)
FILES_PER_MONTH = (FilesPerMonth(Date(1900, 1, 1), 2, "code 100723 (efact 1.11)"),)
TIME_BARS = (TimeBar(Date(1900, 1, 1), 24, "end of the month of care + two years (decisions, Billing; code 500546)"),)


def last_sendable_day(care: Date) -> Date:
    """Last day on which care of that date is not time-barred."""
    rule = next(rule for rule in reversed(TIME_BARS) if rule.valid_from <= care)
    return month_end(add_months(care.replace(day=1), rule.months))


def to_do_by(deadline: Date) -> Date:
    """The day that people are shown for a deadline: the last working day in Belgium up to it. The deadline stays."""
    return last_working_day(deadline, "BE")


def is_time_barred(care: Date, today: Date) -> bool:
    """Whether care of that date can no longer be sent without a registered letter."""
    return today > last_sendable_day(care)


def files_per_day(today: Date, scope: Scope | None = None) -> FilesPerDay:
    """The rule that holds today, with the practice's setting of the scope."""
    rule = next(rule for rule in reversed(FILES_PER_DAY) if rule.valid_from <= today)
    return rule if scope is None else FilesPerDay(rule.valid_from, rule.maximum, scope, rule.source)


def files_per_month(today: Date) -> FilesPerMonth:
    """The rule that holds today."""
    return next(rule for rule in reversed(FILES_PER_MONTH) if rule.valid_from <= today)


def month_of(day: Date) -> str:
    """`YYYY-MM` of a date."""
    return f"{day:%Y-%m}"


def month_end(day: Date) -> Date:
    """Last day of the month of a date."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_start(month: str) -> Date:
    """First day of `YYYY-MM`. Raises ValueError when it is not a month."""
    if len(month) != 7:
        raise ValueError(month)
    return calendar_day(f"{month}-01")


def add_months(first: Date, months: int) -> Date:
    """First day of the month that lies so many months later."""
    index = first.year * 12 + first.month - 1 + months
    return Date(index // 12, index % 12 + 1, 1)


def next_month(day: Date) -> Date:
    """First day of the following month."""
    return month_end(day) + timedelta(days=1)
