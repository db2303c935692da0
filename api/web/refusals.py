"""Refusals by cause: what must be corrected once, how much hangs on it and until when; and all refused lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Response

from api.rest.filters import RefusalFilter, RefusalQuery, RefusalWanted, narrowed
from api.rest.listing import Pages
from api.web.doors import MayRead
from api.web.grid_spec import Choice
from api.web.grids import list_page, wanted_of
from api.web.past_decisions import past_of_causes
from api.web.plain_lists import PLAIN, PlainList
from api.web.refusal_cause import show_cause
from api.web.refusal_groups import COLUMNS, MOST_BARS, Group, chart_of, groups_of, in_words, path_of
from api.web.refusal_rows import CHOICES
from api.web.undecided import waits_told
from api.web.visit import Visit
from api.web.written import sending_name
from application.ports import Row
from projections.scope import both, one_of, scoped

router = APIRouter(prefix="/c/{where}/refus")

_SET_BY_LINKS = (
    Choice("root_letter", "text", label="refusal.root_letter"),
    Choice("sending_id", "text"),
    Choice("invoice_id", "text"),
    Choice("day_id", "text", label="list_column.day_id"),
    Choice("patient_id", "text"),
)
_FIELDS = {item.name: item for item in (*CHOICES, *_SET_BY_LINKS)}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it. `value`: as shown, or the key of its word."""

    label_key: str
    kind: str
    value: str
    address: str


@router.get("")
def show_causes(visit: MayRead, wanted: RefusalWanted) -> Response:
    """Groups by root cause, the dearest first, cascades folded under their root."""
    groups = groups_of(visit, narrowed(RefusalFilter, wanted))
    query = {name: value for name, value in visit.request.query_params.items() if value}
    narrowing = {name: value for name, value in query.items() if name in _FIELDS}
    kept = {name: value for name, value in narrowing.items() if name not in ("root_code", "root_letter")}
    return visit.page(
        "refusals.html",
        fragment="list",
        groups=[
            (group, _page(visit, group, kept), _page(visit, group, {"decision": "none", **kept})) for group in groups
        ],
        waits=waits_told(visit, narrowed(RefusalFilter, wanted)),
        past=past_of_causes(visit, [group.cause.code for group in groups], wanted.national_union),
        query=query,
        narrowing=narrowing,
        choices=CHOICES,
        chips=_chips(visit, narrowing),
        chart=chart_of(groups, visit.language),
        is_cut=len(groups) > MOST_BARS,
        lines=sum(group.cause.lines for group in groups),
        cascaded=sum(group.cause.cascaded_lines for group in groups),
        refused_cents=sum(group.cause.refused_cents for group in groups),
        earliest=min((group.deadline for group in groups), default=None),
    )


@router.get("/lignes")
def show_lines(visit: MayRead, wanted: RefusalWanted, paging: Pages) -> Response:  # noqa: ARG001 - checks the query
    """The refused lines of all causes."""
    return list_page(visit, "refusals", paging, "refusal_lines.html")


router.get("/{cause}")(show_cause)  # after those with a name of their own


def _page(visit: Visit, group: Group, kept: Mapping[str, str]) -> str:
    """Of the cause, its lines narrowed like the list of causes."""
    return visit.to(path_of(group.cause.code), **{**kept, "letter": group.cause.letter})


def _listed(visit: Visit) -> list[Row]:
    """The causes of this request's query, in words."""
    return [in_words(group) for group in groups_of(visit, narrowed(RefusalFilter, wanted_of(visit, RefusalQuery)))]


PLAIN["causes"] = PlainList("list_title.causes", COLUMNS, _listed)


def _chips(visit: Visit, narrowing: dict[str, str]) -> tuple[Chip, ...]:
    return tuple(
        Chip(
            _FIELDS[name].label_key,
            _FIELDS[name].kind,
            _sending(visit, value) if name == "sending_id" else _FIELDS[name].shown(value),
            visit.to("/refus", **{other: kept for other, kept in narrowing.items() if other != name}),
        )
        for name, value in narrowing.items()
    )


def _sending(visit: Visit, sending_id: str) -> str:
    """Number and union, instead of an id that says nothing."""
    where = both([scoped(visit.scope), one_of("sending_id", [UUID(sending_id)])])
    with visit.sql() as sql:
        rows = sql.rows(f"SELECT national_union, sending_number FROM sendings WHERE {where.text}", where.params)
    return sending_name(rows[0]["sending_number"], rows[0]["national_union"]) if rows else sending_id
