"""One billing run: what it made, where its files are by now, what it left out; hand its files over, or take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Response

from api.rest.bodies import Month
from api.rest.rights import not_here
from api.web.billing_files import files_of, hand_over
from api.web.doors import MayBill, MayRead
from api.web.in_place import Refusal, told
from api.web.looks import document_state
from api.web.timeline import timeline_of
from api.web.visit import Visit
from application.ports import Row
from application.run_report import Once
from domain.billing_run import BillingRunCompleted
from domain.document import printed
from projections.documents import DOCUMENTS
from projections.history import DocumentFilter, SendingFilter, conditions
from projections.paging import MOST_ROWS, Asked, walk

router = APIRouter(prefix="/c/{where}/facturation/{month}/{run_id}")


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was made, and its page."""

    run_id: UUID
    made: BillingRunCompleted

    @property
    def path(self) -> str:
        """Below the practice."""
        return f"/facturation/{self.made.billed_month}/{self.run_id}"


@router.get("")
def show_run(visit: MayRead, month: Month, run_id: UUID) -> Response:
    """As of the day of the visit."""
    return _page(visit, _run(visit, month, run_id))


@router.post("/envoyer")
def send_run(visit: MayBill, month: Month, run_id: UUID) -> Response:
    """Hand over the files that were ticked."""
    run = _run(visit, month, run_id)
    return hand_over(visit, run.path, lambda refusal: _page(visit, run, refusal))


@router.post("/annuler")
def cancel_run(visit: MayBill, month: Month, run_id: UUID) -> Response:
    """Withdraw what has not left, files and documents: their days stand as before the run, their numbers are void."""
    run, quittance = _run(visit, month, run_id), visit.quittance
    return told(
        visit,
        lambda: visit.do(
            lambda context: quittance.billing.cancel(context, run_id),
            lambda _: visit.at(run.path),
            reason=visit.text("reason", 500),
            about=visit.practice,
        ),
        lambda refusal: _page(visit, run, refusal),
    )


def _page(visit: Visit, run: Run, refusal: Refusal | None = None) -> Response:
    return visit.page(
        "billing_result.html",
        status=refusal.status if refusal else 200,
        run=run,
        files=files_of(visit, SendingFilter(run_id=run.run_id)),
        documents=_documents(visit, run.run_id),
        look=document_state,
        printed=printed,
        left_out_once=left_out_of(run.made),
        entries=timeline_of(visit, run.run_id),
        refusal=refusal,
    )


def _documents(visit: Visit, run_id: UUID) -> Sequence[Row]:
    """Those that it made, by number, each as it stands on the day of the visit."""
    where = conditions(visit.scope, DocumentFilter(run_id=run_id))
    with visit.sql() as sql:
        return list(walk(DOCUMENTS, sql, where, Asked(limit=MOST_ROWS, at=visit.upto)))


def left_out_of(made: BillingRunCompleted) -> Once | None:
    """Of the days left out; None where nobody knows which days of one reason are those of another."""
    if made.left_out is not None:
        return Once(made.left_out.days, made.left_out.amount_cents, made.left_out.unpriced)
    if len(made.blocked) > 1:
        return None
    groups = [*made.blocked, *made.elsewhere]
    known = [one.amount_cents for one in groups if one.amount_cents is not None]
    days, unpriced = sum(one.days for one in groups), sum(one.unpriced for one in groups)
    return Once(days, sum(known) if known or not groups else None, unpriced)


def _run(visit: Visit, month: str, run_id: UUID) -> Run:
    """Raises `NotFound`."""
    made = next((event for event in visit.events(run_id) if isinstance(event, BillingRunCompleted)), None)
    if made is None or (made.establishment_id, made.billed_month) != (visit.practice, month):
        not_here("run_unknown")
    return Run(run_id, made)
