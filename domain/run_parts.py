"""What a billing run looks at, and what it says of a day that it leaves out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from uuid import UUID

from domain.billing_day import BillingDay, Line
from domain.billing_file import PreviousInvoice
from domain.establishment import Establishment
from domain.invoice import InvoiceIssued
from domain.patient import Patient
from domain.pricing.book import PriceBook
from domain.pricing.reasons import Facts, Reason
from domain.provider import Provider


@dataclass(frozen=True, slots=True)
class Practice:
    """Everything the plan looks at beside the days. Providers by NIHII number; patients by id, merges resolved.

    `standing`: other days of these patients, in a sending already, as far as rules of the tariffs count them.
    `previous`: invoices that refused days were in, by id. `asked_again`: refused days of whose patient the insurability
    was recorded or confirmed since the refusal. `payers`: invoices that paid what is given back, by id. `credited`: of
    days that an insurer credited, its union and the date of the file.
    """

    establishment_id: UUID
    establishment: Establishment
    providers: Mapping[str, tuple[UUID, Provider]]
    patients: Mapping[UUID, tuple[UUID, Patient]]
    prices: PriceBook = field(default_factory=PriceBook)
    standing: tuple[BillingDay, ...] = ()
    previous: Mapping[UUID, PreviousInvoice] = field(default_factory=dict)
    asked_again: Collection[UUID] = ()
    payers: Mapping[UUID, InvoiceIssued] = field(default_factory=dict)
    credited: Mapping[UUID, tuple[str, Date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A day to bill. `priced`: what the tariffs made of it, to be recorded before it is billed."""

    day_id: UUID
    day: BillingDay
    priced: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocked:
    """One reason why a day is not billed. `line_id` when one line is the cause; `facts` are codes and dates."""

    day_id: UUID
    code: str
    line_id: UUID | None = None
    facts: Facts = ()


def blocked_by(day_id: UUID, reason: Reason) -> Blocked:
    """The same for a day, with the refusal that it would bring."""
    refusal = (("refused_as", reason.refused_as),) if reason.refused_as else ()
    return Blocked(day_id, reason.code, reason.line_id, reason.facts + refusal)


def in_order(candidate: Candidate) -> tuple[Date, int, UUID]:
    """Days of a patient as they follow each other in a file; those of two records of one person always alike."""
    return candidate.day.date, candidate.day.sequence, candidate.day_id


def lines_that_stand(day: BillingDay) -> tuple[Line, ...]:
    """Lines of a billed day that an insurer counts: asked, and neither refused nor to be given back."""
    if day.is_prepared or day.verdict == "refused" or day.as_paid is not None:
        return ()
    return tuple(line for line in day.active if not (line.is_taken or (line.said and line.said.verdict == "refused")))
