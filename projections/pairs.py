"""Days that were corrected in a month: what they had stood for, negative, beside what was asked for them again.

Only a credit note is negative in a file; the negative of a resubmission is a view of the books (decisions, Statuses).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.ports import Event, EventLog, Sql
from domain import billing_day as days
from domain.billing_day import BillingDay
from domain.day_events import CreditSettled, DayBilled, DayCredited, DayReturned, Settled
from projections import invoices, sendings
from projections.as_of import union
from projections.scope import Condition, both, one_of, scoped

MOST = 2_000
"""Invoices that are opened for one answer."""
_CORRECTS = Condition("(invoicing_type IN (1, 3) OR again_days > 0) AND status <> 'withdrawn'")


@dataclass(frozen=True, slots=True)
class Pair:
    """One day in one sending. Cents: `negative` was refused before, or is given back; `positive` is asked again.

    `answered_cents`: what the insurer made of both, None while it has not answered both. `credit_invoice_id` and
    `invoice_id`: where each stands; None without.
    """

    day_id: UUID
    patient_id: UUID
    date: Date
    sending_id: UUID
    credit_invoice_id: UUID | None
    invoice_id: UUID | None
    negative_cents: int
    positive_cents: int
    answered_cents: int | None

    @property
    def net_cents(self) -> int:
        """What the correction changes, if the insurer takes it."""
        return self.negative_cents + self.positive_cents


def pairs_of_month(
    sql: Sql, log: EventLog, scope: Collection[UUID], month: str, at: int | None = None
) -> tuple[list[Pair], bool]:
    """Corrections in files made in that month (`YYYY-MM`), by date of care; and whether there are more than these."""
    made = both([scoped(scope), Condition("created_on >= ? AND created_on <= ?", (f"{month}-01", f"{month}-31"))])
    source, params = union(sendings.TABLE, "sending_id", made, at)
    ids = [row["sending_id"] for row in sql.rows(f"SELECT sending_id FROM {source} AS t", params)]
    if not ids:
        return [], False
    source, params = union(
        invoices.TABLE, "invoice_id", both([scoped(scope), one_of("sending_id", ids), _CORRECTS]), at
    )
    found = [
        row["invoice_id"] for row in sql.rows(f"SELECT invoice_id FROM {source} AS t LIMIT ?", (*params, MOST + 1))
    ]
    issued = [events[0] for events in log.load(found[:MOST], at).values()]
    day_ids = {day_id for one in issued for day_id in one.day_ids}
    wanted = {one.sending_id for one in issued}
    streams = log.load(day_ids, at)
    made_pairs = [
        pair for day_id, events in streams.items() for pair in pairs_of_day(day_id, events) if pair.sending_id in wanted
    ]
    return sorted(made_pairs, key=lambda pair: (pair.date, pair.day_id, pair.sending_id)), len(found) > MOST


def pairs_of_day(day_id: UUID, events: Sequence[Event]) -> Iterator[Pair]:
    """Of every sending that corrected the day and was not given back, in order."""
    day: BillingDay | None = None
    open_ones: dict[UUID, _Draft] = {}
    for happened in events:
        match happened:
            case DayCredited() if day is not None:
                open_ones.setdefault(happened.sending_id, _Draft(day)).credited(happened)
            case DayBilled() if day is not None and not day.is_prepared:
                open_ones.setdefault(happened.sending_id, _Draft(day)).billed(happened, day)
            case CreditSettled() if happened.sending_id in open_ones:
                open_ones[happened.sending_id].answered(-happened.taken_cents)
            case DayReturned():
                open_ones.pop(happened.sending_id, None)
            case _ if isinstance(happened, Settled) and happened.sending_id in open_ones:
                open_ones[happened.sending_id].answered(days.verdict_of(happened)[1])
        day = days.evolve(day, happened)
    for sending_id, draft in open_ones.items():
        yield draft.pair(day_id, sending_id)


class _Draft:
    """A pair as it comes together."""

    def __init__(self, day: BillingDay) -> None:
        self._day = day
        self._credit: UUID | None = None
        self._bill: UUID | None = None
        self._negative = self._positive = self._answered = self._waits = 0

    def credited(self, event: DayCredited) -> None:
        self._credit = event.invoice_id
        self._negative += sum(event.cents)
        self._waits += 1

    def billed(self, event: DayBilled, before: BillingDay) -> None:
        self._bill = event.invoice_id
        lines = before.to_bill or before.active
        self._positive = sum(line.care.amount_cents for line in lines)
        if before.as_paid is None:
            refused = before.refused
            self._negative -= sum(x.said.requested_cents if x.said else x.care.amount_cents for x in refused)
        self._waits += 1

    def answered(self, cents: int) -> None:
        self._answered += cents
        self._waits -= 1

    def pair(self, day_id: UUID, sending_id: UUID) -> Pair:
        day, answered = self._day, None if self._waits > 0 else self._answered
        return Pair(
            day_id,
            day.patient_id,
            day.date,
            sending_id,
            self._credit,
            self._bill,
            self._negative,
            self._positive,
            answered,
        )
