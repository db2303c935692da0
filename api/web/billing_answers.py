"""What the unions answered: fetched or brought by hand, the latest first, and what was understood of each file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.catalogue import has, text
from api.rest.desk_lists import ANSWERS
from api.rest.listing import Pages, Word
from api.web.doors import MayBill, MayRead, MayTakeAnswers
from api.web.grid_spec import Choice, Column, GridSpec, Look
from api.web.grids import GRIDS, Exportable, list_page
from api.web.in_place import Refusal, list_again, told
from api.web.visit import Visit
from api.web.written import sending_name
from application.ports import Row
from application.read_answers import Fetched
from projections.scope import Condition, both, one_of, scoped
from projections.sending_numbers import sendings_by_id

router = APIRouter(prefix="/c/{where}/facturation/reponses")
PATH = "/facturation/reponses"
_KINDS = ("TACK", "REJECT", "931000", "920098", "920099", "920900", "920999")
_STATES = ("received", "interpreted", "unreadable")
_LOOKS: dict[str, Look] = {
    "received": ("state-prepared", "inbox", "message_state.received"),
    "interpreted": ("state-settled", "check", "message_state.interpreted"),
    "unmatched": ("state-manual", "hand", "message_state.unmatched"),
    "unreadable": ("state-error", "triangle-alert", "message_state.unreadable"),
}
_NEWEST = "?sort=received_at&descending=true"
Outcome = Annotated[str, Query(pattern="^(queued|read|already_read|unmatched|unreadable|not_applied)?$")]
Collected = Annotated[int | None, Query(ge=0, le=100_000)]


@dataclass(frozen=True, slots=True)
class AnswerQuery:
    """Of received files, as the API's list takes it."""

    state: Word = None
    kind: Word = None


def _look(row: Row) -> Look:
    lost = row["state"] == "interpreted" and row["sending_id"] is None
    return _LOOKS["unmatched" if lost else row["state"]]


def _said(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """Kinds and the sending that was answered, as a person reads them."""
    answered = {row["sending_id"] for row in rows if row["sending_id"]}
    with visit.sql() as sql:
        known = sendings_by_id(sql, visit.scope, answered)
    made = []
    for row in rows:
        found = known.get(row["sending_id"])
        to = sending_name(found["sending_number"], found["national_union"]) if found else ""
        made.append({**row, "what": _kind(visit, row), "sending": to})
    return made


def _kind(visit: Visit, row: Row) -> str:
    key = f"message_kind.{row['kind']}"
    return f"{row['kind']} {text(key, visit.language)}" if has(key) else row["kind"]


ANSWERS_GRID = GridSpec(
    "answers",
    PATH,
    ANSWERS,
    (
        Column("received_at", "moment", label="inbox_column.received_at"),
        Column("state", "state", label="inbox_column.state", state=_look),
        Column("what", label="inbox_column.what"),
        Column("sending", label="inbox_column.sending"),
        Column("size", "number"),
        Column("unread_bytes", "number", shown=False),
        Column("sha256", shown=False),
    ),
    (
        Choice("state", "one_of", tuple((s, f"message_state.{s}") for s in _STATES), label="inbox_column.state"),
        Choice("kind", "one_of", tuple((kind, f"message_kind.{kind}") for kind in _KINDS)),
    ),
    open=lambda row: f"/messages/{row['sha256']}",
    usual={"sort": "received_at", "descending": "true"},
    title="inbox_title.answers",
    first_step=("/facturation", "bill"),
    enrich=_said,
)


def _where(visit: Visit, wanted: AnswerQuery) -> Condition:
    asked = {"state": wanted.state, "kind": wanted.kind}
    return both([scoped(visit.scope), *(one_of(name, [value]) for name, value in asked.items() if value)])


GRIDS["answers"] = Exportable(ANSWERS_GRID, AnswerQuery, _where)


@router.get("")
def show_answers(
    visit: MayRead,
    wanted: Annotated[AnswerQuery, Depends()],  # noqa: ARG001 - checked as such
    paging: Pages,
    taken: Outcome = "",
    collected: Collected = None,
) -> Response:
    """The list; after an action of this page with a word of what it did."""
    query = tuple((name, value) for name, value in paging.query if name not in ("taken", "collected"))
    facts = {"taken": taken, "collected": collected, "refusal": None}
    return list_page(visit, "answers", replace(paging, query=query), "answers.html", **facts)


@router.post("/relever")
def collect(visit: MayBill) -> Response:
    """Fetch what waits at the unions; each file is stored before its receipt is confirmed."""
    return told(
        visit,
        lambda: visit.do(
            lambda context: visit.quittance.answers.collect(context, visit.practice),
            lambda done: f"{visit.at(PATH)}{_NEWEST}&{_told(done)}",
        ),
        lambda refusal: _again(visit, refusal),
    )


@router.post("")
def take(visit: MayTakeAnswers) -> Response:
    """Take a file that a person brings. The bytes are stored before they are read."""

    def act() -> Response:
        content = visit.upload("file")
        return visit.do(
            lambda context: visit.quittance.answers.receive(context, visit.practice, content),
            lambda report: f"{visit.at(PATH)}{_NEWEST}&taken={report.outcome}",
        )

    return told(visit, act, lambda refusal: _again(visit, refusal))


def _told(done: Fetched) -> str:
    return "taken=queued" if done.outcome == "queued" else f"collected={len(done.answers)}"


def _again(visit: Visit, refusal: Refusal) -> Response:
    return list_again(visit, "answers", "answers.html", refusal, taken="", collected=None)
