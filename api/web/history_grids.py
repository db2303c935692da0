"""The lists of history: their columns, filters and actions."""

from collections.abc import Sequence
from typing import get_args

from api.held_days import HELD
from api.web.decisions import CHOSEN
from api.web.grid_spec import (
    CARE,
    CARE_COLUMNS,
    CARE_COLUMNS_OF_PATIENTS,
    CARE_OF_PATIENTS,
    DECIDE,
    MINE,
    MINE_OF_PATIENTS,
    Action,
    Choice,
    Column,
    GridSpec,
)
from api.web.looks import (
    day_phase,
    decision,
    document_row,
    document_state,
    invoice_state,
    sending_outcome,
    sending_row,
    sending_state,
    settled_row,
    verdict,
)
from api.web.row_words import with_blockers, with_care, with_explanation, with_patients, with_reasons
from api.web.undecided import with_waits
from api.web.visit import Visit
from application.ports import Row
from domain.document import Status
from projections.days import with_known_amounts
from projections.documents import DOCUMENTS
from projections.history import DAYS, INVOICES, SENDINGS

_STATUSES = (
    "prepared",
    "queued",
    "transmitted",
    "outcome_unknown",
    "acknowledged",
    "envelope_rejected",
    "accepted_for_processing",
    "rejected",
    "settled",
    "cancelled",
)
_VERDICTS = tuple((verdict, f"verdict.{verdict}") for verdict in ("accepted", "mixed", "refused"))
_PHASES = tuple((phase, f"list_phase.{phase}") for phase in ("prepared", HELD, "in_sending", "on_document", "settled"))
_MONTH = Choice("month", "month", label="state.billed_month")
_UNION = Choice("national_union", "text")
SENDING_ACTIONS = (
    Action("mark_read", "list_action.mark_read", "bill"),
    Action("archive", "list_action.archive", "bill"),
    Action("unarchive", "list_action.unarchive", "bill"),
    *CARE,
)


