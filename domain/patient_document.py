"""The document of an invoice for its patient: that it was given to the patient, how, and as what the log then knew.

RIZIV asks for it within 28 days after the sending, and for a new one at the end of a correction procedure
(`domain.rules.limits.PATIENT_DOCUMENTS`). Nothing of its content is stored: everything that it says follows from the
log up to `made_upto`, the patient's name then included, and is sealed there.
"""

from dataclasses import dataclass
from datetime import date as Date
from typing import Literal, get_args
from uuid import UUID

from domain.event import event

Way = Literal["printed", "mail", "given"]
WAYS: tuple[Way, ...] = get_args(Way)


@dataclass(frozen=True, slots=True)
class Correction:
    """An invoice that corrects the one of the document: asks refused lines again, or gives back what was paid."""

    invoice_id: UUID
    sending_id: UUID


@event("invoice.patient_document_given")
class PatientDocumentGiven:
    """The patient was given the document on `given_on`: `printed`, by `mail` of either kind, or `given` by hand.

    `made_upto`: position of the log. `nth` counts from 1; `sending_id`: of the invoice itself.
    `corrections`: those whose end no document had told before.
    """

    sending_id: UUID
    given_on: Date
    way: Way
    made_upto: int
    nth: int
    corrections: tuple[Correction, ...] = ()


@event("invoice.patient_document_withdrawn")
class PatientDocumentWithdrawn:
    """The last document was noted by mistake: the patient was not given it. The fields are those of its note."""

    sending_id: UUID
    nth: int
    corrections: tuple[Correction, ...] = ()
