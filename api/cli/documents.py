"""`quittance documents`: invoices beyond eFact, and what a person notes: handed out, paid, refused, cancelled."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.access import note_access
from api.cli.console import AsJson, Reason, Where, billed_month, context, establishment, working
from api.cli.ids import identifier_of
from api.cli.instants import AsOf, position
from api.cli.voice import Voice
from application.commit import Done
from application.ports import Context
from domain.document import Document, DocumentIssued, printed
from projections.documents import DOCUMENTS
from projections.history import DocumentFilter, conditions
from projections.paging import MOST_ROWS, Asked

app = typer.Typer(no_args_is_help=True, help="Documents for destinations that eFact does not reach.")

DocumentId = Annotated[str, typer.Argument(help="Document id.")]
On = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="On which day.")]


@app.command("list")
def list_documents(
    month: Annotated[str, typer.Option(help="Month of care, YYYY-MM.")] = "",
    status: Annotated[str, typer.Option(help="issued, handed_out, paid, refused or cancelled.")] = "",
    where: Where = "",
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """Documents with their numbers and communications, what is paid of each, and where it stands."""
    with working(as_json=as_json) as (quittance, voice):
        scope, at = [establishment(quittance, where)], position(quittance, as_of)
        wanted = DocumentFilter(month=billed_month(month) if month else None, status=status or None)
        with quittance.store.database.snapshot() as sql:
            rows = DOCUMENTS.page(sql, conditions(scope, wanted), Asked(limit=MOST_ROWS, at=at)).rows
        note_access(quittance, "document.listed", {row["patient_id"] for row in rows})
        if as_json:
            voice.json(rows)
            return
        heads = ("invoice_number", "communication", "destination", "month", "days", "amount", "paid", "status", "id")
        voice.table(
            [(f"column.{head}", head in ("days", "amount", "paid")) for head in heads],
            [
                (
                    row["number"],
                    printed(row["communication"]),
                    row["destination"],
                    row["month"],
                    row["day_count"],
                    voice.money(row["amount_cents"]),
                    voice.money(row["paid_cents"]),
                    voice.code("document_status", row["status"]),
                    row["document_id"],
                )
                for row in rows
            ],
        )


@app.command("hand-out")
def hand_out(document: DocumentId, noted_on: On, reason: Reason = "", as_json: AsJson = False) -> None:
    """Note that it went to its addressee: a cancelled run leaves it alone from then on."""
    with working(as_json=as_json) as (quittance, voice):
        to, where, which = _about(quittance, document, reason)
        _tell(voice, quittance.documents.hand_out(to, where, which, noted_on.date()))


@app.command("paid")
def paid(
    document: DocumentId,
    noted_on: On,
    cents: Annotated[int, typer.Option("--cents", help="What came, in cents: all that is open, or a part.")],
    reference: Annotated[str, typer.Option(help="How you find the payment again.")] = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Note money that came for it; its days count as paid once all of it is there."""
    with working(as_json=as_json) as (quittance, voice):
        to, where, which = _about(quittance, document, reason)
        _tell(voice, quittance.documents.pay(to, where, which, noted_on.date(), cents, reference))


@app.command("refused")
def refused(document: DocumentId, noted_on: On, reason: Reason, as_json: AsJson = False) -> None:
    """Note that the addressee does not pay: its days are refused, and wait for a decision."""
    with working(as_json=as_json) as (quittance, voice):
        to, where, which = _about(quittance, document, reason)
        _tell(voice, quittance.documents.refuse(to, where, which, noted_on.date()))


@app.command("reopen")
def reopen(document: DocumentId, reason: Reason, as_json: AsJson = False) -> None:
    """Take back what was noted wrongly, payments or refusal, unless a day was decided or billed since."""
    with working(as_json=as_json) as (quittance, voice):
        _tell(voice, quittance.documents.reopen(*_about(quittance, document, reason)))


@app.command("cancel")
def cancel(document: DocumentId, reason: Reason, as_json: AsJson = False) -> None:
    """Withdraw it, as long as nothing of it is paid: its days stand as before, its number is not used again."""
    with working(as_json=as_json) as (quittance, voice):
        _tell(voice, quittance.documents.cancel(*_about(quittance, document, reason)))


def _about(quittance: Quittance, given: str, reason: str) -> tuple[Context, UUID, UUID]:
    """The command about it, its reason under the key of its patient; its establishment; its id."""
    which = identifier_of(given)
    made = quittance.log.load([which]).get(which, [None])[0]
    if not isinstance(made, DocumentIssued):
        return context(), which, which  # of no establishment: absent
    return context(reason, made.patient_id), made.establishment_id, which


def _tell(voice: Voice, done: Done[Document]) -> None:
    state = done.result
    if voice.as_json:
        voice.json({"document_id": state.document_id, "status": state.status})
        return
    named = {"number": state.made.number, "status": voice.code("document_status", state.status)}
    voice.say("bill.document_noted", open=voice.money(state.open_cents), **named)
