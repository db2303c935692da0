"""The patient: how insurers know this person, and with which sickness fund and holder codes from when to when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Literal
from uuid import UUID

from domain import authorisation as authorisations
from domain import descoring as descorings
from domain import notification as notifications
from domain.authorisation import Authorisation
from domain.descoring import BilledDay, Descoring, DescoringWithdrawn, PatientDescored
from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import ERASED, Sealed, event
from domain.identifiers import is_nihii, is_ssin
from domain.notification import AuthorisationNotified, Notification, NotificationWithdrawn
from domain.rules.unions import may_be_fund

Language = Literal["fr", "nl", "de", "en"]
_ZONE_8 = 13


@dataclass(frozen=True, slots=True)
class PatientDetails:
    """Who the patient is. `birth_date` is ISO text so that it can be sealed; `sex`: 1 male, 2 female (zone 9)."""

    last_name: Sealed
    first_name: Sealed
    birth_date: Sealed
    sex: int
    language: Language = "fr"


@event("patient.registered", subject="self")
class PatientRegistered:
    """The practice entered the patient: by national number, or without one by affiliation number."""

    establishment_id: UUID
    ssin: Sealed
    affiliation_number: Sealed
    details: PatientDetails


@event("patient.details_corrected", subject="self")
class PatientDetailsCorrected:
    """What holds from now on."""

    details: PatientDetails


@event("patient.national_number_replaced", subject="self")
class NationalNumberReplaced:
    """The authority gave another number; what was sent under the former one keeps it."""

    ssin: Sealed
    former: Sealed


@event("patient.insurability_recorded", subject="self")
class InsurabilityRecorded:
    """Sickness fund and holder codes from `valid_from` to `valid_to` (both included; None: open).

    `destination`: where the bill goes when not to the sickness fund (a medical house …).
    """

    valid_from: Date
    valid_to: Date | None
    sickness_fund: str
    ct1: str
    ct2: str
    destination: str = ""


@event("patient.insurability_confirmed")
class InsurabilityConfirmed:
    """The insurer was asked again about a day of care, and what is recorded of it was right."""

    day: Date


@event("patient.authorisation_recorded", subject="self")
class AuthorisationRecorded:
    """The insurer allowed something, or was told of it, from `valid_from` to `valid_to` (both included; None: open)."""

    kind: authorisations.Kind
    category: str
    valid_from: Date
    valid_to: Date | None
    number: Sealed = ""


@event("patient.authorisation_withdrawn", subject="self")
class AuthorisationWithdrawn:
    """It was recorded by mistake, or the insurer took it back from its first day on."""

    kind: authorisations.Kind
    valid_from: Date


@event("patient.merged")
class PatientMerged:
    """The record is of the same person as `survivor_id`, under which care is billed from now on."""

    survivor_id: UUID


@event("patient.unmerged")
class PatientUnmerged:
    """The merge was a mistake."""

    survivor_id: UUID


@event("patient.erased")
class PatientErased:
    """The patient's key was destroyed; amounts and statuses stay."""


