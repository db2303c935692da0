"""What can happen to a billing day: recorded, billed, answered by the insurer, returned."""

from dataclasses import dataclass
from datetime import date as Date
from typing import Literal
from uuid import UUID

from domain.answer import Reason
from domain.care import Care, CareLine
from domain.event import Sealed, event

Verdict = Literal["none", "accepted", "accepted_less", "refused"]
DayVerdict = Literal["none", "accepted", "mixed", "refused"]
Decision = Literal["none", "rebill", "rebill_elsewhere", "credit_note", "regularise", "justified"]
ReturnCause = Literal["run_cancelled", "envelope_rejected", "rejected", "document_cancelled"]


@event("billing_day.care_recorded", subject="patient_id")
class CareRecorded:
    """Lines of care entered on the day; the first one opens it. `import_id` names the file they came from."""

    establishment_id: UUID
    patient_id: UUID
    date: Date
    sequence: int
    lines: tuple[CareLine, ...]
    import_id: UUID | None = None


@event("billing_day.line_corrected", subject="patient_id")
class LineCorrected:
    """The values of a line as they should have been; the former ones stay in the stream."""

    patient_id: UUID
    line_id: UUID
    care: Care
    import_id: UUID | None = None


@event("billing_day.line_withdrawn")
class LineWithdrawn:
    """The line will not be billed. `import_id` is set when a whole import was undone."""

    line_id: UUID
    import_id: UUID | None = None


@event("billing_day.duplicate_confirmed")
class DuplicateConfirmed:
    """A person said that the identical second line was really done."""

    line_id: UUID


@event("billing_day.amount_confirmed")
class AmountConfirmed:
    """A person said that the amount of the line is to be billed as it was given, though the tariffs say another."""

    line_id: UUID


@event("billing_day.time_bar_lifted", subject="patient_id")
class TimeBarLifted:
    """A registered letter stopped the time-bar; `proof` is the practice's own reference to it."""

    patient_id: UUID
    proof: Sealed
    letter_date: Date


@event("billing_day.priced", subject="patient_id")
class DayPriced:
    """The tariffs made lines of all that was recorded without amounts; these are billed in its place.

    `tariffs`: hash of the set in force; `ct1`, `ct2`: holder codes of that day; `authorisation`: number of the one that
    opened a flat fee, if any. `amount_cents` and `line_count` are those of the whole day from now on.
    """

    patient_id: UUID
    tariffs: str
    ct1: str
    ct2: str
    lines: tuple[CareLine, ...]
    amount_cents: int
    line_count: int
    authorisation: Sealed = ""


@event("billing_day.billed")
class DayBilled:
    """The day went into an invoice. `records` are the running numbers (zone 2) of its active lines, in their order.

    `line_ids`: lines that are billed again, in that order, while the others of the day stay as they were settled; empty
    for all active ones. `is_document`: on a document beyond eFact, whose id stands in both places (`domain.document`).
    """

    sending_id: UUID
    invoice_id: UUID
    records: tuple[int, ...]
    line_ids: tuple[UUID, ...] = ()
    is_document: bool = False


@event("billing_day.credited")
class DayCredited:
    """What one invoice paid of the day is given back, in another of type 3. `records` are its running numbers.

    `line_ids` and `cents` (negative) in the order of `records`; `previous_invoice_id` paid them.
    """

    sending_id: UUID
    invoice_id: UUID
    previous_invoice_id: UUID
    records: tuple[int, ...]
    line_ids: tuple[UUID, ...]
    cents: tuple[int, ...]


@event("billing_day.correction_decided")
class CorrectionDecided:
    """The practice decided what becomes of the refused lines; a later decision takes the place of this one.

    `rebill`: again to the same union; `rebill_elsewhere`: as an original invoice to another destination; `justified`:
    the insurer is right, and the money is lost; `credit_note`: what was paid is given back, and the day billed again;
    `regularise`: it is given back, and nothing more is asked. `replaced`: what had been decided before.
    """

    decision: Decision
    replaced: Decision = "none"


@event("billing_day.correction_proposed")
class CorrectionProposed:
    """Somebody wants that decision, which gives up more than one person may: it holds once another one confirms it.

    `by`: the actor who proposed it, the one who does not confirm it.
    """

    decision: Decision
    by: str


@event("billing_day.correction_declined")
class CorrectionDeclined:
    """The proposal was turned down, or withdrawn by who made it; what was decided before stands."""

    decision: Decision


@event("billing_day.correction_restored")
class CorrectionRestored:
    """The decision was taken back: nobody has decided yet."""

    decision: Decision


@event("billing_day.left_undecided")
class RefusalLeftUndecided:
    """A billing run went by while nobody had decided about the refused day, and whoever billed said so.

    It is no decision: the day waits for one as before.
    """

    run_id: UUID


@event("billing_day.returned")
class DayReturned:
    """Nothing of the sending was accepted, or it never left: the day is prepared again."""

    sending_id: UUID
    return_cause: ReturnCause


@event("billing_day.reinstated")
class DayReinstated:
    """The insurer settled a sending that it had rejected: the day counts as billed in it after all."""

    sending_id: UUID
    invoice_id: UUID


@event("billing_day.document_paid")
class DayPaidOnDocument:
    """Its document is paid in full: what it asked of the day is paid, and no insurer said so."""

    document_id: UUID
    accepted_cents: int


@event("billing_day.document_refused")
class DayRefusedOnDocument:
    """The addressee does not pay its document: what it asked of the day is refused. Why stands in the envelope."""

    document_id: UUID
    refused_cents: int


@event("billing_day.document_reopened")
class DayReopenedOnDocument:
    """That its document was paid or refused was noted wrongly: the day waits for it as before."""

    document_id: UUID


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What the insurer said of one line. Empty `reasons`: it was not listed, hence accepted in full."""

    line_id: UUID
    verdict: Verdict
    requested_cents: int
    accepted_cents: int
    reasons: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    comment: Sealed = ""


@event("billing_day.accepted_by_insurer", subject="patient_id")
class DayAcceptedByInsurer:
    """Every line of the day is accepted; `lines` holds only those about which something was said."""

    sending_id: UUID
    message: str
    patient_id: UUID
    accepted_cents: int
    lines: tuple[LineVerdict, ...] = ()


@event("billing_day.partly_refused_by_insurer", subject="patient_id")
class DayPartlyRefusedByInsurer:
    """Some lines of the day are refused, some are not; `lines` holds those about which something was said."""

    sending_id: UUID
    message: str
    patient_id: UUID
    accepted_cents: int
    refused_cents: int
    lines: tuple[LineVerdict, ...]


@event("billing_day.refused_by_insurer", subject="patient_id")
class DayRefusedByInsurer:
    """Every line of the day is refused."""

    sending_id: UUID
    message: str
    patient_id: UUID
    refused_cents: int
    lines: tuple[LineVerdict, ...]


@event("billing_day.credit_settled", subject="patient_id")
class CreditSettled:
    """The insurer answered a credit note.

    `credited_cents` were given back, of which it took `taken_cents`; both positive. `lines` holds those about which
    something was said, with negative amounts; the others are taken.
    """

    sending_id: UUID
    invoice_id: UUID
    message: str
    patient_id: UUID
    credited_cents: int
    taken_cents: int
    lines: tuple[LineVerdict, ...] = ()


Settled = DayAcceptedByInsurer | DayPartlyRefusedByInsurer | DayRefusedByInsurer
