"""Sendings as the billing pages show them: where each is, and what would hold it back if it were handed over now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import Response

from api.catalogue import text
from api.not_handed_over import Failure, failure_of
from api.web.actors import name_of
from api.web.grid import Look
from api.web.in_place import Refusal, told
from api.web.looks import sending_row, sending_state
from api.web.render import moment
from api.web.visit import Visit
from application.commit import Done
from application.leaving import Held, held_back
from application.ports import Context, Row
from application.send import Sent
from domain.errors import Invalid, NotAllowed
from domain.sending import UNSENT
from projections.history import SendingFilter, sendings_page
from projections.paging import MOST_ROWS, Asked

_HELD: Look = ("state-manual", "clock", "status.held_back")
_GONE = frozenset({"sending.handed_over", "sending.cancelled"})
_FAILED: Look = ("state-error", "triangle-alert", "status.failed")


@dataclass(frozen=True, slots=True)
class File:
    """`held`: why it cannot leave today. `failed`: why the last hand-over did not reach the union, if it did not.

    `lacks_registration`: it waits for a session that could not let it go.
    """

    row: Row
    held: Held | None = None
    failed: Failure | None = None
    lacks_registration: bool = False

    @property
    def sending_id(self) -> UUID:
        """Its id."""
        found: UUID = self.row["sending_id"]
        return found

    @property
    def is_open(self) -> bool:
        """It has not left."""
        return self.row["status"] in UNSENT

    @property
    def may_leave(self) -> bool:
        """It would leave if it were handed over now."""
        return self.is_open and self.held is None

    @property
    def look(self) -> Look:
        """Icon and word of its state."""
        if self.held:
            return _HELD
        return _FAILED if self.failed else sending_state(self.row)

    @property
    def row_class(self) -> str:
        """Colour of the row."""
        return sending_row(self.row)


def files_of(visit: Visit, *wanted: SendingFilter) -> tuple[File, ...]:
    """Sendings that meet one of the filters, in the order in which they are handed over."""
    found: dict[UUID, Row] = {}
    with visit.sql() as sql:
        for one in wanted:
            page = sendings_page(sql, visit.scope, one, Asked("created_on", limit=MOST_ROWS, at=visit.upto))
            found |= {row["sending_id"]: row for row in page.rows}
    rows = sorted(found.values(), key=lambda row: (row["created_on"], row["sending_number"], row["sending_id"]))
    waiting = [row["sending_id"] for row in rows if row["status"] in UNSENT]
    quittance, held = visit.quittance, {}
    if visit.as_of is None:
        scope = quittance.settings.files_per_day_scope
        held = dict(held_back(quittance.log, visit.practice, waiting, visit.today, scope))
    last = quittance.log.load(waiting, visit.upto)

    def failed(row: Row) -> Failure | None:
        return failure_of(quittance, visit.practice, last.get(row["sending_id"], []), visit.language)

    lacks = any(row["status"] == "queued" for row in rows) and lacks_registration(visit)
    return tuple(
        File(row, held.get(row["sending_id"]), failed(row), lacks and row["status"] == "queued") for row in rows
    )


def lacks_registration(visit: Visit) -> bool:
    """Whether no session could let a file go, as things stand now."""
    return visit.as_of is None and visit.quittance.sessions_over_mycarenet.lacks_registration(visit.practice)


def hand_over(visit: Visit, path: str, again: Callable[[Refusal], Response]) -> Response:
    """Send the files that were ticked; what became of each stands on the page they are shown on."""

    def act() -> Response:
        wanted = _ticked(visit)

        def send(context: Context) -> Done[tuple[Sent, ...]]:
            done = visit.quittance.dispatch.send(context, visit.practice, wanted)
            _refuse_left(visit, done.result)
            return done

        return visit.do(send, lambda _: visit.at(f"{path}#envois"))

    return told(visit, act, again)


def _refuse_left(visit: Visit, results: Sequence[Sent]) -> None:
    """Raises `NotAllowed`, saying who was faster, when every file had left or was cancelled in another window."""
    if any(one.code != "sending_not_prepared" for one in results):
        return
    ends = []
    for one in results:
        recorded = [kept for kept in visit.quittance.log.history(one.sending_id) if kept.topic in _GONE]
        ends += [(kept.topic, name_of(visit, kept.meta.actor), moment(kept.recorded_at)) for kept in recorded[-1:]]
    words = "; ".join(
        f"{text(f'event.{topic}', visit.language)}, {who}, {at}" for topic, who, at in dict.fromkeys(ends)
    )
    raise NotAllowed("sendings_left", "Somebody was faster: nothing was sent.", told=words)


def _ticked(visit: Visit) -> tuple[UUID, ...]:
    """Raises `Invalid` when none is ticked."""
    given = [value for value in visit.form.getlist("selected") if isinstance(value, str)]
    try:
        ids = tuple(dict.fromkeys(UUID(value) for value in given))
    except ValueError:
        raise Invalid("id_invalid", "selected: give ids of sendings.", field="selected") from None
    if not ids:
        raise Invalid("nothing_selected", "Tick at least one row.", field="selected")
    return ids
