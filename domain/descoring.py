"""A category that an insurer lowered after a control visit, also for days that were billed above it.

The lower one holds from the first day of the original request on, whatever was paid since (MedAdmin reference A6).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from domain import authorisation as authorisations
from domain.authorisation import Authorisation
from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import event

RANKED = ("", "T2", "T7", "A", "B", "C")
"""Categories of a Katz form from none to the highest."""

Piece = tuple[Date, Date | None, str]
"""First day, last day and category of an authorisation."""


@dataclass(frozen=True, slots=True)
class BilledDay:
    """A billing day, and the invoice that asked it."""

    day_id: UUID
    invoice_id: UUID


@event("patient.descored", subject="self")
class PatientDescored:
    """The insurer told on `told_on` that a lower category, or none (empty), held from `valid_from` to `valid_to`.

    `days`: those that stood billed above it then. What became of the authorisations are events of their own.
    """

    category: str
    valid_from: Date
    valid_to: Date | None
    told_on: Date
    days: tuple[BilledDay, ...]


@event("patient.descoring_withdrawn", subject="self")
class DescoringWithdrawn:
    """It was recorded by mistake, or the insurer took it back."""

    valid_from: Date


@dataclass(frozen=True, slots=True)
class Descoring:
    """One that stands; named by its first day. Both ends are included.

    `former`: Katz authorisations as they held on these days before; `made`: what it put in their place.
    """

    category: str
    valid_from: Date
    valid_to: Date | None
    told_on: Date
    days: tuple[BilledDay, ...] = ()
    former: tuple[Authorisation, ...] = ()
    made: tuple[Piece, ...] = ()


class Lowered(NamedTuple):
    """Katz authorisations that a lower one replaces on its days, and those that stand instead."""

    former: tuple[Authorisation, ...]
    made: tuple[Authorisation, ...]


def is_above(category: str, other: str) -> bool:
    """Whether the first one is the higher category of a Katz form."""
    return RANKED.index(category) > RANKED.index(other)


def standing(known: Collection[Authorisation], happened: PatientDescored) -> Descoring:
    """As it stands after its event, given the authorisations before it."""
    lowered = _lowered(known, Authorisation("katz", happened.category, happened.valid_from, happened.valid_to))
    made = tuple(_piece(one) for one in lowered.made)
    return Descoring(
        happened.category, happened.valid_from, happened.valid_to, happened.told_on, happened.days, lowered.former, made
    )


def lower(
    known: Collection[Authorisation],
    stand: Iterable[Descoring],
    given: Authorisation,
    told_on: Date,
    days: tuple[BilledDay, ...],
    today: Date,
) -> Lowered | None:
    """What becomes of the authorisations; None when exactly that is recorded already.

    Raises `Invalid` for a value that is wrong in itself, `NotAllowed` where nothing is lowered, a lower category holds
    on some of the days, or another one begins on the same day.
    """
    if given.category not in RANKED:
        raise Invalid("field_invalid", "category: give a category of a Katz form, or none.", field="category")
    if given.valid_to is not None and given.valid_to < given.valid_from:
        raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
    if not given.valid_from <= told_on <= today:
        raise Invalid("descoring_told_on", "told_on: from the first day on, today at the latest.", field="told_on")
    same = next((one for one in stand if one.valid_from == given.valid_from), None)
    if same is not None:
        if (same.category, same.valid_to, same.told_on) == (given.category, given.valid_to, told_on):
            return None
        raise NotAllowed("descoring_known", "Another one begins on that day; withdraw it first.")
    if given.category:
        authorisations.check((), given)
    lowered = _lowered(known, given)
    if any(is_above(given.category, one.category) for one in lowered.former):
        raise NotAllowed("descoring_not_lower", "On some of these days a lower category holds already.")
    if not days and not any(is_above(one.category, given.category) for one in lowered.former):
        raise NotAllowed("descoring_nothing_above", "Nothing above that category was allowed or billed on these days.")
    return lowered


def named(stand: Iterable[Descoring], valid_from: Date) -> Descoring:
    """The one that begins on that day. Raises `NotFound`."""
    for one in stand:
        if one.valid_from == valid_from:
            return one
    raise NotFound("descoring_unknown", "No descoring of this patient begins on that day.")


def is_as_left(known: Collection[Authorisation], one: Descoring) -> bool:
    """Whether the authorisations that it made stand: then the former ones can come back with its withdrawal."""
    pieces = {_piece(each) for each in known if each.kind == "katz"}
    return pieces.issuperset(one.made)


def _lowered(known: Collection[Authorisation], given: Authorisation) -> Lowered:
    """Former ones are cut where they reach beyond the days: what lies before and behind stays as it was."""
    katz = sorted((one for one in known if one.kind == "katz"), key=lambda one: one.valid_from)
    first, last = given.valid_from, given.valid_to
    former = tuple(
        one
        for one in katz
        if (one.valid_to is None or one.valid_to >= first) and (last is None or one.valid_from <= last)
    )
    behind = last + timedelta(days=1) if last else None
    begins = {one.valid_from for one in katz if one not in former}
    before = [replace(one, valid_to=first - timedelta(days=1)) for one in former if one.valid_from < first]
    reaching = [one for one in former if behind and (one.valid_to is None or one.valid_to >= behind)]
    after = [replace(one, valid_from=behind) for one in reaching[-1:] if behind and behind not in begins]
    now = [given] if given.category else []
    return Lowered(former, (*before, *now, *after))


def _piece(one: Authorisation) -> Piece:
    return (one.valid_from, one.valid_to, one.category)
