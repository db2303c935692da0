"""The establishment that bills: its third-party number, its account, and who works in it from when to when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Literal
from uuid import UUID

from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import event
from domain.identifiers import is_bic, is_cbe_number, is_iban, is_nihii
from domain.rules.limits import FilesLimit, Scope, add_months, files_limit, month_end, month_of, month_start

Sector = Literal["home_nursing", "dentist"]
Country = Literal["BE", "CH"]
_ZONE_305, _ZONE_306 = 45, 24


@dataclass(frozen=True, slots=True)
class EstablishmentDetails:
    """What a billing file says of the biller. `profession_code` and `content_code` are zones 18 and 13 of record 10:

    no source gives their values, so they are settings of the practice and stay empty until set (decisions, Billing).
    `country` is that of the tariffs by which it bills. Decisions that give up or back more than
    `second_person_above_cents` at once are confirmed by a second person; None: one person decides alone.
    `files_derogation_from` to `files_derogation_to`, both included: days on which a derogation lifts the limit of files
    a month (None: there is none; open).
    """

    name: str
    sector: Sector
    tpp_number: str
    cbe_number: str
    iban: str
    bic: str
    contact_last_name: str
    contact_first_name: str
    contact_phone: str
    profession_code: str = ""
    content_code: str = ""
    is_test: bool = True
    country: Country = "BE"
    second_person_above_cents: int | None = None
    files_derogation_from: Date | None = None
    files_derogation_to: Date | None = None

    def has_files_derogation(self, day: Date) -> bool:
        """Whether the limit of files a month does not hold on that day."""
        first, last = self.files_derogation_from, self.files_derogation_to
        return first is not None and first <= day and (last is None or day <= last)


@event("establishment.registered")
class EstablishmentRegistered:
    """The practice entered the establishment."""

    details: EstablishmentDetails


@event("establishment.details_corrected")
class EstablishmentDetailsCorrected:
    """What holds from now on; the former details stay in the stream."""

    details: EstablishmentDetails


@event("establishment.membership_recorded")
class MembershipRecorded:
    """A provider works here from `valid_from` to `valid_to` (both included; None: open)."""

    provider_id: UUID
    valid_from: Date
    valid_to: Date | None


@event("establishment.membership_ended")
class MembershipEnded:
    """The membership that began on `valid_from` ends on `valid_to`."""

    provider_id: UUID
    valid_from: Date
    valid_to: Date


@event("establishment.period_closed")
class PeriodClosed:
    """The books are closed through a month (`YYYY-MM`) and all before it: what was given up then stands."""

    through: str


@event("establishment.period_reopened")
class PeriodReopened:
    """The books are open again from a month (`YYYY-MM`) on."""

    since: str


@dataclass(frozen=True, slots=True)
class Membership:
    """One stretch of work of a provider here, both ends included."""

    provider_id: UUID
    valid_from: Date
    valid_to: Date | None = None

    def covers(self, day: Date) -> bool:
        """Whether the day falls in it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Establishment:
    """State of an establishment. `closed_through`: last month (`YYYY-MM`) whose books are closed, empty for none."""

    details: EstablishmentDetails
    memberships: tuple[Membership, ...] = ()
    closed_through: str = ""


def evolve(state: Establishment | None, happened: object) -> Establishment:
    """Fold one event of the establishment's stream."""
    if isinstance(happened, EstablishmentRegistered):
        return Establishment(happened.details)
    if state is None:
        raise NotFound("establishment_unknown", "There is no such establishment.")
    match happened:
        case EstablishmentDetailsCorrected():
            return replace(state, details=happened.details)
        case MembershipRecorded():
            made = Membership(happened.provider_id, happened.valid_from, happened.valid_to)
            return replace(state, memberships=(*state.memberships, made))
        case MembershipEnded():
            return replace(
                state,
                memberships=tuple(
                    replace(m, valid_to=happened.valid_to)
                    if (m.provider_id, m.valid_from) == (happened.provider_id, happened.valid_from)
                    else m
                    for m in state.memberships
                ),
            )
        case PeriodClosed():
            return replace(state, closed_through=happened.through)
        case PeriodReopened():
            return replace(state, closed_through=month_of(add_months(month_start(happened.since), -1)))
    return state


def fold(events: Iterable[object]) -> Establishment | None:
    """State after all events of one stream."""
    state: Establishment | None = None
    for happened in events:
        state = evolve(state, happened)
    return state


def register(state: Establishment | None, details: EstablishmentDetails) -> list[object]:
    """Enter it, or correct it when it is known; the same details again change nothing."""
    check(details)
    if state is None:
        return [EstablishmentRegistered(details)]
    if state.details.tpp_number != details.tpp_number:
        raise NotAllowed("tpp_number_fixed", "The third-party number names the establishment; register another one.")
    return [] if state.details == details else [EstablishmentDetailsCorrected(details)]


