"""Sendings: one file to one union, what became of it, and everything in it down to the line."""

from dataclasses import asdict, dataclass
from datetime import date as Date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.build import Quittance
from api.catalogue import Language
from api.not_handed_over import Failure, failure_of, missing_mandate
from api.rest.bodies import Body, Reason, example
from api.rest.commands import Writes
from api.rest.reads import Reading, Reads
from api.rest.register_bodies import NeededReasonIn, ReasonIn
from api.rest.resources import NOT_CHANGED, id_of, resource
from api.rest.rights import MayBill, MayRead, MaySeeCare, Product, establishment_at, not_here, within
from application.access import Caller
from application.ports import EventLog
from application.send import Sent
from domain import invoice as invoices
from domain import sending as sendings
from domain.sending import FundTotal, Sending

router = resource("/sendings", "sendings")
ABSENT = "sending_unknown"


class SendIn(Body):
    """Which prepared sendings to hand over; none named: all of the establishment."""

    model_config = example(establishment_id=str(id_of("establishment")), sending_ids=[])

    establishment_id: UUID
    sending_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()


class ResolveIn(Body):
    """What is known by now of a file whose hand-over was cut."""

    model_config = example(arrived=False, reason="La mutualité n'a rien reçu")

    arrived: bool
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class SendingOut:
    """A sending. `status` is the weightiest thing known of it; figures of the settlement are null before it came.

    `failed`: why the last hand-over did not reach the union, null when it did or nobody tried.
    """

    sending_id: UUID
    establishment_id: UUID
    run_id: UUID | None
    national_union: str
    billed_month: str
    creation_date: Date
    sending_number: int
    provider_reference: str
    reference: str
    message: str
    invoice_ids: tuple[UUID, ...]
    record_count: int
    line_count: int
    day_count: int
    requested_cents: int
    control_number: int
    made_elsewhere: bool
    replaces: tuple[UUID, ...]
    status: str
    outcome: str
    transmitted_on: Date | None
    error_percentage: str
    insurer_reference: str
    accepted_cents: int | None
    refused_cents: int | None
    funds: tuple[FundTotal, ...]
    answers: tuple[str, ...]
    is_contradictory: bool
    is_read: bool
    is_archived: bool
    failed: Failure | None


@dataclass(frozen=True, slots=True)
class SendingChanged:
    """Which sending was changed."""

    sending_id: UUID


@dataclass(frozen=True, slots=True)
class SentOut(Sent):
    """`mandate`: which one is missing at MyCareNet, in words, where that is why it failed."""

    mandate: str = ""


@dataclass(frozen=True, slots=True)
class SentList:
    """What became of each file; `code` says why when it was held back or failed, `until` on which day it may leave.

    A file is queued with the code `registration_none` when no session could let it go.
    """

    sendings: tuple[SentOut, ...]


@router.get("/{sending_id}", operation_id="get_sending", response_model=SendingOut, responses=NOT_CHANGED)
def get_sending(caller: MayRead, reading: Reads, sending_id: UUID) -> Response:
    """One sending."""
    state, version = sending_of(caller, reading, sending_id)
    where = state.made.establishment_id
    failed = failure_of(reading.quittance, where, reading.events(sending_id), reading.language)
    return reading.one({**_shown(state), "failed": failed}, version)


