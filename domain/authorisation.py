"""What an insurer allowed for a patient, or was told of, and from when to when: it opens flat fees and the PTSI fee.

Kinds, categories and terms: MedAdmin reference A4-A6. Both ends of a period are included.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Literal

from domain.errors import Invalid, NotAllowed
from domain.event import Sealed
from domain.rules.limits import add_months, month_end, notice_until

Kind = Literal["katz", "palliative", "ptsi"]
CATEGORIES: dict[Kind, tuple[str, ...]] = {
    "katz": ("A", "B", "C", "T7", "T2"),
    "palliative": ("PA", "PB", "PC", "PN", "PP"),
    "ptsi": ("",),
}


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One of them. `number`: the insurer's, empty when it gave none."""

    kind: Kind
    category: str
    valid_from: Date
    valid_to: Date | None
    number: Sealed = ""

    def covers(self, day: Date) -> bool:
        """Whether the day falls in it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class RegisterRules:
    """Settings of what may be recorded, where sources are silent or only infer (A6).

    `katz_months`: a form without the insurer's number holds at most so long (published: three), None for no limit.
    `may_overlap`: two of a kind on one day; `may_share_a_day`: one may begin on the last day of the other.
    """

    katz_months: int | None = 3
    may_overlap: bool = False
    may_share_a_day: bool = True


DEFAULT_RULES = RegisterRules()


def holding(known: Iterable[Authorisation], kind: Kind, day: Date) -> Authorisation | None:
    """The one of a kind that holds on the day: of those that cover it, the one that begins last."""
    covering = [one for one in known if one.kind == kind and one.covers(day)]
    return max(covering, key=lambda one: one.valid_from, default=None)


def check(known: Iterable[Authorisation], new: Authorisation, rules: RegisterRules = DEFAULT_RULES) -> None:
    """Whether it may be recorded beside the others of the patient.

    Raises `Invalid` for a value that is wrong in itself, `NotAllowed` when it overlaps with another of its kind.
    Notifications of technical acts may: each tells of a treatment of its own.
    """
    if new.category not in CATEGORIES[new.kind]:
        raise Invalid("field_invalid", "category: this kind of authorisation has no such category.", field="category")
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
    if new.kind == "katz" and not new.number and rules.katz_months is not None:
        _check_length(new, rules.katz_months)
    if new.kind == "ptsi" or rules.may_overlap:
        return
    other = next((one for one in known if one.kind == new.kind and _overlap(one, new, rules)), None)
    if other is not None:
        raise NotAllowed(
            "authorisation_overlaps",
            "Another one of this kind holds on some of these days; end it before this one begins.",
            valid_from=other.valid_from,
            valid_to=other.valid_to,
        )


def owed_from(kind: Kind, first_day: Date, sent_on: Date) -> Date:
    """First day of care that the insurer owes; a late Katz form counts from the day after it was sent (A6).

    The advising doctor may still accept it from the first day: then the insurer's own period counts. Of the other
    kinds no source says what follows.
    """
    until = notice_until(kind, first_day)
    is_late = kind == "katz" and until is not None and sent_on > until
    return sent_on + timedelta(days=1) if is_late else first_day


def _check_length(new: Authorisation, months: int) -> None:
    """The last day may be the same day of the month, as some insurers count."""
    last = month_end(add_months(new.valid_from.replace(day=1), months))
    last = last.replace(day=min(last.day, new.valid_from.day))
    if new.valid_to is None or new.valid_to > last:
        raise Invalid(
            "authorisation_too_long",
            f"valid_to: such a form holds {months} months at most, unless the insurer gave it a number.",
            field="valid_to",
            latest=last,
        )


def _overlap(one: Authorisation, other: Authorisation, rules: RegisterRules) -> bool:
    first, second = sorted((one, other), key=lambda each: each.valid_from)
    if first.valid_from < second.valid_from and rules.may_share_a_day and second.valid_from == first.valid_to:
        return False
    return first.covers(second.valid_from)
