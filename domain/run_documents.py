"""Days that a run puts on documents beyond eFact, one document a destination, patient and month of care."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain.run_again import asked_cents
from domain.run_invoices import InvoiceKey
from domain.run_parts import Candidate, in_order


@dataclass(frozen=True, slots=True, order=True)
class DocumentKey:
    """What makes two days share a document."""

    destination: str
    patient_id: UUID
    billed_month: str


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """Its days, in order of date; each asks for what is to bill of it."""

    key: DocumentKey
    days: tuple[Candidate, ...]

    @property
    def amount_cents(self) -> int:
        """What it asks for."""
        return sum(asked_cents(one.day) for one in self.days)

    @property
    def line_count(self) -> int:
        """Lines of all its days."""
        return sum(len(one.day.to_bill) for one in self.days)


def document_key(key: InvoiceKey) -> DocumentKey:
    """Of what would be an invoice, if a file reached its destination."""
    return DocumentKey(key.destination, key.patient_id, key.billed_month)


def documents_of(found: Iterable[tuple[DocumentKey, Candidate]]) -> tuple[PlannedDocument, ...]:
    """In the order in which they are numbered."""
    gathered: dict[DocumentKey, list[Candidate]] = {}
    for key, candidate in found:
        gathered.setdefault(key, []).append(candidate)
    return tuple(PlannedDocument(key, tuple(sorted(gathered[key], key=in_order))) for key in sorted(gathered))


def only_documents(planned: Iterable[PlannedDocument], day_ids: Iterable[UUID]) -> tuple[PlannedDocument, ...]:
    """Of these days alone."""
    wanted = set(day_ids)
    return documents_of((one.key, day) for one in planned for day in one.days if day.day_id in wanted)
