"""Dated limits of the insurers, as data: what, from when, in which scope, by whose word.

A value that no source gives is a setting with a cautious default and says so. Shown to people as they stand.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import timedelta
from typing import ClassVar, Literal

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
    code: ClassVar[str] = "files_per_day"

    def counts(self, former: Date, day: Date) -> bool:
        """Whether a file that left on `former` counts for one that leaves on `day`."""
        return former == day


@dataclass(frozen=True, slots=True)
class FilesPerMonth:
    """At most `maximum` files leave in a calendar month in the scope when zone 13 is 000 (100723).

    The month is that of sending, as the day of the other limit is: both stand in one sentence of the source.
    """

    valid_from: Date
    maximum: int
    scope: Scope
    source: str
    code: ClassVar[str] = "files_per_month"

    def counts(self, former: Date, day: Date) -> bool:
        """Whether a file that left on `former` counts for one that leaves on `day`."""
        return month_of(former) == month_of(day)


FilesLimit = FilesPerDay | FilesPerMonth


@dataclass(frozen=True, slots=True)
class TimeBar:
    """Care is time-barred `months` months after the end of the month in which it was given."""

    valid_from: Date
    months: int
    source: str


@dataclass(frozen=True, slots=True)
class OwnCorrection:
    """A practice corrects by itself what was paid within `days` calendar days of the message of a control visit."""

    valid_from: Date
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class Notice:
    """An authorisation of these kinds is sent to the insurer's doctor within `days` calendar days of its first day."""

    valid_from: Date
    days: int
    kinds: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class PatientDocument:
    """The patient has the document of what a file asks within `days` calendar days after the file was sent."""

    valid_from: Date
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A union that says nothing for `days` calendar days after a file left is asked; `status`: what it said last.

    `national_union` empty: every union that has no line of its own for that status.
    """

    valid_from: Date
    status: str
    days: int
    source: str
    national_union: str = ""


FILES_PER_DAY = (
    FilesPerDay(
        Date(1900, 1, 1), 1, "tpp_and_union", "code 100724; the scope is unknown, hence a setting (efact 1.11)"
    ),
)
FILES_PER_MONTH = (
    FilesPerMonth(
        Date(1900, 1, 1), 2, "tpp_and_union", "code 100723; the scope is unknown, hence a setting (efact 1.11)"
    ),
)
BY_MONTH = "000"
"""Zone 13 of files that are counted by month; all others are counted by day."""
TIME_BARS = (TimeBar(Date(1900, 1, 1), 24, "end of the month of care + two years (decisions, Billing; code 500546)"),)
OWN_CORRECTIONS = (
    OwnCorrection(
        Date(1900, 1, 1),
        90,
        'CM, page for nurses "Regularisatie van betaalde bedragen" (seed features W9); of other unions not known',
    ),
)
"""Afterwards the insurer takes it from a later invoice (the same source); no source says which amount exactly."""
NOTICES = (
    Notice(
        Date(2013, 7, 1),
        10,
        ("katz", "palliative", "ptsi"),
        "Katz: royal decree of 25 April 2013, in force 1 July 2013 (efact 8, MedAdmin A6); palliative care and specific"
        " technical acts: the same by an FAQ of CareConnect (seed features W10, W11)",
    ),
)
"""That of the duration of wound care, which other programs send too (W12), has no kind here: its shape is unknown."""
PATIENT_DOCUMENTS = (
    PatientDocument(
        Date(1900, 1, 1), 28, "RIZIV, document for the patient after electronic billing (seed features N20, W54)"
    ),
)
"""A new one at the end of a correction procedure (the same source), which does not say within how many days."""

_OURS = "ours, cautious: no source says how soon a union answers"
SILENCES = (
    Silence(Date(1900, 1, 1), "transmitted", 7, _OURS),
    Silence(Date(1900, 1, 1), "acknowledged", 30, _OURS),
    Silence(Date(1900, 1, 1), "accepted_for_processing", 30, _OURS),
)


def silences(day: Date, rules: Sequence[Silence] = SILENCES) -> tuple[Silence, ...]:
    """The lines that hold on a day: of each status and union the latest."""
    latest = {(rule.status, rule.national_union): rule for rule in rules if rule.valid_from <= day}
    return tuple(latest.values())


def own_correction_until(told_on: Date) -> Date:
    """Last day on which a practice corrects by itself what was paid above a category lowered by that message."""
    rule = next(rule for rule in reversed(OWN_CORRECTIONS) if rule.valid_from <= told_on)
    return told_on + timedelta(days=rule.days)


def notice_until(kind: str, first_day: Date) -> Date | None:
    """Last day on which an authorisation of that kind is notified in time; None for one that needs no notification."""
    rule = next((rule for rule in reversed(NOTICES) if rule.valid_from <= first_day), None)
    return first_day + timedelta(days=rule.days) if rule and kind in rule.kinds else None


def patient_document_until(sent_on: Date) -> Date:
    """Last day on which the patients of a file that was sent then are given their document."""
    rule = next(rule for rule in reversed(PATIENT_DOCUMENTS) if rule.valid_from <= sent_on)
    return sent_on + timedelta(days=rule.days)


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


def files_limit(
    content_code: str, day: Date, scope: Scope | None = None, *, has_derogation: bool = False
) -> FilesLimit | None:
    """The one limit of files that holds on that day, with the practice's setting of the scope; None by derogation."""
    if content_code == BY_MONTH and has_derogation:
        return None
    rules: tuple[FilesLimit, ...] = FILES_PER_MONTH if content_code == BY_MONTH else FILES_PER_DAY
    rule = next(rule for rule in reversed(rules) if rule.valid_from <= day)
    return rule if scope is None else replace(rule, scope=scope)


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
