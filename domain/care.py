"""One service as the practice recorded it: the columns of a care file, before anybody billed it."""

from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID, uuid5

from domain.event import Sealed


@dataclass(frozen=True, slots=True)
class Care:
    """Amounts are integer cents; `provider`, `care_assistant`, `prescriber` are NIHII numbers of 11 digits.

    The zones of the billing file that each field becomes: eFact reference 2.4-2.6. Numbers of agreements,
    commitments and documents are sealed: they lead to one patient. So is `line_ref`: other programs put a
    national number there.

    `is_priced` false: what was done, without amounts; the tariffs give them before it is billed. `visit` counts the
    visits of the day from 1; 0 is not said.
    """

    code: str
    amount_cents: int
    provider: str
    units: int = 1
    patient_share_cents: int = 0
    supplement_cents: int = 0
    service_norm: int = 0
    provider_norm: int = 1
    care_assistant: str = ""
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
    lump_sum_pct: int = 0
    commitment_number: Sealed = ""
    agreement_number: Sealed = ""
    reading_method: str = ""
    reading_document: str = ""
    reading_reason: int = 0
    reading_time: str = ""
    reading_serial: Sealed = ""
    vignette_reason: int = 0
    proof_number: Sealed = ""
    device_number: Sealed = ""
    line_ref: Sealed = ""
    is_priced: bool = True
    visit: int = 0

    @property
    def is_statistical(self) -> bool:
        """Norm 9 (under a flat fee) or 7 (for information): it carries no amount."""
        return self.service_norm in (7, 9)

    @property
    def has_reading(self) -> bool:
        """Whether a record 52 goes with it."""
        return bool(
            self.reading_method
            or self.reading_serial
            or self.reading_reason
            or self.vignette_reason
            or self.proof_number
            or self.device_number
            or self.agreement_number
        )


@dataclass(frozen=True, slots=True)
class CareLine:
    """A care with its identity inside a billing day. `possible_duplicate` waits for a person's word."""

    line_id: UUID
    care: Care
    possible_duplicate: bool = False


def sameness(care: Care) -> tuple[object, ...]:
    """What makes two lines of a date look like one act entered twice."""
    return (care.code, care.provider, care.time, care.tooth, care.limb, care.units, care.amount_cents)


def line_id(day_id: UUID, care: Care, occurrence: int) -> UUID:
    """Identity of a line: its own reference, else its code and provider; `occurrence` counts from 1 on that date."""
    natural = f"ref|{care.line_ref}" if care.line_ref else f"nth|{care.code}|{care.provider}"
    return uuid5(day_id, f"{natural}|{occurrence}")


_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def reference_of(identifier: UUID) -> str:
    """Zone 28: the 128 bits in base 36, 25 characters (decisions, Billing)."""
    number, digits = identifier.int, []
    for _ in range(25):
        number, rest = divmod(number, 36)
        digits.append(_BASE36[rest])
    return "".join(reversed(digits))


def identifier_of(reference: str) -> UUID | None:
    """Back from zone 28; None when the text is not one of ours."""
    text = reference.strip()
    if len(text) != 25 or not text.isascii() or not text.isalnum():
        return None
    number = int(text, 36)
    return UUID(int=number) if number < 1 << 128 else None
