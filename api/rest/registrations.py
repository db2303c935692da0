"""Registrations with MyCareNet: under which files go, mandates, and what a practice noted as arranged outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.catalogue import Language, text
from api.rest.bodies import Body, Day, Nihii, Reason, example
from api.rest.commands import Writes
from api.rest.establishments import Warned
from api.rest.reads import Reads
from api.rest.register_bodies import ReasonIn
from api.rest.resources import NOT_CHANGED, explained, resource
from api.rest.rights import MayRead, MayRegister, Product, establishment_at
from application.registrations import MOST_AT_ONCE, Created, CreatedOfMany
from domain import registration as registrations
from domain.local_time import local_date
from domain.registration import MOST_TEXT, Arranged, Mandate, Registration, Wanted
from domain.registration_kinds import Condition, Kind

router = resource("/establishments/{establishment_id}/registrations", "registrations")
Note = Annotated[str, Field(max_length=MOST_TEXT, description="In own words, without a national number; kept sealed.")]


class RegistrationIn(Body):
    """`nihii`: of the care provider for whom it is; `cbe`: of the company that sends, where the kind has one."""

    model_config = example(kind="company_staff", nihii="41234502401", cbe="0400000086", valid_from="2026-01-01")

    kind: Kind
    nihii: Nihii
    cbe: Annotated[str, Field(max_length=10)] = ""
    valid_from: Day
    reason: Reason = ""

    def wanted(self) -> Wanted:
        """As the domain knows it."""
        return Wanted(self.kind, self.nihii, self.cbe, self.valid_from)


class OneOfMany(Body):
    """As one alone, without a reason."""

    kind: Kind
    nihii: Annotated[str, Field(max_length=11)]
    cbe: Annotated[str, Field(max_length=10)] = ""
    valid_from: Day


class RegistrationsIn(Body):
    """Each is entered or refused for itself: one company for all nurses that gave it a mandate, for example."""

    model_config = example(
        registrations=[
            {"kind": "company_staff", "nihii": nihii, "cbe": "0400000086", "valid_from": "2026-01-01"}
            for nihii in ("41234502401", "41234502402")
        ],
        reason="Secrétariat commun",
    )

    registrations: Annotated[tuple[OneOfMany, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]
    reason: Reason = ""


class LastDayIn(Body):
    """The last day of a registration or of a mandate."""

    model_config = example(valid_to="2099-12-31", reason="Fin de la collaboration")

    valid_to: Day
    reason: Reason = ""


class MandateIn(Body):
    """A mandate as it was given at MyCareNet, both days included; without a last day: open."""

    model_config = example(
        valid_from="2026-01-01", given_to="Secrétariat des Tilleuls", evidence="Copie d'écran du 02/01/2026"
    )

    valid_from: Day
    valid_to: Day | None = None
    given_to: Note = ""
    evidence: Note = ""
    reason: Reason = ""


class ArrangedIn(Body):
    """A condition of the kind that is met outside the program."""

    model_config = example(arranged_on="2026-01-02", evidence="Vu à la BCE")

    arranged_on: Day
    evidence: Note = ""
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class ToArrange:
    """A condition of the kind, with what it asks for; `arranged_on` is null as long as nobody noted it as met."""

    condition: Condition
    text: str
    arranged_on: Date | None
    evidence: str


@dataclass(frozen=True, slots=True)
class RegistrationOut:
    """`lacks_mandate`: its kind needs one, and none that is noted here holds on the day shown; MyCareNet may know one.

    `about`: what the kind is, in words.
    """

    registration_id: UUID
    kind: Kind
    about: str
    nihii: str
    cbe: str
    valid_from: Date
    valid_to: Date | None
    is_in_force: bool
    lacks_mandate: bool
    mandates: tuple[Mandate, ...]
    conditions: tuple[ToArrange, ...]


@dataclass(frozen=True, slots=True)
class RegistrationList:
    """In the order in which they were entered. `stream_id`: their timeline."""

    stream_id: UUID
    registrations: tuple[RegistrationOut, ...]


@dataclass(frozen=True, slots=True)
class CreatedOut:
    """`is_new`: it was not there before."""

    registration_id: UUID
    is_new: bool
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class CreatedOfManyOut:
    """`place`: from 1, as they were given. `code`, `text`, `field`: why it was refused; then the others are null."""

    place: int
    outcome: Literal["created", "known", "refused"]
    registration_id: UUID | None
    warnings: tuple[Warned, ...]
    code: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class CreatedManyOut:
    """One for each that was given."""

    registrations: tuple[CreatedOfManyOut, ...]


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """Which one it is."""

    registration_id: UUID


@router.get("", operation_id="list_registrations", response_model=RegistrationList, responses=NOT_CHANGED)
def list_registrations(caller: MayRead, reading: Reads, establishment_id: UUID) -> Response:
    """Registrations of the practice, also those that ended, with mandates and conditions."""
    where = establishment_at(caller, reading.quittance, establishment_id)
    stream_id = registrations.registrations_id(where)
    events, day = reading.events(stream_id), local_date(reading.as_of or reading.quittance.clock.now())
    shown = tuple(_shown(one, day, reading.language) for one in registrations.fold(events))
    return reading.one(RegistrationList(stream_id, shown), len(events), is_alone=False)


@router.post("", operation_id="create_registration", status_code=201, response_model=CreatedOut)
def create_registration(
    caller: MayRegister, command: Writes, reading: Reads, establishment_id: UUID, body: RegistrationIn
) -> Response:
    """Enter one; the same again changes nothing."""
    where = establishment_at(caller, reading.quittance, establishment_id)
    return command.answer(
        lambda context: reading.quittance.registrations.create(context, where, body.wanted()),
        lambda made: _created(made, reading.language),
        status=201,
        about=where,
        reason=body.reason,
        on=registrations.registrations_id(where),
    )


@router.post("/batch", operation_id="create_registrations", response_model=CreatedManyOut)
def create_registrations(
    caller: MayRegister, command: Writes, reading: Reads, establishment_id: UUID, body: RegistrationsIn
) -> Response:
    """Enter many, each for itself, in one commit."""
    where = establishment_at(caller, reading.quittance, establishment_id)
    wanted = [Wanted(one.kind, one.nihii, one.cbe, one.valid_from) for one in body.registrations]
    return command.answer(
        lambda context: reading.quittance.registrations.create_many(context, where, wanted),
        lambda made: {"registrations": [_of_many(one, reading.language) for one in made]},
        about=where,
        reason=body.reason,
        on=registrations.registrations_id(where),
    )


@router.post("/{registration_id}/end", operation_id="end_registration", response_model=RegistrationChanged)
def end_registration(
    caller: MayRegister,
    command: Writes,
    quittance: Product,
    establishment_id: UUID,
    registration_id: UUID,
    body: LastDayIn,
) -> Response:
    """Give it its last day."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.registrations.end(context, where, registration_id, body.valid_to),
        _changed,
        about=where,
        reason=body.reason,
        on=registrations.registrations_id(where),
    )


