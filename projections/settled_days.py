"""Days as a sending knows them: what was billed in it and what its settlement said, whatever became of them later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from application.ports import Event, EventLog
from domain.billing_day import BillingDay, Line, fold, verdict_of
from domain.day_events import CreditSettled, DayCredited, DayReturned, LineVerdict, Settled
from domain.invoice import InvoiceIssued
from domain.rules.cascade import is_cascade


@dataclass(frozen=True, slots=True)
class DayOfSending:
    """`state`: right after the last word of that sending, with no other lines and amounts than were asked in it.

    `is_here`: the day has not left it for another since.
    """

    day_id: UUID
    state: BillingDay
    is_here: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a day, and those whose refusal only follows from its own."""

    line: Line
    follows: tuple[Line, ...] = ()

    @property
    def is_lost(self) -> bool:
        """Refused, or paid for less."""
        return is_lost(self.line)


def days_of_invoices(
    log: EventLog, issued: Iterable[tuple[UUID, InvoiceIssued]], at: int | None = None
) -> dict[tuple[UUID, UUID], DayOfSending]:
    """By invoice and day, in one reading of the log; days that never were in the invoice's sending are left out.

    Of a credit note the lines that it gives back, negative.
    """
    known = list(issued)
    loaded = log.load({day_id for _, made in known for day_id in made.day_ids}, at)
    found = {}
    for invoice_id, made in known:
        for day_id in made.day_ids:
            if day := _day_of(loaded.get(day_id, ()), day_id, invoice_id, made.sending_id):
                found[invoice_id, day_id] = day
    return found


def _day_of(events: Sequence[Event], day_id: UUID, invoice_id: UUID, sending_id: UUID) -> DayOfSending | None:
    for at, happened in enumerate(events):
        if isinstance(happened, DayCredited) and happened.invoice_id == invoice_id:
            return _given_back(events, at, day_id, happened)
    its = _upto_last_word(events, sending_id)
    state, now = fold(its), fold(events)
    if state is None or now is None:
        return None
    return DayOfSending(day_id, _alone(state, its[-1]), now.sending_id == sending_id)


def _given_back(events: Sequence[Event], at: int, day_id: UUID, credit: DayCredited) -> DayOfSending | None:
    before = fold(events[:at])
    while before is not None and not before.to_credit:  # another credit note of the same file stands before it
        at -= 1
        before = fold(events[:at])
    if before is None:
        return None
    lines = before.to_credit.get(credit.previous_invoice_id, ())
    settled = next((x for x in events[at:] if isinstance(x, CreditSettled) and x.invoice_id == credit.invoice_id), None)
    state = BillingDay(
        before.establishment_id,
        before.patient_id,
        before.date,
        before.sequence,
        lines,
        credit.sending_id,
        credit.invoice_id,
        credit.records,
    )
    if settled is not None:
        spoken = {said.line_id: said for said in settled.lines}
        verdict, accepted, refused = verdict_of(settled)
        state = state._replace(
            lines=tuple(replace(line, said=spoken.get(line.line_id)) for line in lines),
            verdict=verdict,
            accepted_cents=accepted,
            refused_cents=refused,
            settled_by=settled.message,
        )
    last = _upto_last_word(events, credit.sending_id)[-1]
    return DayOfSending(day_id, state, not isinstance(last, DayReturned))


def _alone(state: BillingDay, last: object) -> BillingDay:
    """Without lines that were settled in an earlier sending, and what those brought."""
    if not isinstance(last, Settled) or not (state.asked_ids or state.paid_cents):
        return state
    verdict, accepted, refused = verdict_of(last)
    return state._replace(lines=state.asked, verdict=verdict, accepted_cents=accepted, refused_cents=refused)


def told(lines: Sequence[Line]) -> tuple[Told, ...]:
    """Lines in their order; refusals that only follow stand under the first refusal of the day with a cause of its own.

    The same rule as in the list of refusals (`projections.refusals`).
    """
    root = next((line for line in lines if _is_root(line)), None)
    following = tuple(line for line in lines if root and line is not root and _follows(line))
    return tuple(Told(line, following if line is root else ()) for line in lines if line not in following)


def is_lost(line: Line) -> bool:
    """Refused, or paid for less."""
    return line.said is not None and line.said.verdict in ("refused", "accepted_less")


def _follows(line: Line) -> bool:
    return is_lost(line) and _only_follows(line.said)


def _is_root(line: Line) -> bool:
    return line.said is not None and line.said.verdict == "refused" and not _only_follows(line.said)


def _only_follows(said: LineVerdict | None) -> bool:
    return said is not None and bool(said.reasons) and all(is_cascade(reason.code) for reason in said.reasons)


def _upto_last_word(events: Sequence[Event], sending_id: UUID) -> Sequence[Event]:
    """Events up to the last one that names the sending."""
    named = [at for at, happened in enumerate(events) if getattr(happened, "sending_id", None) == sending_id]
    return events[: named[-1] + 1] if named else ()
