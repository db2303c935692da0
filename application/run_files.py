"""The files of a plan: written once on trial, so that a preview meets whatever the run would meet."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import date as Date
from uuid import UUID

from application.ports import BillingFileCodec
from domain.billing_file import BillingFile, WrittenFile
from domain.compose import GivenNumbers, compose
from domain.errors import Invalid
from domain.run_credits import without_negative_totals
from domain.run_plan import Blocked, Plan, PlannedSending, Practice

_NOBODY = UUID(int=0)
_OF_A_LINE, _OF_AN_INVOICE = ("50", "51", "52"), ("20", "80")


def file_of(sending: PlannedSending, given: GivenNumbers, practice: Practice, today: Date) -> BillingFile:
    """The billing file of a planned sending under the numbers given."""
    return compose(
        sending,
        given,
        practice.establishment.details,
        dict(practice.patients.values()),
        {nihii: provider for nihii, (_, provider) in practice.providers.items()},
        today,
        {str(invoice_id): former for invoice_id, former in practice.previous.items()},
    )


def fitting(planned: Plan, practice: Practice, codec: BillingFileCodec) -> Plan:
    """The plan without the days that no file can carry, or that a union would refuse in it: they are blocked instead.

    A day is blocked under the refusal code to expect.
    """
    kept, blocked = [], list(planned.blocked)
    for sending in planned.sendings:
        found = dict.fromkeys(_faults(sending, practice, planned.creation_date, codec))
        blocked.extend(found)
        good = sending.without({one.day_id for one in found}) if found else sending
        if good.invoices:
            kept.append(good)
    files, negative = without_negative_totals(kept, planned.creation_date)  # what was asked for may be what is held
    return replace(planned, sendings=tuple(files), blocked=(*blocked, *negative))


def _faults(sending: PlannedSending, practice: Practice, today: Date, codec: BillingFileCodec) -> Iterator[Blocked]:
    written = _written(sending, practice, today, codec)
    if written is not None:
        places = _Places(sending, written)
        for order, code in codec.faults(written.content):
            yield from places.blocked(order, code)
        return
    alone = [replace(sending, invoices=(invoice,)) for invoice in sending.invoices]
    bad = [one for one in alone if _written(one, practice, today, codec) is None]
    gone = dict.fromkeys(candidate.day_id for one in bad for candidate in one.invoices[0].days)
    yield from (Blocked(day_id, "does_not_fit") for day_id in gone)
    rest = sending.without(gone)
    if rest.invoices:
        yield from _faults(rest, practice, today, codec)


def _written(sending: PlannedSending, practice: Practice, today: Date, codec: BillingFileCodec) -> WrittenFile | None:
    """On trial, under numbers that nobody gave; None when a value fits nowhere."""
    numbers = tuple(f"{nth:012d}" for nth in range(1, len(sending.invoices) + 1))
    try:
        return codec.write(file_of(sending, GivenNumbers(_NOBODY, "1" * 14, 1, numbers), practice, today))
    except Invalid:
        return None


class _Places:
    """Whose the records of a written file are."""

    def __init__(self, sending: PlannedSending, written: WrittenFile) -> None:
        self._invoices, self._invoice_orders = sending.invoices, written.numbers.invoices
        self._lines = [
            (candidate.day_id, line.line_id)
            for invoice in sending.invoices
            for candidate in invoice.days
            for line in invoice.lines_of(candidate)
        ]
        self._line_orders = [order for orders in written.numbers.lines for order in orders]

    def blocked(self, order: int | None, code: str) -> Iterator[Blocked]:
        """The line that a record 50 to 52 is of; the days of an invoice; or all of them."""
        if order and code[:2] in _OF_A_LINE:
            day_id, line_id = self._lines[bisect_right(self._line_orders, order) - 1]
            yield Blocked(day_id, code, line_id)
            return
        invoices = self._invoices
        if order and code[:2] in _OF_AN_INVOICE:
            invoices = (invoices[bisect_right(self._invoice_orders, order) - 1],)
        yield from (Blocked(candidate.day_id, code) for invoice in invoices for candidate in invoice.days)
