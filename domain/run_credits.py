"""Days of which a run gives back what was paid: when a credit note goes, and whether the new bill goes with it."""

from collections.abc import Iterable, Mapping
from datetime import date as Date
from uuid import UUID

from domain.billing_day import BillingDay
from domain.rules.credits import NO_NEGATIVE_TOTAL, REBILLED_LATER, holds
from domain.rules.limits import next_month
from domain.rules.unions import union_of
from domain.run_invoices import InvoiceKey, PlannedSending
from domain.run_parts import Blocked, Candidate, Practice


def credited_cents(day: BillingDay) -> int:
    """What the next run gives back of it; negative or nothing."""
    return sum(line.care.amount_cents for lines in day.to_credit.values() for line in lines)


def credit_reasons(practice: Practice, candidate: Candidate) -> list[Blocked]:
    """A credit note names the invoice that paid, and goes where our files go."""
    known = [practice.payers.get(payer) for payer in candidate.day.to_credit]
    if all(paid and union_of(paid.destination) for paid in known):
        return []
    return [Blocked(candidate.day_id, "previous_invoice_unknown")]


def is_billed_with(practice: Practice, candidate: Candidate, key: InvoiceKey, today: Date) -> bool:
    """Whether the new bill goes in the file of the credit note, behind it; else it waits until that was taken."""
    union = union_of(key.destination)
    if union is None or holds(REBILLED_LATER, union, today):
        return False
    paid = [practice.payers[payer] for payer in candidate.day.to_credit]
    return all((one.destination, one.billed_month) == (key.destination, key.billed_month) for one in paid)


def billable_from(practice: Practice, candidate: Candidate, today: Date) -> Date | None:
    """When a day that the insurer credited may be billed again; None when it may be today."""
    credited = practice.credited.get(candidate.day_id)
    if credited is None:
        return None
    union, on = credited
    first = next_month(on)
    return first if holds(REBILLED_LATER, union, today) and first > today else None


def without_negative_totals(
    files: Iterable[PlannedSending], today: Date
) -> tuple[tuple[PlannedSending, ...], list[Blocked]]:
    """The files without the credit notes that would make a total negative; those that take most back wait first.

    A file of corrections alone travels with that of a later month to the same union, if that one asks for enough.
    """
    kept, held = [], list[Blocked]()
    for file in _carried(files, today):
        gone = _too_much(file) if holds(NO_NEGATIVE_TOTAL, file.union, today) else []
        held += [Blocked(day_id, "credit_total_negative", facts=(("union", file.union),)) for day_id in gone]
        left = file.without(gone) if gone else file
        if left.invoices:
            kept.append(left)
    return tuple(kept), held


def _carried(files: Iterable[PlannedSending], today: Date) -> list[PlannedSending]:
    left: list[PlannedSending] = []
    for file in sorted(files, key=lambda file: (file.union, file.billed_month), reverse=True):
        negative = file.amount_cents < 0 and holds(NO_NEGATIVE_TOTAL, file.union, today)
        for place, later in enumerate(left if negative else []):
            if later.union == file.union and later.amount_cents + file.amount_cents >= 0:
                left[place] = later.carrying(file)
                break
        else:
            left.append(file)
    return left[::-1]


def _too_much(file: PlannedSending) -> list[UUID]:
    if not any(invoice.key.is_credit for invoice in file.invoices):
        return []
    net = _net_of_days(file)
    total, gone = sum(net.values()), []
    for day_id, cents in sorted(net.items(), key=lambda one: (one[1], one[0])):
        if total >= 0:
            break
        total -= cents
        gone.append(day_id)
    return gone


def _net_of_days(file: PlannedSending) -> Mapping[UUID, int]:
    net: dict[UUID, int] = {}
    for invoice in file.invoices:
        for candidate in invoice.days:
            net[candidate.day_id] = net.get(candidate.day_id, 0) + invoice.cents_of(candidate)
    return net