@router.get(
    "/{sending_id}/file",
    operation_id="get_sending_file",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def get_sending_file(caller: MaySeeCare, reading: Reads, sending_id: UUID) -> Response:
    """The 920000 as it was written. It holds national numbers: who fetches it is noted for every patient in it."""
    state, _ = sending_of(caller, reading, sending_id)
    content = reading.quittance.messages.get(state.made.message)
    reading.saw("sending.file", patients_of(reading.quittance.log, state))
    return download(content, f"920000-{state.made.provider_reference}")


@router.post("/send", operation_id="send_sendings", response_model=SentList)
def send_sendings(caller: MayBill, command: Writes, reading: Reads, body: SendIn) -> Response:
    """Hand over prepared sendings; a limit of the insurers holds each back apart. No uncertain one is sent twice.

    While no session is open they are queued, and leave when one opens.
    """
    quittance = reading.quittance
    where = establishment_at(caller, quittance, body.establishment_id)
    return command.answer(
        lambda context: quittance.dispatch.send(context, where, body.sending_ids),
        lambda sent: {"sendings": [_sent(quittance, where, one, reading.language) for one in sent]},
    )


@router.post("/{sending_id}/unqueue", operation_id="unqueue_sending", response_model=SendingChanged)
def unqueue_sending(caller: MayBill, command: Writes, quittance: Product, sending_id: UUID, body: ReasonIn) -> Response:
    """Let it wait for a session no more; it stays prepared."""
    where = owned_sending(caller, quittance.log, sending_id).made.establishment_id
    return command.answer(
        lambda context: quittance.dispatch.unqueue(context, sending_id),
        _changed,
        about=where,
        reason=body.reason,
        on=sending_id,
    )


@router.post("/{sending_id}/archive", operation_id="archive_sending", response_model=SendingChanged)
def archive_sending(caller: MayBill, command: Writes, quittance: Product, sending_id: UUID, body: ReasonIn) -> Response:
    """Put it out of sight; nothing is deleted."""
    where = owned_sending(caller, quittance.log, sending_id).made.establishment_id
    return command.answer(
        lambda context: quittance.dispatch.archive(context, sending_id, archived=True),
        _changed,
        about=where,
        reason=body.reason,
        on=sending_id,
    )


@router.post("/{sending_id}/unarchive", operation_id="unarchive_sending", response_model=SendingChanged)
def unarchive_sending(
    caller: MayBill, command: Writes, quittance: Product, sending_id: UUID, body: ReasonIn
) -> Response:
    """Back in sight."""
    where = owned_sending(caller, quittance.log, sending_id).made.establishment_id
    return command.answer(
        lambda context: quittance.dispatch.archive(context, sending_id, archived=False),
        _changed,
        about=where,
        reason=body.reason,
        on=sending_id,
    )


@router.post("/{sending_id}/mark-read", operation_id="mark_sending_read", response_model=SendingChanged)
def mark_sending_read(caller: MayBill, command: Writes, quittance: Product, sending_id: UUID) -> Response:
    """Take note of what came back."""
    owned_sending(caller, quittance.log, sending_id)
    return command.answer(lambda context: quittance.dispatch.mark_read(context, sending_id), _changed, on=sending_id)


@router.post("/{sending_id}/resolve", operation_id="resolve_sending", response_model=SendingChanged)
def resolve_sending(
    caller: MayBill, command: Writes, quittance: Product, sending_id: UUID, body: ResolveIn
) -> Response:
    """Say whether a file of unknown outcome arrived; one that did not is prepared as before."""
    where = owned_sending(caller, quittance.log, sending_id).made.establishment_id
    return command.answer(
        lambda context: quittance.dispatch.resolve(context, sending_id, arrived=body.arrived),
        _changed,
        about=where,
        reason=body.reason,
        on=sending_id,
    )


@router.post("/{sending_id}/confirm-rejection", operation_id="confirm_rejection", response_model=SendingChanged)
def confirm_rejection(
    caller: MayBill, command: Writes, quittance: Product, sending_id: UUID, body: NeededReasonIn
) -> Response:
    """Say that a file refused as a duplicate has no living copy: its days are prepared again."""
    where = owned_sending(caller, quittance.log, sending_id).made.establishment_id
    return command.answer(
        lambda context: quittance.dispatch.confirm_rejection(context, sending_id),
        _changed,
        about=where,
        reason=body.reason,
        on=sending_id,
    )


def sending_of(caller: Caller, reading: Reading, sending_id: UUID) -> tuple[Sending, int]:
    """State and version as of the instant asked for. Raises `NotFound`."""
    events = reading.events(sending_id)
    state = sendings.fold(events, sending_id)
    within(caller, state.made.establishment_id if state else None, ABSENT)
    return state or not_here(ABSENT), len(events)


def owned_sending(caller: Caller, log: EventLog, sending_id: UUID) -> Sending:
    """A sending that the caller may see. Raises `NotFound`."""
    state = sendings.fold(log.load([sending_id]).get(sending_id, []), sending_id)
    within(caller, state.made.establishment_id if state else None, ABSENT)
    return state or not_here(ABSENT)


def patients_of(log: EventLog, state: Sending) -> list[UUID]:
    """Everybody whose care is in the file."""
    issued = log.load(state.made.invoice_ids).values()
    return [events[0].patient_id for events in issued if isinstance(events[0], invoices.InvoiceIssued)]


def download(content: bytes, name: str) -> Response:
    """Bytes as they are, under a name without anything personal."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type="application/octet-stream")


def _sent(quittance: Quittance, where: UUID, one: Sent, language: Language) -> SentOut:
    mandate = missing_mandate(quittance, where, one.registration_id, one.holder_kind, language)
    return SentOut(**asdict(one), mandate=mandate)


def _changed(sending_id: UUID) -> dict[str, Any]:
    return {"sending_id": sending_id}


def _shown(state: Sending) -> dict[str, Any]:
    made, settled = asdict(state.made), state.settlement
    made["national_union"] = made.pop("union")
    return {
        "sending_id": state.sending_id,
        **made,
        "status": state.status,
        "outcome": state.outcome,
        "transmitted_on": state.transmitted_on,
        "error_percentage": state.error_percentage,
        "insurer_reference": state.insurer_reference,
        "accepted_cents": settled.accepted_cents if settled else None,
        "refused_cents": settled.refused_cents if settled else None,
        "funds": settled.funds if settled else (),
        "answers": sorted(state.messages),
        "is_contradictory": sendings.is_contradictory(state),
        "is_read": state.is_read,
        "is_archived": state.is_archived,
    }
