"""The invoice: one patient, billed month, destination, affiliation and kind, inside one sending."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Literal
from uuid import UUID, uuid5

from domain.answer import Reason
from domain.care import reference_of
from domain.day_events import DayVerdict
from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import Sealed, event
from domain.patient_document import Correction, PatientDocumentGiven, PatientDocumentWithdrawn, Way


@event("invoice.issued", subject="patient_id")
class InvoiceIssued:
    """A billing run made the invoice. `record` is the running number of its record 20, `total_record` of its 80.

    `reference` is zone 28 as another program wrote it, where a national number may stand; empty for an invoice of
    ours, which is named by its id. `invoicing_type`: 0 original, 1 resubmission, 3 credit note; `previous_invoice_id`:
    the one that it follows then; `again_days`: how many were billed before. Money in cents; the patient's number
    stands in the file only.
    """

    establishment_id: UUID
    patient_id: UUID
    sending_id: UUID
    invoice_number: str
    reference: Sealed
    billed_month: str
    sickness_fund: str
    destination: str
    ct1: str
    ct2: str
    invoicing_type: int
    record: int
    total_record: int
    requested_cents: int
    patient_share_cents: int
    supplement_cents: int
    line_count: int
    day_ids: tuple[UUID, ...]
    previous_invoice_id: UUID | None = None
    again_days: int = 0


@event("invoice.withdrawn")
class InvoiceWithdrawn:
    """Its sending was cancelled or refused as a whole; the number is never used again."""

    sending_id: UUID


@event("invoice.reinstated")
class InvoiceReinstated:
    """The insurer settled the sending that it had rejected."""

    sending_id: UUID


@event("invoice.settled")
class InvoiceSettled:
    """What the settlement makes of the whole invoice. `reasons`: what was said on its records 20 and 80.

    `insurer_reference`: how the insurer calls its record 20 (zone 109), empty when that was not echoed.
    """

    sending_id: UUID
    message: str
    verdict: DayVerdict
    accepted_cents: int
    refused_cents: int
    refused_days: int
    reasons: tuple[Reason, ...] = ()
    insurer_reference: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """State of an invoice. `documents`: those that its patient was given, the first one first."""

    made: InvoiceIssued
    status: Literal["issued", "withdrawn", "settled"] = "issued"
    verdict: DayVerdict = "none"
    accepted_cents: int = 0
    refused_cents: int = 0
    insurer_reference: str = ""
    documents: tuple[PatientDocumentGiven, ...] = ()

    @property
    def identifier(self) -> UUID:
        """Its id."""
        return invoice_id(self.made.sending_id, self.made.invoice_number)

    @property
    def is_original(self) -> bool:
        """It asks on its own; the others correct an earlier one, whose patient's document tells of them too."""
        return self.made.previous_invoice_id is None

    @property
    def told(self) -> frozenset[UUID]:
        """Corrections of it that the patient was told of."""
        return frozenset(one.invoice_id for given in self.documents for one in given.corrections)

    @property
    def reference(self) -> str:
        """Zone 28 of its records 20 and 80."""
        return self.made.reference or reference_of(self.identifier)


def invoice_id(sending_id: UUID, invoice_number: str) -> UUID:
    """Identity of an invoice inside its sending."""
    return uuid5(sending_id, f"invoice|{invoice_number}")


def evolve(state: Invoice | None, happened: object) -> Invoice:
    """Fold one event of the invoice's stream."""
    if isinstance(happened, InvoiceIssued):
        return Invoice(happened)
    if state is None:
        raise NotFound("invoice_unknown", "An invoice begins with its issue.")
    match happened:
        case InvoiceWithdrawn():
            return replace(state, status="withdrawn")
        case InvoiceReinstated():
            return replace(state, status="issued")
        case PatientDocumentGiven():
            return replace(state, documents=(*state.documents, happened))
        case PatientDocumentWithdrawn():
            return replace(state, documents=state.documents[:-1])
        case InvoiceSettled():
            return replace(
                state,
                status="settled",
                verdict=happened.verdict,
                accepted_cents=happened.accepted_cents,
                refused_cents=happened.refused_cents,
                insurer_reference=happened.insurer_reference,
            )
    return state


def fold(events: Iterable[object]) -> Invoice | None:
    """State after all events of one stream."""
    state: Invoice | None = None
    for happened in events:
        state = evolve(state, happened)
    return state


def withdraw(state: Invoice) -> list[object]:
    """Take the invoice back with its sending; a settled one stands."""
    return [InvoiceWithdrawn(state.made.sending_id)] if state.status == "issued" else []


def reinstate(state: Invoice) -> list[object]:
    """Make a withdrawn invoice count again."""
    return [InvoiceReinstated(state.made.sending_id)] if state.status == "withdrawn" else []


def settle(
    state: Invoice,
    message: str,
    days: Iterable[tuple[DayVerdict, int, int]],
    reasons: tuple[Reason, ...] = (),
    insurer_reference: str = "",
) -> list[object]:
    """Sum up its days: (verdict, accepted cents, refused cents) of each."""
    if state.status == "settled":
        return []
    verdicts, accepted, refused, refused_days = set[str](), 0, 0, 0
    for verdict, day_accepted, day_refused in days:
        verdicts.add(verdict)
        accepted += day_accepted
        refused += day_refused
        refused_days += verdict != "accepted"
    whole: DayVerdict = "mixed"
    if verdicts <= {"accepted"}:
        whole = "accepted"
    elif verdicts == {"refused"}:
        whole = "refused"
    return [
        InvoiceSettled(
            state.made.sending_id, message, whole, accepted, refused, refused_days, reasons, insurer_reference
        )
    ]


def give_document(
    state: Invoice, given_on: Date, way: Way, made_upto: int, ended: Iterable[Correction], today: Date
) -> list[object]:
    """Note that the patient was given the document as made up to that position of the log.

    `ended`: corrections settled by then. Raises `NotAllowed` for an invoice that has none of its own or was withdrawn,
    and where nothing new is told, `Invalid` for a day to come.
    """
    if not state.is_original:
        raise NotAllowed("patient_document_of_first", "The patient's document is that of the invoice it corrects.")
    if state.status == "withdrawn":
        raise NotAllowed("invoice_withdrawn", "This invoice was withdrawn: its care is billed anew.")
    if given_on > today:
        raise Invalid("given_to_come", "given_on: today at the latest.", field="given_on")
    new = tuple(one for one in ended if one.invoice_id not in state.told)
    if state.documents and not new:
        raise NotAllowed("patient_document_known", "The patient has this document; nothing was corrected since.")
    nth = len(state.documents) + 1
    return [PatientDocumentGiven(state.made.sending_id, given_on, way, made_upto, nth, new)]


def withdraw_document(state: Invoice) -> list[object]:
    """The last document was noted by mistake. Raises `NotFound` when none was."""
    if not state.documents:
        raise NotFound("patient_document_unknown", "No document of this invoice was noted as given.")
    last = state.documents[-1]
    return [PatientDocumentWithdrawn(last.sending_id, last.nth, last.corrections)]
