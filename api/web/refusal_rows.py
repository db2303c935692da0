"""Refused lines as a list: the columns of the view, and beside them what a person wants to read and open."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from markupsafe import Markup

from api.rest.filters import RefusalQuery, narrowed
from api.web.decisions import CHOSEN
from api.web.grid_spec import CARE_OF_PATIENTS, DECIDE, Choice, Column, GridSpec
from api.web.grids import GRIDS, Exportable
from api.web.looks import decision, settled_row, verdict
from api.web.said import names_of
from api.web.undecided import with_waits
from api.web.visit import Visit
from application.ports import Row
from domain.rules.refusals import explain
from domain.rules.unions import UNIONS
from projections import invoices, sendings
from projections.history import REFUSALS, RefusalFilter, conditions
from projections.scope import Condition, both, one_of, scoped
from projections.table import Table

_VERDICTS = ("refused", "accepted_less")
CHOICES = (
    Choice("month", "month", label="refusal.month"),
    Choice("national_union", "one_of", tuple((union, union) for union in UNIONS)),
    Choice("provider", "text", label="refusal.provider"),
    Choice("nomenclature_code", "text", label="refusal.nomenclature_code"),
    Choice("code", "text", label="refusal.code"),
    Choice("root_code", "text", label="refusal.root_code"),
    Choice("verdict", "one_of", tuple((value, f"verdict.{value}") for value in _VERDICTS)),
    Choice("decision", "one_of", CHOSEN, label="list_column.decision"),
    Choice("is_left", "flag", label="list_column.is_left"),
    Choice("is_cascade", "flag"),
    Choice("date_from", "day", label="refusal.date_from"),
    Choice("date_to", "day", label="refusal.date_to"),
)


class Linked(str):
    """A plain text, in an export too, that a page shows as a link."""

    __slots__ = ("address",)
    address: str

    @classmethod
    def to(cls, text: str, address: str) -> "Linked":
        """The text with where it leads."""
        made = cls(text)
        made.address = address
        return made

    @property
    def alone(self) -> str:
        """The text, for where a link stands around it already."""
        return str(self)

    def __html__(self) -> Markup:
        """As templates put it on a page."""
        return Markup('<a href="{}">{}</a>').format(self.address, str(self))


def told(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """Rows with the reason in the reader's language, how long they wait, and invoice and sending as links."""
    with visit.sql() as sql:
        issued = _by_id(sql.rows(*_fixed(visit, invoices.TABLE, "invoice_number", rows)), "invoice_id")
        sent = _by_id(sql.rows(*_fixed(visit, sendings.TABLE, "sending_number, national_union", rows)), "sending_id")
    names = names_of(visit, [row["patient_id"] for row in rows])
    waiting = with_waits(visit, rows)
    return [_told(visit, row, issued, sent, names.get(row["patient_id"], "")) for row in waiting]


def _told(visit: Visit, row: Row, issued: dict[UUID, Row], sent: dict[UUID, Row], name: str) -> Row:
    invoice, sending = issued.get(row["invoice_id"]), sent.get(row["sending_id"])
    patient = Linked.to(name, visit.to(f"/patients/{row['patient_id']}")) if name else ""
    return {
        **row,
        "reason": explain(row["code"], visit.language, row["letter"] or None).meaning,
        "patient": patient,
        "national_union": sending["national_union"] if sending else "",
        "invoice": Linked.to(invoice["invoice_number"], visit.to(f"/factures/{row['invoice_id']}")) if invoice else "",
        "sending": Linked.to(f"{sending['sending_number']}", visit.to(f"/envois/{row['sending_id']}"))
        if sending
        else "",
    }


def _fixed(visit: Visit, table: Table, names: str, rows: Iterable[Row]) -> tuple[str, tuple[Any, ...]]:
    """What never changes of the things that rows name: the current row is right for any position."""
    ids = list(dict.fromkeys(row[table.key] for row in rows))
    where = both([scoped(visit.scope), one_of(table.key, ids)])
    return f"SELECT {table.key}, {names} FROM {table.name} WHERE {where.text}", where.params


def _by_id(rows: Iterable[Row], key: str) -> dict[UUID, Row]:
    return {row[key]: row for row in rows}


def _where(visit: Visit, wanted: RefusalQuery) -> Condition:
    return conditions(visit.scope, narrowed(RefusalFilter, wanted))


SPEC = GridSpec(
    "refusals",
    "/refus/lignes",
    REFUSALS,
    (
        Column("date", "day", label="refusal.date"),
        Column("patient", label="refusal.patient", right="medical"),
        Column("nomenclature_code", label="refusal.nomenclature_code"),
        Column("verdict", "state", state=verdict),
        Column("decision", "state", label="list_column.decision", state=decision),
        Column("waits", label="list_column.waits", shown=False),
        Column("code", label="refusal.code"),
        Column("refused_cents", "amount"),
        Column("reason", "reason", label="refusal.reason"),
        Column("invoice", label="state.invoice_id"),
        Column("sending", label="state.sending_id"),
        Column("national_union"),
        Column("letter", shown=False),
        Column("requested_cents", "amount", shown=False),
        Column("accepted_cents", "amount", shown=False),
        Column("provider", shown=False, label="refusal.provider"),
        Column("root_code", shown=False, label="refusal.root_code"),
        Column("is_cascade", "flag", shown=False),
        Column("month", "month", shown=False, label="refusal.month"),
    ),
    CHOICES,
    open=lambda row: f"/jours/{row['day_id']}",
    look=settled_row,
    title="refusal.lines",
    total="refused_cents",
    enrich=told,
    tells_reason_once=True,
    actions=(DECIDE, *CARE_OF_PATIENTS),
    prints="day",
    acts_on=("billing_days", "day_id"),
)
GRIDS["refusals"] = Exportable(SPEC, RefusalQuery, _where, seen="refusal.listed")