def join(state: Establishment, provider_id: UUID, valid_from: Date, valid_to: Date | None) -> list[object]:
    """Record that a provider works here; overlapping stretches of one provider are refused."""
    if valid_to is not None and valid_to < valid_from:
        raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
    wanted = Membership(provider_id, valid_from, valid_to)
    for known in state.memberships:
        if known.provider_id != provider_id:
            continue
        if known == wanted:
            return []
        if known.covers(valid_from) or wanted.covers(known.valid_from):
            raise NotAllowed("membership_overlaps", "The provider already works here in part of that time.")
    return [MembershipRecorded(provider_id, valid_from, valid_to)]


def leave(state: Establishment, provider_id: UUID, valid_to: Date) -> list[object]:
    """End the membership that covers the day."""
    for known in state.memberships:
        if known.provider_id == provider_id and known.covers(valid_to):
            return [] if known.valid_to == valid_to else [MembershipEnded(provider_id, known.valid_from, valid_to)]
    raise NotFound("membership_unknown", "The provider does not work here on that day.")


def close_period(state: Establishment, through: str, today: Date) -> list[object]:
    """Close the books through a month that is over; the same month again changes nothing.

    Raises `Invalid` when it is no month, `NotAllowed` when it is not over or lies before what is closed.
    """
    if today <= month_end(_month(through)):
        raise NotAllowed("period_not_over", "Only months that are over are closed.", month=through)
    if through < state.closed_through:
        raise NotAllowed("period_closed_further", "The books are closed through a later month.", month=through)
    return [] if through == state.closed_through else [PeriodClosed(through)]


def reopen_period(state: Establishment, since: str) -> list[object]:
    """Open the books again from a closed month on. Raises `Invalid`, or `NotAllowed` when it is not closed."""
    _month(since)
    if since > state.closed_through:
        raise NotAllowed("period_not_closed", "The books of that month are not closed.", month=since)
    return [PeriodReopened(since)]


def _month(written: str) -> Date:
    try:
        return month_start(written)
    except ValueError:
        raise Invalid("month_invalid", "month: give YYYY-MM.", field="month") from None


def files_limit_of(details: EstablishmentDetails, day: Date, scope: Scope | None = None) -> FilesLimit | None:
    """The insurers' limit of files that holds for the practice on that day; None: a derogation lifts it."""
    return files_limit(details.content_code, day, scope, has_derogation=details.has_files_derogation(day))


_CONTENT_CURE = "three digits, or empty until known"
_MOST_CENTS = 100_000_000


def check(details: EstablishmentDetails) -> None:
    """Refuse numbers that cannot be right, one field at a time. Raises `Invalid`."""
    wrong = [
        ("tpp_number", not is_nihii(details.tpp_number), "11 digits with valid check digits"),
        ("cbe_number", not is_cbe_number(details.cbe_number), "10 digits with valid check digits"),
        ("iban", not is_iban(details.iban), "a valid IBAN without blanks"),
        ("bic", not is_bic(details.bic), "8 or 11 letters and digits"),
        ("name", not details.name.strip(), "a name"),
        ("sector", details.sector not in ("home_nursing", "dentist"), "home_nursing or dentist"),
        ("country", details.country not in ("BE", "CH"), "BE or CH"),
        ("contact_last_name", len(details.contact_last_name) > _ZONE_305, "up to 45 characters"),
        ("contact_first_name", len(details.contact_first_name) > _ZONE_306, "up to 24 characters"),
        (
            "contact_phone",
            details.contact_phone == "" or not _code(details.contact_phone, 10),
            "up to 10 digits",
        ),
        ("profession_code", not _code(details.profession_code, 3), "up to three digits, or empty until known"),
        # Written in full: 000 and 0 would stand for the same in the file, but not for the limits of insurers.
        ("content_code", len(details.content_code) in (1, 2) or not _code(details.content_code, 3), _CONTENT_CURE),
        (
            "second_person_above_cents",
            not 0 <= (details.second_person_above_cents or 0) <= _MOST_CENTS,
            "an amount up to a million euro, or nothing",
        ),
        ("files_derogation_to", not _is_span(details), "a day from the first one on, or nothing"),
    ]
    for name, is_wrong, cure in wrong:
        if is_wrong:
            raise Invalid("field_invalid", f"{name}: give {cure}.", field=name)


def _is_span(details: EstablishmentDetails) -> bool:
    first, last = details.files_derogation_from, details.files_derogation_to
    return last is None or (first is not None and first <= last)


def _code(text: str, length: int) -> bool:
    return text == "" or (text.isascii() and text.isdigit() and len(text) <= length)
