"""One billing file (message 920000) as the practice means it, before any zone or position.

The run composes it, the eFact codec writes it. Money is integer cents; dates are dates; identifiers are bare digits.
Empty text and zero mean "not filled", as in the file itself (eFact reference 2).
"""

from dataclasses import dataclass, field
from datetime import date as Date


@dataclass(frozen=True, slots=True)
class IdentityReading:
    """Reading of an identity document that goes with a line (record 52). Times are `hhmm`."""

    method: str = ""
    document: str = ""
    reason: int = 0
    vignette_reason: int = 0
    read_on: Date | None = None
    time: str = ""
    serial: str = ""
    proof_number: str = ""
    device_number: str = ""
    agreement_number: str = ""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One service line (record 50), with its payment commitment (51) and its identity reading (52) where there is one.

    `amount_cents`, `patient_share_cents`, `supplement_cents` and `units` are signed: negative in a credit note.
    `reference` is the 25-character line reference that the union echoes.
    """

    reference: str
    code: str
    date: Date
    amount_cents: int
    provider: str
    units: int = 1
    patient_share_cents: int = 0
    supplement_cents: int = 0
    service_norm: int = 0
    provider_norm: int = 1
    urgency: int = 0
    time: str = ""
    derogation: int = 0
    related_code: str = ""
    prescriber: str = ""
    prescriber_norm: int = 0
    prescription_date: Date | None = None
    tooth: str = ""
    limb: int = 0
    place: str = ""
    care_assistant: str = ""
    lump_sum_pct: int = 0
    convention_status: int = 0
    patient_share_code: int = 0
    third_payer_exception: str = "0"
    commitment_number: str = ""
    commitment_date: Date | None = None
    reading: IdentityReading | None = None


@dataclass(frozen=True, slots=True)
class PreviousInvoice:
    """What a resubmission or credit note says of the invoice it follows (zones 29-41 of record 20)."""

    invoice_number: str
    sending_number: int
    destination: str
    year_month: str
    insurer_reference: str = ""


@dataclass(frozen=True, slots=True)
class FileInvoice:
    """One individual invoice: record 20, its lines, record 80.

    `patient_number` is the national number when `has_ssin`, else the affiliation number at the sickness fund.
    `invoicing_type`: 0 original, 1 resubmission, 3 credit note. `sex`: 1 male, 2 female.
    """

    reference: str
    invoice_number: str
    patient_number: str
    has_ssin: bool
    sex: int
    sickness_fund: str
    destination: str
    ct1: str
    ct2: str
    lines: tuple[FileLine, ...]
    invoicing_type: int = 0
    time_bar_lifted: bool = False
    treatment_cause: int = 0
    previous: PreviousInvoice | None = None


@dataclass(frozen=True, slots=True)
class BillingFile:
    """One sending: file header, invoices by ascending destination (credit notes of each first), one national union."""

    provider_reference: str
    sending_number: int
    billed_month: str
    creation_date: Date
    union: str
    test: bool
    tpp_number: str
    cbe_number: str
    iban: str
    bic: str
    contact_last_name: str
    contact_first_name: str
    contact_phone: str
    content_code: str
    profession_code: str
    reference: str
    file_reference: str
    invoices: tuple[FileInvoice, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class RecordNumbers:
    """Where the writer put things: running number (zone 2) of each invoice and, per invoice, of each line."""

    invoices: tuple[int, ...]
    lines: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """The bytes of a billing file and the figures that its totals carry."""

    content: bytes
    numbers: RecordNumbers
    record_count: int
    control_number: int
    total_cents: int
