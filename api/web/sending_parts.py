"""Parts of the page of a sending: its answers, how far it is, its neighbours in a list, what can be cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api.rest.filters import SendingFilter, SendingQuery, narrowed
from api.web.own_work import own
from api.web.said import explained
from api.web.timeline import Entry
from api.web.visit import Visit
from application.ports import Row, Sql
from domain import billing_run as runs
from domain import sending as sendings
from domain.answer import Reason
from domain.rules.refusals import Explanation
from domain.sending import Sending
from projections.history import SENDINGS, conditions
from projections.neighbours import neighbours
from projections.paging import Asked
from projections.polls import left_at, since
from projections.scope import both, one_of, scoped

_USUAL = (
    "sending.prepared",
    "sending.queued",
    "sending.handed_over",
    "sending.transmitted",
    "sending.technically_acknowledged",
    "sending.acknowledged",
    "sending.accepted_for_processing",
    "sending.settled",
)
"""What happens to a sending when all goes well, in this order."""
_PERHAPS = frozenset({"sending.queued", "sending.technically_acknowledged"})
"""Of these, what needs a session or a network: nothing is missing where it did not happen."""

_MOST_POLLS = 200
_HOUSEKEEPING = ("sending.read", "sending.archived", "sending.unarchived")
_QUERY = TypeAdapter(SendingQuery)


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A received file. `said`: the fact that it brought, None when it told nothing new. `codes`: of an envelope."""

    row: Row
    said: Entry | None
    codes: tuple[Explanation, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Of the usual way. `entry` None: not yet, or never."""

    what: str
    entry: Entry | None


def files_of(visit: Visit, rows: Sequence[Row], whole: Sequence[Entry]) -> list[AnswerFile]:
    """Received files with what each told about the sending."""
    return [_file(row, whole, visit) for row in rows]


def steps_of(whole: Sequence[Entry], *, made_elsewhere: bool) -> list[Step]:
    """How far it is on the usual way; of a file of another program only what is known."""
    steps = [Step(what, next((entry for entry in whole if entry.what == what), None)) for what in _USUAL]
    return [step for step in steps if step.entry or not (made_elsewhere or step.what in _PERHAPS)]


def unusual(whole: Sequence[Entry]) -> list[Entry]:
    """What does not happen when all goes well, the oldest first."""
    ordinary = (*_USUAL, *_HOUSEKEEPING)
    return [entry for entry in reversed(whole) if entry.what.startswith("sending.") and entry.what not in ordinary]


def polls_of(visit: Visit, sql: Sql, sending_id: UUID) -> list[Row]:
    """Each time that the unions were asked since it left, the latest first; none for one that did not leave here."""
    left = left_at(visit.quittance.log.history(sending_id, visit.upto))
    return since(sql, visit.scope, left, _MOST_POLLS, visit.upto, "invoicing") if left else []


def near(visit: Visit, sql: Sql, state: Sending, given: str) -> tuple[UUID | None, UUID | None]:
    """Before and after it in the list whose query string is given; nothing for one that nobody could have asked."""
    query = dict(parse_qsl(given))
    if not query:
        return None, None
    try:
        wanted = narrowed(SendingFilter, _QUERY.validate_python(query))
    except ValidationError:
        return None, None
    sort = query.get("sort", "")
    asked = Asked(sort if sort in SENDINGS.sorts else "", query.get("descending") == "true", at=visit.upto)
    mine = both([scoped(visit.scope), one_of("sending_id", [state.sending_id])])
    row = SENDINGS.page(sql, mine, Asked(limit=1, at=visit.upto)).rows
    where = conditions(visit.scope, wanted)
    if query.get("mine"):
        where = both([where, own(visit, sql, "sending_id")])
    return neighbours(SENDINGS, sql, where, asked, row[0]) if row else (None, None)


def unsent(visit: Visit, state: Sending) -> int:
    """How many sendings a cancelled run would withdraw; 0 when it cannot be cancelled."""
    run_id = state.made.run_id
    if state.status not in sendings.UNSENT or run_id is None or not visit.may("bill"):
        return 0
    run = next(iter(visit.events(run_id)), None)
    if not isinstance(run, runs.BillingRunCompleted):
        return 0
    streams = visit.quittance.log.load(run.sending_ids)
    states = [sendings.fold(events, sending_id) for sending_id, events in streams.items()]
    return sum(one is not None and one.status in sendings.UNSENT for one in states)


def _file(row: Row, whole: Sequence[Entry], visit: Visit) -> AnswerFile:
    said = next((entry for entry in whole if entry.message == row["sha256"]), None)
    codes = getattr(said.event, "codes", ()) if said else ()
    return AnswerFile(row, said, explained([Reason(None, code) for code in codes], visit.language))
