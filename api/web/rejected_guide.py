"""After a file that was refused as a whole: its faults and where they are corrected, and where its days are now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from api.web.history_grids import DAYS_GRID
from api.web.row_words import held_back
from api.web.rows_by_id import known_rows
from api.web.said import explained
from api.web.visit import Visit
from application.ports import Event, Row
from domain import sending as sendings
from domain.answer import Answer, Reason
from domain.day_events import DayBilled
from domain.invoice import InvoiceIssued
from domain.rules.refusals import Explanation
from domain.sending import Sending, SendingEnvelopeRejected, SendingRejected
from infrastructure.efact.answers import read_answer

_REFUSED = ("rejected", "envelope_rejected")
_MOST_DAYS = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """A code that the union gave on `records` records. `days`: the first days that it stands on, and their dates."""

    why: Explanation
    records: int
    days: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """Where the days of the file are: `ready` and `held` wait for a run, `gone` were withdrawn, `sent` by sending."""

    faults: tuple[Fault, ...]
    ready: int
    held: int
    gone: int
    sent: tuple[tuple[Sending, int], ...]


def guide_of(visit: Visit, state: Sending) -> Guide | None:
    """None for a file that was not refused as a whole."""
    if state.status not in _REFUSED:
        return None
    log = visit.quittance.log
    streams = log.load(state.made.invoice_ids, visit.upto)
    issued = [events[0] for events in streams.values()]
    rows = known_rows(visit, DAYS_GRID, [day_id for one in issued for day_id in one.day_ids])
    waiting = [day_id for day_id, row in rows.items() if row["sending_id"] is None and row["line_count"]]
    held = held_back(visit, waiting)
    return Guide(
        tuple(_faults(visit, state, issued, rows)),
        len(waiting) - len(held),
        len(held),
        sum(row["sending_id"] is None and not row["line_count"] for row in rows.values()),
        tuple(_sent(visit, state, rows.values())),
    )


def _sent(visit: Visit, state: Sending, rows: Iterable[Row]) -> Iterator[tuple[Sending, int]]:
    count: dict[UUID, int] = {}
    for row in rows:
        if row["sending_id"] is not None and row["sending_id"] != state.sending_id:
            count[row["sending_id"]] = count.get(row["sending_id"], 0) + 1
    for sending_id, events in visit.quittance.log.load(count, visit.upto).items():
        found = sendings.fold(events, sending_id)
        if found is not None:
            yield found, count[sending_id]


def _faults(visit: Visit, state: Sending, issued: Iterable[InvoiceIssued], rows: Mapping[UUID, Row]) -> Iterator[Fault]:
    """Each code once, the one on most records first."""
    orders: dict[tuple[str, str], list[int | None]] = {}
    for answer in _answers(visit, state):
        for reason, order in _said(answer):
            orders.setdefault((reason.letter or "", reason.code), []).append(order)
    places = _places(visit, state, issued) if orders else {}
    for (letter, code), found in sorted(orders.items(), key=lambda one: -len(one[1])):
        days = dict.fromkeys(day_id for order in found for day_id in places.get(order, ()))
        shown = tuple((day_id, rows[day_id]["date"]) for day_id in list(days)[:_MOST_DAYS] if day_id in rows)
        yield Fault(explained([Reason(letter or None, code)], visit.language)[0], len(found), shown)


def _answers(visit: Visit, state: Sending) -> Iterator[Answer]:
    for event in visit.events(state.sending_id):
        if isinstance(event, SendingRejected | SendingEnvelopeRejected):
            yield read_answer(visit.quittance.messages.get(event.message))


def _said(answer: Answer) -> Iterator[tuple[Reason, int | None]]:
    yield from ((reason, None) for reason in answer.header_errors)
    for record in answer.records:
        yield from ((reason, record.order) for reason in record.errors)


def _places(visit: Visit, state: Sending, issued: Iterable[InvoiceIssued]) -> dict[int | None, list[UUID]]:
    """Days by the running number of their lines, and of the records 20 and 80 of their invoice."""
    places: dict[int | None, list[UUID]] = {}
    days: list[UUID] = []
    for one in issued:
        days += one.day_ids
        places[one.record] = places[one.total_record] = list(one.day_ids)
    for day_id, events in visit.quittance.log.load(days, visit.upto).items():
        for order in _records_in(events, state.sending_id):
            places[order] = [day_id]
    return places


def _records_in(events: Iterable[Event], sending_id: UUID) -> Iterator[int]:
    for event in events:
        if isinstance(event, DayBilled) and event.sending_id == sending_id:
            yield from event.records
