"""Billing runs: look with `dry_run`, then the same body without it; cancel what has not left; begin the numbers."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.catalogue import Language, text
from api.rest.bodies import Body, Month, Reason, example
from api.rest.commands import MayWrite, Writes
from api.rest.encoding import answer, encode
from api.rest.problems import Problem
from api.rest.reads import Reading, Reads
from api.rest.register_bodies import ReasonIn
from api.rest.resources import NOT_CHANGED, explained, id_of, resource
from api.rest.rights import MayBill, MayRead, Product, establishment_at, not_here, within
from application.ports import UndecidedDay
from application.run_report import DocumentTotal, HeldBack, Later, Once, RunReport, UnionTotal
from domain.billing_run import BillingRunCancelled, BillingRunCompleted
from domain.run_plan import RunOptions

router = resource("/billing-runs", "billing runs")
numbers_router = resource("/establishments", "billing runs")
ABSENT = "run_unknown"


class RunIn(Body):
    """A month to bill. With `dry_run` the same body answers what would happen and writes nothing."""

    model_config = example(establishment_id=str(id_of("establishment")), month="2026-02", dry_run=True)

    establishment_id: UUID
    month: Month
    include_current: Annotated[bool, Field(description="Bill a month that is not over.")] = False
    leave_undecided: Annotated[
        bool, Field(description="Leave refused days without a decision so: needed to bill as long as there are any.")
    ] = False
    dry_run: bool = False
    reason: Reason = ""


class NumbersIn(Body):
    """First number of a year, above the last one of the program used before."""

    model_config = example(kind="sending", year=2027, first=40)

    kind: Literal["sending", "reference", "invoice", "document"]
    year: Annotated[int, Field(ge=2020, le=2100)]
    first: Annotated[int, Field(ge=1, le=9_999_999_999)]
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """A code of the product with its meaning."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Held(HeldBack):
    """With the reason in words."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class RunReportOut:
    """Refused days without a decision come first; `stopped` says why nothing goes.

    `undecided`, `undecided_first`: some of them, the longest waiting first. `undecided_age_days`: since the oldest was
    refused; `undecided_left_days`: how many of them a run left before this one, `undecided_most_left` how often.

    `noticed`: days that go, of which an insurer will remark something. `hints`: why days that go are not billed as one
    might expect. `unpriced` days have no amount yet; where all have none, `amount_cents` is null. A day counts for each
    of its reasons in `blocked`; once in `blocked_once`. `documents`: for destinations that eFact does not reach.
    """

    run_id: UUID | None
    establishment_id: UUID
    billed_month: str
    undecided_days: int
    undecided_cents: int
    undecided: tuple[UUID, ...]
    undecided_age_days: int
    undecided_left_days: int
    undecided_most_left: int
    undecided_first: tuple[UndecidedDay, ...]
    stopped: tuple[Explained, ...]
    sendings: tuple[UnionTotal, ...]
    blocked: tuple[Held, ...]
    not_yet: tuple[Later, ...]
    documents: tuple[DocumentTotal, ...]
    blocked_once: Once
    noticed: tuple[Held, ...]
    hints: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class RunOut(BillingRunCompleted):
    """A run that was made, and which of its sendings and documents were withdrawn."""

    run_id: UUID | None = None
    cancelled_sending_ids: tuple[UUID, ...] = ()
    cancelled_document_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Sendings and documents that were withdrawn: their days stand as before the run, their numbers are void."""

    sending_ids: tuple[UUID, ...]
    document_ids: tuple[UUID, ...]