@dataclass(frozen=True, slots=True)
class Insurability:
    """One period of insurability, both ends included."""

    valid_from: Date
    valid_to: Date | None
    sickness_fund: str
    ct1: str
    ct2: str
    destination: str = ""

    def covers(self, day: Date) -> bool:
        """Whether the day falls in it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Patient:
    """State of a patient's record. Where periods overlap, the one that begins last holds."""

    establishment_id: UUID
    ssin: str
    affiliation_number: str
    details: PatientDetails
    periods: tuple[Insurability, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    merged_into: UUID | None = None
    is_erased: bool = False
    descorings: tuple[Descoring, ...] = ()
    notifications: tuple[Notification, ...] = ()

    def insurability(self, day: Date) -> Insurability | None:
        """The period that holds on the day: of those that cover it, the one that begins last."""
        return max((p for p in self.periods if p.covers(day)), key=lambda p: p.valid_from, default=None)

    @property
    def to_notify(self) -> tuple[Authorisation, ...]:
        """Authorisations of which nothing shows that the insurer was told; of a merged record its survivor counts."""
        if self.is_erased or self.merged_into is not None:
            return ()
        return notifications.to_notify(self.authorisations, self.notifications, self.descorings)

    def notification(self, of: Authorisation) -> Notification | None:
        """How the insurer was told of it, if that is recorded."""
        return next((one for one in self.notifications if (one.kind, one.valid_from) == (of.kind, of.valid_from)), None)

    @property
    def number(self) -> str:
        """What goes into zone 8: the national number, else the affiliation number."""
        return self.ssin or self.affiliation_number


def evolve(state: Patient | None, happened: object) -> Patient:
    """Fold one event of the patient's stream."""
    if isinstance(happened, PatientRegistered):
        return Patient(happened.establishment_id, happened.ssin, happened.affiliation_number, happened.details)
    if state is None:
        raise NotFound("patient_unknown", "There is no such patient.")
    match happened:
        case PatientDetailsCorrected():
            return replace(state, details=happened.details)
        case NationalNumberReplaced():
            return replace(state, ssin=happened.ssin)
        case InsurabilityRecorded():
            made = Insurability(
                happened.valid_from,
                happened.valid_to,
                happened.sickness_fund,
                happened.ct1,
                happened.ct2,
                happened.destination,
            )
            kept = tuple(p for p in state.periods if p.valid_from != made.valid_from)
            return replace(state, periods=(*kept, made))
        case AuthorisationRecorded():
            allowed = Authorisation(
                happened.kind, happened.category, happened.valid_from, happened.valid_to, happened.number
            )
            others = _others(state, happened.kind, happened.valid_from)
            return replace(state, authorisations=(*others, allowed))
        case AuthorisationWithdrawn():
            state = _untold(state, happened.kind, happened.valid_from)
            return replace(state, authorisations=_others(state, happened.kind, happened.valid_from))
        case AuthorisationNotified():
            untold = _untold(state, happened.kind, happened.valid_from)
            return replace(untold, notifications=(*untold.notifications, _told(happened)))
        case NotificationWithdrawn():
            return _untold(state, happened.kind, happened.valid_from)
        case PatientDescored():
            stands = descorings.standing(state.authorisations, happened)
            return replace(state, descorings=(*state.descorings, stands))
        case DescoringWithdrawn():
            left = tuple(one for one in state.descorings if one.valid_from != happened.valid_from)
            return replace(state, descorings=left)
        case PatientMerged():
            return replace(state, merged_into=happened.survivor_id)
        case PatientUnmerged():
            return replace(state, merged_into=None)
        case PatientErased():
            gone = replace(state.details, last_name=ERASED, first_name=ERASED, birth_date=ERASED)
            return replace(state, ssin=ERASED, affiliation_number=ERASED, details=gone, is_erased=True)
    return state


def fold(events: Iterable[object]) -> Patient | None:
    """State after all events of one stream."""
    state: Patient | None = None
    for happened in events:
        state = evolve(state, happened)
    return state


def register(
    state: Patient | None, establishment_id: UUID, ssin: str, affiliation_number: str, details: PatientDetails
) -> list[object]:
    """Enter the patient, or correct the details of a known one."""
    if ssin and not is_ssin(ssin):
        raise Invalid("field_invalid", "ssin: give 11 digits with valid check digits.", field="ssin")
    if not ssin and not affiliation_number:
        raise Invalid("patient_number_missing", "Give the national number or the affiliation number.", field="ssin")
    if affiliation_number and not _digits(affiliation_number, min(len(affiliation_number), _ZONE_8)):
        raise Invalid("field_invalid", "affiliation_number: give up to 13 digits.", field="affiliation_number")
    if state is not None:
        return correct(state, details)
    _check(details)
    return [PatientRegistered(establishment_id, ssin, affiliation_number, details)]


def correct(state: Patient, details: PatientDetails) -> list[object]:
    """Give a known patient the right details, whatever became of the number."""
    _check(details)
    _alive(state)
    return [] if state.details == details else [PatientDetailsCorrected(details)]


def insure(state: Patient, period: Insurability) -> list[object]:
    """Record a period of insurability; one with the same first day replaces the former."""
    _alive(state)
    for name, text in (("sickness_fund", period.sickness_fund), ("ct1", period.ct1), ("ct2", period.ct2)):
        if not _digits(text, 3):
            raise Invalid("field_invalid", f"{name}: give three digits.", field=name)
    if not may_be_fund(period.sickness_fund):
        raise Invalid("sickness_fund_unknown", "sickness_fund: no union has such a fund.", field="sickness_fund")
    if period.destination and not (_digits(period.destination, 3) or is_nihii(period.destination)):
        cure = "three digits of a sickness fund, or the NIHII number of a medical house"
        raise Invalid("field_invalid", f"destination: give {cure}.", field="destination")
    if period.valid_to is not None and period.valid_to < period.valid_from:
        raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
    if period in state.periods:
        return []
    return [
        InsurabilityRecorded(
            period.valid_from, period.valid_to, period.sickness_fund, period.ct1, period.ct2, period.destination
        )
    ]


def confirm_insurability(state: Patient, day: Date) -> list[object]:
    """Say that the insurer was asked about the day again and told the same: a fact of its own each time."""
    _alive(state)
    if state.insurability(day) is None:
        raise Invalid("insurability_missing", "day: no insurability is recorded for it.", field="day")
    return [InsurabilityConfirmed(day)]


def authorise(state: Patient, given: Authorisation) -> list[object]:
    """Record an authorisation; one of the same kind and first day replaces the former."""
    _alive(state)
    if given in state.authorisations:
        return []
    authorisations.check(_others(state, given.kind, given.valid_from), given)
    return [AuthorisationRecorded(given.kind, given.category, given.valid_from, given.valid_to, given.number)]


def withdraw_authorisation(state: Patient, kind: authorisations.Kind, valid_from: Date) -> list[object]:
    """Take an authorisation back. Raises `NotFound` when there is none."""
    _alive(state)
    if len(_others(state, kind, valid_from)) == len(state.authorisations):
        raise NotFound("authorisation_unknown", "This patient has no such authorisation.")
    return [AuthorisationWithdrawn(kind, valid_from)]


def notify(state: Patient, told: Notification, today: Date) -> list[object]:
    """Record how the insurer was told of an authorisation, in the place of what was recorded about that.

    Raises `NotFound` without such an authorisation, `Invalid`.
    """
    _alive(state)
    if told in state.notifications:
        return []
    notifications.check(state.authorisations, told, today)
    return [AuthorisationNotified(told.kind, told.valid_from, told.sent_on, told.sender, told.reference, told.proof)]


def withdraw_notification(state: Patient, kind: authorisations.Kind, valid_from: Date) -> list[object]:
    """Take back that the insurer was told. Raises `NotFound` when that is not recorded."""
    _alive(state)
    if _untold(state, kind, valid_from) is state:
        raise NotFound("notification_unknown", "No notification of this authorisation is recorded.")
    return [NotificationWithdrawn(kind, valid_from)]


def descore(
    state: Patient, given: Authorisation, told_on: Date, days: tuple[BilledDay, ...], today: Date
) -> list[object]:
    """Record that the insurer lowered the category on these days; of `given` the category may be empty: none holds.

    `days`: those that stand billed above it. Raises as `descoring.lower`.
    """
    _alive(state)
    lowered = descorings.lower(state.authorisations, state.descorings, given, told_on, days, today)
    if lowered is None:
        return []
    happened = PatientDescored(given.category, given.valid_from, given.valid_to, told_on, days)
    return [happened, *_exchanged(lowered.former, lowered.made)]


def withdraw_descoring(state: Patient, valid_from: Date) -> list[object]:
    """Take it back, and with it what it did to the authorisations, unless somebody changed them since.

    Raises `NotFound` when there is none.
    """
    _alive(state)
    found = descorings.named(state.descorings, valid_from)
    if not descorings.is_as_left(state.authorisations, found):
        return [DescoringWithdrawn(valid_from)]
    made = [Authorisation("katz", category, first, last) for first, last, category in found.made]
    return [DescoringWithdrawn(valid_from), *_exchanged(made, found.former)]


def replace_number(state: Patient, ssin: str) -> list[object]:
    """Take over a changed national number; the record and its history stay the same."""
    _alive(state)
    if not is_ssin(ssin):
        raise Invalid("field_invalid", "ssin: give 11 digits with valid check digits.", field="ssin")
    return [] if state.ssin == ssin else [NationalNumberReplaced(ssin, state.ssin)]


def merge(state: Patient, survivor_id: UUID, survivor: Patient) -> list[object]:
    """Declare two records one person; chains of merges are refused, so that un-merging stays plain."""
    _alive(state)
    _alive(survivor)
    if state.merged_into is not None or survivor.merged_into is not None:
        raise NotAllowed("already_merged", "One of the two records is merged already; un-merge it first.")
    if state.establishment_id != survivor.establishment_id or state is survivor:
        raise NotAllowed("not_mergeable", "Only two different records of one establishment are merged.")
    return [PatientMerged(survivor_id)]


def unmerge(state: Patient) -> list[object]:
    """Take a merge back."""
    if state.merged_into is None:
        raise NotAllowed("not_merged", "This record is not merged.")
    return [PatientUnmerged(state.merged_into)]


def erase(state: Patient) -> list[object]:
    """Record that the key is destroyed."""
    return [] if state.is_erased else [PatientErased()]


def _others(state: Patient, kind: authorisations.Kind, valid_from: Date) -> tuple[Authorisation, ...]:
    return tuple(one for one in state.authorisations if (one.kind, one.valid_from) != (kind, valid_from))


def _told(happened: AuthorisationNotified) -> Notification:
    return Notification(
        happened.kind, happened.valid_from, happened.sent_on, happened.sender, happened.reference, happened.proof
    )


def _untold(state: Patient, kind: authorisations.Kind, valid_from: Date) -> Patient:
    """Without what is recorded of its notification; the same state when nothing is."""
    left = tuple(one for one in state.notifications if (one.kind, one.valid_from) != (kind, valid_from))
    return state if len(left) == len(state.notifications) else replace(state, notifications=left)


def _exchanged(former: Collection[Authorisation], made: Collection[Authorisation]) -> list[object]:
    """Events by which some authorisations take the place of others; one of the same first day replaces by itself."""
    begins = {one.valid_from for one in made}
    gone = [AuthorisationWithdrawn(one.kind, one.valid_from) for one in former if one.valid_from not in begins]
    new = [one for one in made if one not in former]
    given = [AuthorisationRecorded(one.kind, one.category, one.valid_from, one.valid_to, one.number) for one in new]
    return [*gone, *given]


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _check(details: PatientDetails) -> None:
    if details.sex not in (1, 2):
        raise Invalid("field_invalid", "sex: 1 for male, 2 for female.", field="sex")
    if details.birth_date and not _is_date(details.birth_date):
        raise Invalid("field_invalid", "birth_date: give year-month-day.", field="birth_date")


def _alive(state: Patient) -> None:
    if state.is_erased:
        raise NotAllowed("patient_erased", "This patient's personal data were erased for good.")


def _is_date(text: str) -> bool:
    try:
        Date.fromisoformat(text)
    except ValueError:
        return False
    return True
