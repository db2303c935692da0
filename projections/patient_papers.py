"""Documents that patients of a file are still to be given: a figure a sending, and until when."""

from collections.abc import Collection, Mapping
from datetime import date as Date
from uuid import UUID

from application.ports import Recorded, Row, Sql
from domain.invoice import InvoiceIssued, InvoiceSettled
from domain.patient_document import PatientDocumentGiven, PatientDocumentWithdrawn
from domain.rules.limits import patient_document_until
from domain.sending import (
    RejectionConfirmed,
    SendingCancelled,
    SendingEnvelopeRejected,
    SendingHandedOver,
    SendingHandOverFailed,
    SendingPrepared,
    SendingRejected,
    SendingSettled,
)
from projections.as_of import union
from projections.scope import Condition, both, one_of, scoped
from projections.table import Index, Table, ViewRow, number, text, uuid
from projections.view import Key, SetView, Streams, on_stream, topic
from projections.work import Work

WAITS = "first_documents + new_documents > 0 AND sent_on <> '' AND standing <> 'void'"
_MOST = 200

TABLE = Table(
    "patient_papers",
    (
        uuid("paper_id", fixed=True),
        uuid("sending_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("month", fixed=True),
        text("national_union", fixed=True),
        number("sending_number", fixed=True),
        text("sent_on"),
        text("standing"),
        number("first_documents"),
        number("new_documents"),
        uuid("corrects", optional=True, fixed=True),
        text("state"),
    ),
    key="paper_id",
    owner="sending_id",
    # Holds all that they are counted by.
    indexes=(Index(("establishment_id", "sending_id"), where=WAITS),),
)
Rows = Mapping[Key, ViewRow]


def apply(rows: Rows, recorded: Recorded, _streams: Streams) -> Mapping[Key, ViewRow | None]:
    """A row a sending, under its own id; and one for each of its invoices that corrects one, which is counted nowhere.

    `first_documents`: of invoices that the file asks; `new_documents`: of earlier ones whose correction by it ended.
    `corrects`, `state` of a correction: the invoice that it corrects; `asked`, `ended` or `told`. `standing`: `void`
    once nothing of the file was accepted, `settled` whatever was said before; else empty. Files of another program have
    no row: nobody knows what their patients were given.
    """
    happened = recorded.event
    if isinstance(happened, SendingPrepared):
        return {} if happened.made_elsewhere else {recorded.stream_id: _prepared(recorded.stream_id, happened)}
    if not rows:
        return {}
    sending = rows[next(iter(rows.values()))["sending_id"]]
    match happened:
        case InvoiceIssued() if happened.previous_invoice_id:
            own = {"paper_id": recorded.stream_id, "corrects": happened.previous_invoice_id, "state": "asked"}
            empty = {"sent_on": "", "standing": "", "first_documents": 0, "new_documents": 0}
            less = sending | {"first_documents": sending["first_documents"] - 1}
            return {recorded.stream_id: sending | empty | own, sending["paper_id"]: less}
        case InvoiceSettled():
            return _moved(rows, sending, {recorded.stream_id}, "ended")
        case PatientDocumentGiven() | PatientDocumentWithdrawn():
            return _told(rows, sending, happened)
    stood = _stood(sending, happened)
    return {} if stood is sending else {sending["paper_id"]: stood}


def _prepared(sending_id: UUID, made: SendingPrepared) -> ViewRow:
    return {
        "paper_id": sending_id,
        "sending_id": sending_id,
        "establishment_id": made.establishment_id,
        "month": made.billed_month,
        "national_union": made.union,
        "sending_number": made.sending_number,
        "sent_on": "",
        "standing": "",
        "first_documents": len(made.invoice_ids),
        "new_documents": 0,
        "corrects": None,
        "state": "",
    }


def _stood(row: ViewRow, happened: object) -> ViewRow:
    match happened:
        case SendingHandedOver():
            return row | {"sent_on": happened.local_date.isoformat()}
        case SendingHandOverFailed():
            return row | {"sent_on": ""}
        case SendingSettled():
            return row | {"standing": "settled"}
        case SendingCancelled() | RejectionConfirmed():
            return _void(row)
        case SendingEnvelopeRejected() | SendingRejected() if not happened.duplicate:
            return _void(row)
    return row


def _void(row: ViewRow) -> ViewRow:
    return row if row["standing"] else row | {"standing": "void"}


def _told(
    rows: Rows, sending: ViewRow, happened: PatientDocumentGiven | PatientDocumentWithdrawn
) -> Mapping[Key, ViewRow]:
    """The first document of one of its invoices, and the end of corrections that it brought."""
    is_given, after = isinstance(happened, PatientDocumentGiven), sending
    if happened.sending_id == sending["sending_id"] and happened.nth == 1:
        after = sending | {"first_documents": sending["first_documents"] + (-1 if is_given else 1)}
    named = {one.invoice_id for one in happened.corrections if one.sending_id == sending["sending_id"]}
    changed = _moved(rows, after, named, "told" if is_given else "ended")
    return changed if changed or after is sending else {after["paper_id"]: after}


def _moved(rows: Rows, sending: ViewRow, named: Collection[UUID], to: str) -> Mapping[Key, ViewRow]:
    """Two corrections of one invoice are told by one document."""
    known = {one: rows[one] for one in named if one in rows}
    moved = {one: row | {"state": to} for one, row in known.items() if row["state"] != to}
    if not moved:
        return {}
    ended = {row["corrects"] for row in {**rows, **moved}.values() if row["state"] == "ended"}
    return {**moved, sending["paper_id"]: sending | {"new_documents": len(ended)}}


def _of_sending(recorded: Recorded) -> tuple[Key]:
    return (recorded.event.sending_id,)


def _of_document(recorded: Recorded) -> tuple[Key, ...]:
    happened: PatientDocumentGiven | PatientDocumentWithdrawn = recorded.event
    return tuple(dict.fromkeys([happened.sending_id, *(one.sending_id for one in happened.corrections)]))


VIEW = SetView(
    TABLE,
    version=2,
    touches={
        **on_stream(
            SendingPrepared,
            SendingHandedOver,
            SendingHandOverFailed,
            SendingCancelled,
            SendingEnvelopeRejected,
            SendingRejected,
            RejectionConfirmed,
            SendingSettled,
        ),
        **{topic(kind): _of_sending for kind in (InvoiceIssued, InvoiceSettled)},
        **{topic(kind): _of_document for kind in (PatientDocumentGiven, PatientDocumentWithdrawn)},
    },
    apply=apply,
)


def of_scope(scope: Collection[UUID]) -> Condition:
    """Sendings whose patients are to be given something."""
    return both([scoped(scope), Condition(WAITS)])


def documents_due(sql: Sql, scope: Collection[UUID], at: int | None = None) -> list[Work]:
    """One row a sending. Only first documents have a last day: of new ones no source says it."""
    source, params = union(TABLE, ", ".join(TABLE.names), of_scope(scope), at)
    rows = sql.rows(f"SELECT * FROM {source} AS t ORDER BY sent_on, sending_id LIMIT {_MOST}", params)
    return [_work(row) for row in rows]


def papers_of(sql: Sql, scope: Collection[UUID], sending_id: UUID, at: int | None = None) -> Row | None:
    """The row of one sending that was sent, unless nothing of it was accepted."""
    sent = Condition("sent_on <> '' AND standing <> 'void'")
    where = both([scoped(scope), one_of("paper_id", [sending_id]), sent])
    source, params = union(TABLE, ", ".join(TABLE.names), where, at)
    return next(iter(sql.rows(f"SELECT * FROM {source} AS t", params)), None)


def _work(row: Row) -> Work:
    sent_on, first = Date.fromisoformat(row["sent_on"]), row["first_documents"]
    return Work(
        "patient_documents",
        patient_document_until(sent_on) if first else None,
        0,
        first + row["new_documents"],
        row["sending_id"],
        row["month"],
        row["national_union"],
        row["sending_number"],
        since=sent_on,
    )
