"""Registrations with MyCareNet: under which of them a practice sends for a number, and what it noted about each.

They and their mandates are arranged at MyCareNet, outside any program: what stands here is what the practice says of
it. Who holds a personal mandate is told by the session's certificate; the number of nobody is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from uuid import UUID, uuid5

from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import Sealed, event
from domain.identifiers import is_cbe_number, is_nihii
from domain.registration_kinds import KINDS, RULES, Condition, Kind, KindRule

_REGISTRATIONS = UUID("5e0c6f1a-3d5b-5c0e-8a8e-7b2f4f0f3c91")
MOST_TEXT = 500


@event("registration.created")
class RegistrationCreated:
    """`nihii`: of the care provider for whom it is. `cbe`: of the company that sends, empty for other kinds."""

    establishment_id: UUID
    registration_id: UUID
    kind: Kind
    nihii: str
    cbe: str
    valid_from: Date


@event("registration.ended")
class RegistrationEnded:
    """`valid_to`: its last day."""

    registration_id: UUID
    valid_to: Date


@event("registration.mandate_recorded", subject="establishment_id")
class MandateRecorded:
    """The care provider gave a mandate, both ends included (None: open). `given_to` and `evidence`: in own words."""

    establishment_id: UUID
    registration_id: UUID
    mandate_id: UUID
    valid_from: Date
    valid_to: Date | None
    given_to: Sealed = ""
    evidence: Sealed = ""


@event("registration.mandate_revoked")
class MandateRevoked:
    """`valid_to`: its last day; one before the first says that it never held."""

    registration_id: UUID
    mandate_id: UUID
    valid_to: Date


@event("registration.condition_arranged", subject="establishment_id")
class ConditionArranged:
    """Somebody saw to it outside the program on that day; `evidence`: how one knows, in own words."""

    establishment_id: UUID
    registration_id: UUID
    condition: Condition
    arranged_on: Date
    evidence: Sealed = ""


@event("registration.condition_reopened")
class ConditionReopened:
    """It is not arranged, after all or any more."""

    registration_id: UUID
    condition: Condition


@dataclass(frozen=True, slots=True)
class Mandate:
    """As recorded here."""

    mandate_id: UUID
    valid_from: Date
    valid_to: Date | None
    given_to: str = ""
    evidence: str = ""

    def covers(self, day: Date) -> bool:
        """Whether the day falls in it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Arranged:
    """A condition that somebody saw to."""

    condition: Condition
    arranged_on: Date
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """State of one; `mandates` and `arranged` in the order in which they were recorded."""

    registration_id: UUID
    kind: Kind
    nihii: str
    cbe: str
    valid_from: Date
    valid_to: Date | None = None
    mandates: tuple[Mandate, ...] = ()
    arranged: tuple[Arranged, ...] = ()

    @property
    def rule(self) -> KindRule:
        """Of its kind."""
        return RULES[self.kind]

    def covers(self, day: Date) -> bool:
        """Whether it is in force."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def lacks_mandate(self, day: Date) -> bool:
        """Whether its kind needs a mandate and none recorded here covers the day."""
        return self.rule.needs_mandate and not any(mandate.covers(day) for mandate in self.mandates)

    @property
    def to_arrange(self) -> tuple[Condition, ...]:
        """What nobody noted as arranged."""
        known = {one.condition for one in self.arranged}
        return tuple(condition for condition in self.rule.conditions if condition not in known)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A registration as somebody asks for it."""

    kind: str
    nihii: str
    cbe: str
    valid_from: Date


def registrations_id(establishment_id: UUID) -> UUID:
    """Of all registrations of an establishment: they are few, and one must not overlap another."""
    return uuid5(_REGISTRATIONS, str(establishment_id))


def fold(events: Iterable[object]) -> tuple[Registration, ...]:
    """All of them, in the order in which they were created."""
    known: dict[UUID, Registration] = {}
    for happened in events:
        match happened:
            case RegistrationCreated():
                known[happened.registration_id] = Registration(
                    happened.registration_id, happened.kind, happened.nihii, happened.cbe, happened.valid_from
                )
            case _ if (one := known.get(getattr(happened, "registration_id", _REGISTRATIONS))) is not None:
                known[one.registration_id] = _evolve(one, happened)
    return tuple(known.values())


def _evolve(state: Registration, happened: object) -> Registration:
    match happened:
        case RegistrationEnded():
            return replace(state, valid_to=happened.valid_to)
        case MandateRecorded():
            made = Mandate(
                happened.mandate_id, happened.valid_from, happened.valid_to, happened.given_to, happened.evidence
            )
            return replace(state, mandates=(*state.mandates, made))
        case MandateRevoked():
            left = (
                replace(one, valid_to=happened.valid_to) if one.mandate_id == happened.mandate_id else one
                for one in state.mandates
            )
            return replace(state, mandates=tuple(left))
        case ConditionArranged():
            made_so = Arranged(happened.condition, happened.arranged_on, happened.evidence)
            return replace(state, arranged=(*_others(state, happened.condition), made_so))
        case ConditionReopened():
            return replace(state, arranged=_others(state, happened.condition))
    return state


