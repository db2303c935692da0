"""The files of a plan: written once on trial, so that a preview meets whatever the run would meet."""

from dataclasses import replace
from datetime import date as Date
from uuid import UUID

from application.ports import BillingFileCodec
from domain.billing_file import BillingFile
from domain.compose import GivenNumbers, compose
from domain.errors import Invalid
from domain.run_plan import Blocked, Plan, PlannedSending, Practice

_NOBODY = UUID(int=0)


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
    """The plan without the invoices that no file can carry; their days are blocked instead."""
    kept, blocked = [], list(planned.blocked)
    for sending in planned.sendings:
        good = list(sending.invoices)
        if not _writes(sending, practice, planned.creation_date, codec):
            good = []
            for invoice in sending.invoices:
                alone = replace(sending, invoices=(invoice,))
                if _writes(alone, practice, planned.creation_date, codec):
                    good.append(invoice)
                else:
                    blocked.extend(Blocked(candidate.day_id, "does_not_fit") for candidate in invoice.days)
        if good:
            kept.append(replace(sending, invoices=tuple(good)))
    return replace(planned, sendings=tuple(kept), blocked=tuple(blocked))


def _writes(sending: PlannedSending, practice: Practice, today: Date, codec: BillingFileCodec) -> bool:
    numbers = tuple(f"{nth:012d}" for nth in range(1, len(sending.invoices) + 1))
    try:
        codec.write(file_of(sending, GivenNumbers(_NOBODY, "0" * 14, 1, numbers), practice, today))
    except Invalid:
        return False
    return True
