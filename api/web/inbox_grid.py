"""The list of what only a person can settle: its columns and filters, and what its rows say in words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from api.catalogue import has, text
from api.rest.desk_lists import ITEMS
from api.rest.listing import Word
from api.web.grid_spec import CARE, CARE_COLUMNS, MINE, Choice, Column, GridSpec, Look
from api.web.grids import GRIDS, Exportable
from api.web.row_words import with_care
from api.web.timeline import name_of
from api.web.visit import Visit
from api.web.written import sending_name
from application.ports import Row
from projections.scope import Condition, both, one_of, scoped
from projections.sending_numbers import sendings_by_id

PATH = "/points"
_KINDS = (
    "unreadable",
    "sending_unknown",
    "question_unknown",
    "record_unmatched",
    "reference_disagrees",
    "record_twice",
    "figures_disagree",
    "sum_of_lines_disagrees",
    "invoice_total_disagrees",
    "settlement_missing",
    "second_settlement",
    "settled_after_rebilling",
    "credit_refused",
    "contradictory_answers",
    "duplicate_refusal",
    "not_treated",
    "paid_more_than_asked",
    "not_applied",
    "bytes_unread",
)


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Of items, as the API's list takes it."""

    kind: Word = None
    is_settled: bool | None = None


def _kind_look(row: Row) -> Look:
    if row["is_settled"]:
        return "state-done", "archive", f"item_kind.{row['kind']}"
    return "state-manual", "hand", f"item_kind.{row['kind']}"


def _state_look(row: Row) -> Look:
    if row["is_settled"]:
        return "state-done", "check", "item_state.settled"
    return "state-manual", "circle-dashed", "item_state.open"


def _said(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """Names and the sending, as a person reads them."""
    with visit.sql() as sql:
        known = sendings_by_id(sql, visit.scope, {row["sending_id"] for row in rows if row["sending_id"]})
    names = {actor: name_of(visit, actor) for actor in {row["settled_by"] for row in rows} if actor}
    made = []
    for row in rows:
        found = known.get(row["sending_id"])
        shown = {"settled_by": names.get(row["settled_by"], "")}
        shown["sending"] = sending_name(found["sending_number"], found["national_union"]) if found else ""
        shown["details"] = ", ".join(_word(visit, value) for value in json.loads(row["facts"]).values())
        made.append({**row, **shown})
    return made


def _word(visit: Visit, value: str) -> str:
    """A code of ours in words, any other fact as it is."""
    return text(f"problem_title.{value}", visit.language) if has(f"problem_title.{value}") else value


ITEMS_GRID = GridSpec(
    "items",
    PATH,
    ITEMS,
    (
        Column("raised_at", "moment", label="inbox_column.raised_at"),
        Column("kind", "state", label="inbox_column.what", state=_kind_look),
        Column("sending", label="inbox_column.sending"),
        Column("details", label="inbox_column.details"),
        Column("is_settled", "state", label="inbox_column.state", state=_state_look),
        Column("settled_at", "moment", shown=False, label="inbox_column.settled_at"),
        Column("settled_by", shown=False, label="inbox_column.settled_by"),
        *CARE_COLUMNS,
    ),
    (
        Choice("kind", "one_of", tuple((kind, f"item_kind.{kind}") for kind in _KINDS), label="inbox_column.what"),
        Choice("is_settled", "flag"),
        MINE,
    ),
    open=lambda row: f"{PATH}/{row['item_id']}",
    look=lambda row: "is-read" if row["is_settled"] else "",
    usual={"is_settled": "false", "sort": "raised_at"},
    title="inbox_title.items",
    first_step=("/facturation/reponses", "read"),
    enrich=lambda visit, rows: with_care(visit, _said(visit, rows), "item_id"),
    actions=CARE,
)


def _where(visit: Visit, wanted: ItemQuery) -> Condition:
    asked = {"kind": wanted.kind, "is_settled": wanted.is_settled}
    return both([scoped(visit.scope), *(one_of(name, [value]) for name, value in asked.items() if value is not None)])


GRIDS["items"] = Exportable(ITEMS_GRID, ItemQuery, _where)
