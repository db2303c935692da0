"""Invoices, and the tree of a sending: its invoices, their days, the lines of each."""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from api.rest.billing_days import DayOut
from api.rest.billing_days import shown as shown_day
from api.rest.reads import Reading, Reads
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayRead, not_here, within
from api.rest.sendings import sending_of
from api.verdicts_to_come import told_cents
from domain import invoice as invoices
from domain.invoice import Invoice, InvoiceIssued
from projections.settled_days import days_of_invoices

router = resource("/invoices", "invoices")
tree_router = resource("/sendings", "sendings")
ABSENT = "invoice_unknown"
_MOST_INVOICES = 100


@dataclass(frozen=True, slots=True)
class InvoiceOut(InvoiceIssued):
    """What was asked, and what the settlement made of it: null before it came.

    `insurer_reference`: how the insurer calls it, if it said.
    """

    invoice_id: UUID | None = None
    status: str = ""
    verdict: str = ""
    accepted_cents: int | None = None
    refused_cents: int | None = None
    insurer_reference: str = ""


@dataclass(frozen=True, slots=True)
class TreeDay(DayOut):
    """As this sending left it, with the lines that were asked in it. `is_here` is false when the day left it since."""

    is_here: bool = True


@dataclass(frozen=True, slots=True)
class TreeInvoice(InvoiceOut):
    """An invoice opened down to its lines."""

    days: tuple[TreeDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """A page of the invoices of a sending; `next` is null at the end."""

    sending_id: UUID
    invoices: tuple[TreeInvoice, ...]
    next: str | None


@router.get("/{invoice_id}", operation_id="get_invoice", response_model=InvoiceOut, responses=NOT_CHANGED)
def get_invoice(caller: MayRead, reading: Reads, invoice_id: UUID) -> Response:
    """One invoice."""
    events = reading.events(invoice_id)
    state = invoices.fold(events)
    within(caller, state.made.establishment_id if state else None, ABSENT)
    if state is None:
        not_here(ABSENT)
    body = _shown(invoice_id, state, whole=caller.may("medical"))
    return reading.one(body, len(events), action="invoice.read", patients=[state.made.patient_id])


@tree_router.get("/{sending_id}/tree", operation_id="get_sending_tree", response_model=Tree)
def get_sending_tree(
    caller: MayRead,
    reading: Reads,
    sending_id: UUID,
    limit: Annotated[int, Query(ge=1, le=_MOST_INVOICES)] = 20,
    cursor: Annotated[int, Query(ge=0, le=1_000_000, description="As given in `next`.")] = 0,
) -> Response:
    """What was billed and what the union said, from the invoice down to the line, as of any instant."""
    state, _ = sending_of(caller, reading, sending_id)
    ids = state.made.invoice_ids[cursor : cursor + limit]
    shown = _opened(reading, ids)
    more = cursor + limit < len(state.made.invoice_ids)
    address = f"/sendings/{sending_id}/tree?limit={limit}&cursor={cursor + limit}" if more else None
    body = {"sending_id": sending_id, "invoices": shown, "next": address}
    return reading.many(body, action="sending.tree", patients=[one["patient_id"] for one in shown])


def _opened(reading: Reading, ids: tuple[UUID, ...]) -> list[dict[str, Any]]:
    log, upto = reading.quittance.log, reading.upto
    states = {i: state for i, events in log.load(ids, upto).items() if (state := invoices.fold(events))}
    seen = days_of_invoices(log, [(i, state.made) for i, state in states.items()], upto)
    shown, whole = [], reading.caller.may("medical")
    for identifier in (i for i in ids if i in states):
        made = states[identifier].made
        here = [seen[identifier, day_id] for day_id in made.day_ids if (identifier, day_id) in seen]
        branches = [{**asdict(shown_day(day.day_id, day.state, whole=whole)), "is_here": day.is_here} for day in here]
        shown.append({**_shown(identifier, states[identifier], whole=whole), "days": branches})
    return shown


def _shown(invoice_id: UUID, state: Invoice, *, whole: bool) -> dict[str, Any]:
    made = state.made if whole else replace(state.made, reference="")
    return {
        **asdict(made),
        "invoice_id": invoice_id,
        "status": state.status,
        "verdict": state.verdict,
        "accepted_cents": told_cents(state.verdict, state.accepted_cents),
        "refused_cents": told_cents(state.verdict, state.refused_cents),
        "insurer_reference": state.insurer_reference,
    }