@router.post("", operation_id="bill_month", response_model=RunReportOut)
def bill_month(caller: MayBill, command: MayWrite, reading: Reads, body: RunIn) -> Response:
    """Bill a month: one invoice a patient and insurability, one file a union. Nothing leaves before it is sent.

    Days for a destination that eFact does not reach get a document, one a destination, patient and month.

    422 `refusals_undecided` as long as refused days up to that month wait for a decision, unless `leave_undecided` says
    that they are left so: then it is noted on each of them.
    """
    quittance, shape = reading.quittance, run_report(reading.language)
    where = establishment_at(caller, quittance, body.establishment_id)
    options = RunOptions(body.month, body.include_current, quittance.settings.one_month_per_file)
    if body.dry_run:
        return answer(encode(shape(quittance.billing.preview(where, options))))
    return command.answer(
        lambda context: quittance.billing.run(context, where, options, leave_undecided=body.leave_undecided),
        shape,
        about=where,
        reason=body.reason,
    )


@router.get("/{run_id}", operation_id="get_billing_run", response_model=RunOut, responses=NOT_CHANGED)
def get_billing_run(caller: MayRead, reading: Reads, run_id: UUID) -> Response:
    """What a run made and what it left out."""
    made, withdrawn, version = _run(reading, run_id)
    within(caller, made.establishment_id if made else None, ABSENT)
    if made is None:
        not_here(ABSENT)
    return reading.one({**_fields(made), "run_id": run_id, **withdrawn}, version)


@router.post("/{run_id}/cancel", operation_id="cancel_billing_run", response_model=Cancelled)
def cancel_billing_run(caller: MayBill, command: Writes, quittance: Product, run_id: UUID, body: ReasonIn) -> Response:
    """Withdraw those sendings of the run that have not left, and documents that were not handed out."""
    events = quittance.log.load([run_id]).get(run_id, [])
    made = next((event for event in events if isinstance(event, BillingRunCompleted)), None)
    where = within(caller, made.establishment_id if made else None, ABSENT)
    return command.answer(
        lambda context: quittance.billing.cancel(context, run_id),
        lambda gone: {"sending_ids": gone.sending_ids, "document_ids": gone.document_ids},
        about=where,
        reason=body.reason,
        on=run_id,
    )


@numbers_router.post("/{establishment_id}/numbers", operation_id="start_numbers", response_model=NumbersIn)
def start_numbers(
    caller: MayBill, command: Writes, quittance: Product, establishment_id: UUID, body: NumbersIn
) -> Response:
    """Begin the official numbers of a year. References and invoice numbers belong to the whole installation."""
    where = establishment_at(caller, quittance, establishment_id)
    if body.kind in ("reference", "invoice") and caller.establishments is not None:
        raise Problem(403, "key_limited")
    return command.answer(
        lambda context: quittance.billing.start_numbers(context, where, body.kind, body.year, body.first),
        lambda _: {"kind": body.kind, "year": body.year, "first": body.first, "reason": ""},
        about=where,
        reason=body.reason,
    )


def run_report(language: Language) -> Callable[[RunReport], dict[str, Any]]:
    """What a preview or a run is answered with."""

    def shape(report: RunReport) -> dict[str, Any]:
        def said(reasons: Sequence[HeldBack], group: str = "blocker") -> list[dict[str, Any]]:
            return [{**asdict(held), "text": text(f"{group}.{held.code}", language)} for held in reasons]

        return {
            **{name: getattr(report, name) for name in RunReport.__slots__},
            "stopped": explained("stopped", report.stopped, language),
            "blocked": said(report.blocked),
            "noticed": said(report.noticed),
            "hints": said(report.hints, "price_hint"),
        }

    return shape


def _run(reading: Reading, run_id: UUID) -> tuple[BillingRunCompleted | None, dict[str, list[UUID]], int]:
    events = reading.events(run_id)
    made = next((event for event in events if isinstance(event, BillingRunCompleted)), None)
    cancelled = [event for event in events if isinstance(event, BillingRunCancelled)]
    withdrawn = {
        "cancelled_sending_ids": [i for event in cancelled for i in event.sending_ids],
        "cancelled_document_ids": [i for event in cancelled for i in event.document_ids],
    }
    return made, withdrawn, len(events)


def _fields(made: BillingRunCompleted) -> dict[str, Any]:
    return {field.name: getattr(made, field.name) for field in fields(BillingRunCompleted)}
