"""Documents that patients of a file are still to be given: a figure a sending, and until when."""

import json
from collections.abc import Collection
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
from projections.view import Key, RowView, Streams, on_stream, topic
from projections.work import Work

WAITS = "first_documents + new_documents > 0 AND sent_on <> '' AND standing <> 'void'"
_MOST = 200

TABLE = Table(
    "patient_papers",
    (
        uuid("sending_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("month", fixed=True),
        text("national_union", fixed=True),
        number("sending_number", fixed=True),
        text("sent_on"),
        text("standing"),
        number("first_documents"),
        number("new_documents"),
        text("corrections"),
    ),
    key="sending_id",
    # Holds all that they are counted by.
    indexes=(Index(("establishment_id", "sending_id"), where=WAITS),),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`first_documents`: of invoices that the file asks; `new_documents`: of earlier ones whose correction by it ended.

    `corrections`: JSON, of each invoice that corrects one: id, the one that it corrects, `asked`, `ended` or `told`.
    `standing`: `void` once nothing of the file was accepted, `settled` whatever was said before; else empty. Files of
    another program have no row: nobody knows what their patients were given.
    """
    happened = recorded.event
    if isinstance(happened, SendingPrepared):
        return None if happened.made_elsewhere else _prepared(recorded.stream_id, happened)
    if row is None:
        return None
    match happened:
        case InvoiceIssued() if happened.previous_invoice_id:
            more = [str(recorded.stream_id), str(happened.previous_invoice_id), "asked"]
            less = row | {"first_documents": row["first_documents"] - 1}
            return _with(less, [*json.loads(row["corrections"]), more])
        case InvoiceSettled():
            return _moved(row, {str(recorded.stream_id)}, "ended")
        case PatientDocumentGiven() | PatientDocumentWithdrawn():
            return _told(row, happened)
    return _stood(row, happened)


def _prepared(sending_id: UUID, made: SendingPrepared) -> ViewRow:
    return {
        "sending_id": sending_id,
        "establishment_id": made.establishment_id,
        "month": made.billed_month,
        "national_union": made.union,
        "sending_number": made.sending_number,
        "sent_on": "",
        "standing": "",
        "first_documents": len(made.invoice_ids),
        "new_documents": 0,
        "corrections": "[]",
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


def _told(row: ViewRow, happened: PatientDocumentGiven | PatientDocumentWithdrawn) -> ViewRow:
    """The first document of one of its invoices, and the end of corrections that it brought."""
    is_given = isinstance(happened, PatientDocumentGiven)
    if happened.sending_id == row["sending_id"] and happened.nth == 1:
        row = row | {"first_documents": row["first_documents"] + (-1 if is_given else 1)}
    named = {str(one.invoice_id) for one in happened.corrections if one.sending_id == row["sending_id"]}
    return _moved(row, named, "told" if is_given else "ended")


def _moved(row: ViewRow, named: Collection[str], to: str) -> ViewRow:
    known = json.loads(row["corrections"])
    if not any(one[0] in named for one in known):
        return row
    return _with(row, [[*one[:2], to] if one[0] in named else one for one in known])


def _with(row: ViewRow, corrections: list[list[str]]) -> ViewRow:
    """Two corrections of one invoice are told by one document."""
    ended = {previous for _, previous, state in corrections if state == "ended"}
    return row | {"corrections": json.dumps(corrections), "new_documents": len(ended)}


def _of_sending(recorded: Recorded) -> tuple[Key]:
    return (recorded.event.sending_id,)


def _of_document(recorded: Recorded) -> tuple[Key, ...]:
    happened: PatientDocumentGiven | PatientDocumentWithdrawn = recorded.event
    return tuple(dict.fromkeys([happened.sending_id, *(one.sending_id for one in happened.corrections)]))


VIEW = RowView(
    TABLE,
    version=1,
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
    where = both([scoped(scope), one_of("sending_id", [sending_id]), sent])
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