def _of_sendings(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    return with_care(visit, with_explanation(visit, rows), "sending_id")


SENDINGS_GRID = GridSpec(
    "sendings",
    "/historique/envois",
    SENDINGS,
    (
        Column("sending_number"),
        Column("created_on", "day", label="state.creation_date"),
        Column("month", "month", label="state.billed_month"),
        Column("national_union", label="column.union"),
        Column("status", "state", state=sending_state),
        Column("outcome", "state", state=sending_outcome),
        Column("requested_cents", "amount"),
        Column("accepted_cents", "amount"),
        Column("refused_cents", "amount"),
        Column("reason", "reason", label="list_column.explanation"),
        Column("error_percentage", "percent"),
        Column("transmitted_on", "day"),
        Column("invoice_count", "number", shown=False, label="list_column.invoices"),
        Column("day_count", "number", shown=False, label="list_column.days"),
        Column("line_count", "number", shown=False, label="list_column.lines"),
        Column("insurer_reference", shown=False),
        Column("provider_reference", shown=False),
        Column("made_elsewhere", "flag", shown=False),
        Column("is_read", "flag", shown=False),
        Column("is_archived", "flag", shown=False),
        *CARE_COLUMNS,
    ),
    (
        _MONTH,
        _UNION,
        Choice("status", "one_of", tuple((status, f"status.{status}") for status in _STATUSES)),
        Choice("outcome", "one_of", tuple((name, f"outcome.{name}") for name in ("in_full", "in_part", "refused"))),
        Choice("transmitted_from", "day", label="list_column.transmitted_from"),
        Choice("transmitted_to", "day", label="list_column.transmitted_to"),
        Choice("is_read", "flag"),
        Choice("is_archived", "flag"),
        MINE,
    ),
    open=lambda row: f"/envois/{row['sending_id']}",
    look=sending_row,
    usual={"is_archived": "false", "sort": "created_on", "descending": "true"},
    actions=SENDING_ACTIONS,
    total="requested_cents",
    void="cancelled",
    first_step=("/facturation", "bill"),
    enrich=_of_sendings,
    prints="sending",
    walks=True,
)


def _of_invoices(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    return with_care(visit, with_reasons(visit, with_patients(visit, rows), "invoice_id"), "invoice_id")


INVOICES_GRID = GridSpec(
    "invoices",
    "/historique/factures",
    INVOICES,
    (
        Column("invoice_number"),
        Column("month", "month", label="state.billed_month"),
        Column("patient", label="list_column.patient", right="medical"),
        Column("status", "state", state=invoice_state),
        Column("verdict", "state", state=verdict),
        Column("requested_cents", "amount"),
        Column("accepted_cents", "amount"),
        Column("refused_cents", "amount"),
        Column("reason", "reason", label="list_column.reason"),
        Column("destination", shown=False),
        Column("refused_days", "number", shown=False, label="list_column.refused_days"),
        Column("national_union", shown=False),
        Column("sickness_fund", shown=False),
        Column("ct1", shown=False),
        Column("ct2", shown=False),
        Column("patient_share_cents", "amount", shown=False),
        Column("supplement_cents", "amount", shown=False),
        Column("day_count", "number", shown=False, label="list_column.days"),
        Column("line_count", "number", shown=False, label="list_column.lines"),
        *CARE_COLUMNS_OF_PATIENTS,
    ),
    (
        _MONTH,
        _UNION,
        Choice("status", "one_of", tuple((name, f"status.{name}") for name in ("issued", "settled", "withdrawn"))),
        Choice("verdict", "one_of", _VERDICTS),
        Choice("invoice_number", "text"),
        MINE_OF_PATIENTS,
    ),
    open=lambda row: f"/factures/{row['invoice_id']}",
    look=settled_row,
    usual={"sort": "invoice_number", "descending": "true"},
    total="requested_cents",
    void="withdrawn",
    first_step=("/facturation", "bill"),
    enrich=_of_invoices,
    actions=CARE_OF_PATIENTS,
    prints="invoice",
)


def _of_documents(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    return with_care(visit, with_patients(visit, rows), "document_id")


DOCUMENTS_GRID = GridSpec(
    "documents",
    "/historique/hors-efact",
    DOCUMENTS,
    (
        Column("number", label="column.invoice_number"),
        Column("issued_on", "day", label="print.document_date"),
        Column("month", "month", label="state.billed_month"),
        Column("patient", label="list_column.patient", right="medical"),
        Column("destination"),
        Column("status", "state", state=document_state),
        Column("amount_cents", "amount"),
        Column("paid_cents", "amount", label="column.paid"),
        Column("communication", label="column.communication"),
        Column("handed_out_on", "day", shown=False, label="list_column.handed_out_on"),
        Column("paid_on", "day", shown=False, label="list_column.paid_on"),
        Column("refused_on", "day", shown=False, label="list_column.refused_on"),
        Column("day_count", "number", shown=False, label="list_column.days"),
        Column("line_count", "number", shown=False, label="list_column.lines"),
        *CARE_COLUMNS_OF_PATIENTS,
    ),
    (
        _MONTH,
        Choice("destination", "text"),
        Choice("status", "one_of", tuple((name, f"document_status.{name}") for name in get_args(Status))),
        Choice("number", "text", label="column.invoice_number"),
        MINE_OF_PATIENTS,
    ),
    open=lambda row: f"/hors-efact/{row['document_id']}",
    look=document_row,
    usual={"sort": "number", "descending": "true"},
    total="amount_cents",
    void="cancelled",
    first_step=("/facturation", "bill"),
    enrich=_of_documents,
    actions=CARE_OF_PATIENTS,
    prints="document",
)


def _of_days(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    known = with_known_amounts(rows)
    told = with_blockers(visit, with_reasons(visit, with_patients(visit, known), "day_id"))
    return with_care(visit, with_waits(visit, told), "day_id")


DAYS_GRID = GridSpec(
    "billing_days",
    "/historique/jours",
    DAYS,
    (
        Column("date", "day"),
        Column("patient", label="list_column.patient", right="medical"),
        Column("phase", "state", label="list_column.phase", state=day_phase),
        Column("verdict", "state", state=verdict),
        Column("decision", "state", label="list_column.decision", state=decision),
        Column("amount_cents", "amount"),
        Column("accepted_cents", "amount"),
        Column("refused_cents", "amount"),
        Column("reason", "reason", label="list_column.reason"),
        Column("line_count", "number", label="list_column.lines"),
        Column("is_returned", "flag", label="list_column.is_returned"),
        Column("month", "month", shown=False, label="list_column.month_of_care"),
        Column("possible_duplicates", "number", shown=False, label="list_column.possible_duplicates"),
        Column("unpriced", "number", shown=False, label="list_column.unpriced"),
        Column("waits", shown=False, label="list_column.waits"),
        Column("refused_on", "day", shown=False, label="list_column.refused_on"),
        Column("left_times", "number", shown=False, label="list_column.left_times"),
        Column("sequence", "number", shown=False),
        *CARE_COLUMNS_OF_PATIENTS,
    ),
    (
        Choice("month", "month", label="list_column.month_of_care"),
        _UNION,
        Choice(
            "phase",
            "one_of",
            _PHASES,
            label="list_column.phase",
        ),
        Choice("verdict", "one_of", _VERDICTS),
        Choice("decision", "one_of", CHOSEN, label="list_column.decision"),
        Choice("date_from", "day", label="list_column.date_from"),
        Choice("date_to", "day", label="list_column.date_to"),
        Choice("is_returned", "flag", label="list_column.is_returned"),
        Choice("is_proposed", "flag", label="list_column.is_proposed"),
        Choice("is_left", "flag", label="list_column.is_left"),
        MINE_OF_PATIENTS,
    ),
    open=lambda row: f"/jours/{row['day_id']}",
    look=settled_row,
    usual={"sort": "date", "descending": "true"},
    total="amount_cents",
    first_step=("/importations", "care"),
    enrich=_of_days,
    tells_reason_once=True,
    actions=(DECIDE, *CARE_OF_PATIENTS),
    prints="day",
)