@router.post(
    "/{registration_id}/mandates", operation_id="record_mandate", status_code=201, response_model=RegistrationChanged
)
def record_mandate(
    caller: MayRegister,
    command: Writes,
    quittance: Product,
    establishment_id: UUID,
    registration_id: UUID,
    body: MandateIn,
) -> Response:
    """Note a mandate that was given at MyCareNet."""
    where = establishment_at(caller, quittance, establishment_id)
    given = (body.valid_from, body.valid_to, body.given_to, body.evidence)
    return command.answer(
        lambda context: quittance.registrations.record_mandate(context, where, registration_id, *given),
        _changed,
        status=201,
        about=where,
        reason=body.reason,
        on=registrations.registrations_id(where),
    )


@router.post(
    "/{registration_id}/mandates/{mandate_id}/revoke",
    operation_id="revoke_mandate",
    response_model=RegistrationChanged,
)
def revoke_mandate(
    caller: MayRegister,
    command: Writes,
    quittance: Product,
    establishment_id: UUID,
    registration_id: UUID,
    mandate_id: UUID,
    body: LastDayIn,
) -> Response:
    """Give a mandate its last day; one before its first says that it never held."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.registrations.revoke_mandate(
            context, where, registration_id, mandate_id, body.valid_to
        ),
        _changed,
        about=where,
        reason=body.reason,
        on=registrations.registrations_id(where),
    )


@router.put(
    "/{registration_id}/conditions/{condition}", operation_id="note_condition", response_model=RegistrationChanged
)
def note_condition(
    caller: MayRegister,
    command: Writes,
    quittance: Product,
    establishment_id: UUID,
    registration_id: UUID,
    condition: Condition,
    body: ArrangedIn,
) -> Response:
    """Note that a condition of the kind is met outside the program, or correct that note."""
    where = establishment_at(caller, quittance, establishment_id)
    noted = (condition, body.arranged_on, body.evidence)
    return command.answer(
        lambda context: quittance.registrations.arrange(context, where, registration_id, *noted),
        _changed,
        about=where,
        reason=body.reason,
        on=registrations.registrations_id(where),
    )


@router.post(
    "/{registration_id}/conditions/{condition}/reopen",
    operation_id="reopen_condition",
    response_model=RegistrationChanged,
)
def reopen_condition(
    caller: MayRegister,
    command: Writes,
    quittance: Product,
    establishment_id: UUID,
    registration_id: UUID,
    condition: Condition,
    body: ReasonIn,
) -> Response:
    """Note that it is not met, after all or any more."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.registrations.reopen(context, where, registration_id, condition),
        _changed,
        about=where,
        reason=body.reason,
        on=registrations.registrations_id(where),
    )


def _shown(one: Registration, day: Date, language: Language) -> RegistrationOut:
    noted = {arranged.condition: arranged for arranged in one.arranged}
    return RegistrationOut(
        one.registration_id,
        one.kind,
        text(f"registration_about.{one.kind}", language),
        one.nihii,
        one.cbe,
        one.valid_from,
        one.valid_to,
        one.covers(day),
        one.lacks_mandate(day),
        one.mandates,
        tuple(_condition(name, noted.get(name), language) for name in one.rule.conditions),
    )


def _condition(name: Condition, noted: Arranged | None, language: Language) -> ToArrange:
    told = text(f"registration_condition.{name}", language)
    return ToArrange(name, told, noted.arranged_on if noted else None, noted.evidence if noted else "")


def _created(made: Created, language: Language) -> Mapping[str, object]:
    warnings = explained("warning", made.warnings, language)
    return {"registration_id": made.registration_id, "is_new": made.is_new, "warnings": warnings}


def _of_many(one: CreatedOfMany, language: Language) -> Mapping[str, object]:
    made = one.created
    if made is None:
        told = text(f"problem.{one.code}", language, field=one.field)
        refused = {"code": one.code, "field": one.field, "text": told}
        return {"place": one.place, "outcome": "refused", "registration_id": None, "warnings": [], **refused}
    outcome = "created" if made.is_new else "known"
    warnings = explained("warning", made.warnings, language)
    told_of = {"registration_id": made.registration_id, "warnings": warnings}
    return {"place": one.place, "outcome": outcome, **told_of, "code": "", "field": "", "text": ""}


def _changed(registration_id: UUID) -> Mapping[str, object]:
    return {"registration_id": registration_id}