def _others(state: Registration, condition: Condition) -> tuple[Arranged, ...]:
    return tuple(one for one in state.arranged if one.condition != condition)


def create(known: Sequence[Registration], where: UUID, wanted: Wanted) -> tuple[UUID, list[object]]:
    """Its id and what happens; the same again changes nothing. Raises `Invalid` and `NotAllowed`."""
    kind = _kind(wanted)
    identifier = uuid5(registrations_id(where), f"{kind}|{wanted.nihii}|{wanted.cbe}|{wanted.valid_from}")
    for one in known:
        if (one.kind, one.nihii, one.cbe) != (kind, wanted.nihii, wanted.cbe):
            continue
        if one.registration_id == identifier:
            return identifier, []
        if one.valid_to is None or wanted.valid_from <= one.valid_to:
            raise NotAllowed("registration_overlaps", "There is such a registration already.", field="valid_from")
    return identifier, [RegistrationCreated(where, identifier, kind, wanted.nihii, wanted.cbe, wanted.valid_from)]


def _kind(wanted: Wanted) -> Kind:
    """Numbers fit the kind. Raises `Invalid`."""
    kind = next((one for one in KINDS if one == wanted.kind), None)
    if kind is None:
        raise Invalid("registration_kind", f"kind: give one of {', '.join(KINDS)}.", field="kind")
    if not is_nihii(wanted.nihii):
        raise Invalid("field_invalid", "nihii: give 11 digits with valid check digits.", field="nihii")
    if RULES[kind].is_of_company and not is_cbe_number(wanted.cbe):
        raise Invalid("field_invalid", "cbe: give the company number, 10 digits with valid check digits.", field="cbe")
    if not RULES[kind].is_of_company and wanted.cbe:
        raise Invalid("cbe_not_of_kind", "cbe: no company sends under this kind; leave it out.", field="cbe")
    return kind


def registration_of(known: Sequence[Registration], identifier: UUID) -> Registration:
    """By id. Raises `NotFound`."""
    for one in known:
        if one.registration_id == identifier:
            return one
    raise NotFound("registration_unknown", "There is no such registration.")


def end(known: Sequence[Registration], state: Registration, valid_to: Date) -> list[object]:
    """Let `valid_to` be its last day; the same again changes nothing.

    Raises `Invalid` before its first, and `NotAllowed` when another one of the same numbers begins by then.
    """
    if valid_to < state.valid_from:
        raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
    numbers = (state.kind, state.nihii, state.cbe)
    if any(
        (one.kind, one.nihii, one.cbe) == numbers and state.valid_from < one.valid_from <= valid_to for one in known
    ):
        raise NotAllowed("registration_overlaps", "There is such a registration already.", field="valid_to")
    return [] if state.valid_to == valid_to else [RegistrationEnded(state.registration_id, valid_to)]


def record_mandate(state: Registration, where: UUID, given: Mandate) -> list[object]:
    """The care provider gave one; `given.mandate_id` is not looked at, the same again changes nothing.

    Raises `Invalid`, and `NotAllowed` for a kind that needs none.
    """
    if not state.rule.needs_mandate:
        raise NotAllowed("mandate_not_needed", "Who sends under this kind needs no mandate.")
    if given.valid_to is not None and given.valid_to < given.valid_from:
        raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
    mandate_id = uuid5(state.registration_id, str(len(state.mandates) + 1))
    made = replace(given, mandate_id=mandate_id)
    if any(replace(one, mandate_id=mandate_id) == made for one in state.mandates):
        return []
    dates = (given.valid_from, given.valid_to)
    return [MandateRecorded(where, state.registration_id, mandate_id, *dates, given.given_to, given.evidence)]


def revoke_mandate(state: Registration, mandate_id: UUID, valid_to: Date) -> list[object]:
    """Let it end sooner; before its first day: it never held. Raises `NotFound`, and `NotAllowed` to prolong it."""
    for one in state.mandates:
        if one.mandate_id == mandate_id:
            if one.valid_to is not None and valid_to > one.valid_to:
                raise NotAllowed("mandate_over", "It ends sooner than that: record another one.", field="valid_to")
            return [] if one.valid_to == valid_to else [MandateRevoked(state.registration_id, mandate_id, valid_to)]
    raise NotFound("mandate_unknown", "There is no such mandate.")


def arrange(state: Registration, where: UUID, done: Arranged) -> list[object]:
    """Note that a condition of the kind is met outside, or correct that note. Raises `Invalid`."""
    if done.condition not in state.rule.conditions:
        told = ", ".join(state.rule.conditions)
        raise Invalid("condition_unknown", f"condition: give one of {told}.", field="condition")
    if done in state.arranged:
        return []
    return [ConditionArranged(where, state.registration_id, done.condition, done.arranged_on, done.evidence)]


def reopen(state: Registration, condition: str) -> list[object]:
    """It is not met, after all; what was never noted changes nothing."""
    return [
        ConditionReopened(state.registration_id, one.condition) for one in state.arranged if one.condition == condition
    ]
