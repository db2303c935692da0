"""One service as the practice recorded it: the columns of a care file, before anybody billed it."""

from dataclasses import dataclass, fields
from datetime import date as Date
from typing import Any
from uuid import UUID, uuid5

from domain.event import Sealed

FREE_NORMS = (7, 9)
"""Service norms of lines that carry no amount: for information, under a flat fee."""


@dataclass(frozen=True, slots=True)
class Care:
    """Amounts are integer cents; `provider`, `care_assistant`, `prescriber` are NIHII numbers of 11 digits.

    The zones of the billing file that each field becomes: eFact reference 2.4-2.6. Numbers of agreements,
    commitments and documents are sealed: they lead to one patient. So is `line_ref`: other programs put a
    national number there.

    `is_priced` false: what was done, without amounts (all three are 0 and mean nothing); the tariffs give them before
    it is billed. `visit` counts the visits of the day from 1; 0 is not said.
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
        """It tells what was done and carries no amount."""
        return self.service_norm in FREE_NORMS

    @property
    def asked_cents(self) -> int | None:
        """What the insurer is asked for; None as long as nobody knows."""
        return self.amount_cents if self.is_priced else None

    @property
    def share_cents(self) -> int | None:
        """What the patient pays of it; None as long as nobody knows."""
        return self.patient_share_cents if self.is_priced else None

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


AMOUNTS = frozenset({"amount_cents", "patient_share_cents", "supplement_cents"})
COLUMNS = tuple(field.name for field in fields(Care) if field.name != "is_priced")


def columns_of(care: Care) -> dict[str, Any]:
    """Value by column, as a care file has them: an amount that nobody gave yet is None."""
    values = {name: getattr(care, name) for name in COLUMNS}
    return values if care.is_priced else values | dict.fromkeys(AMOUNTS)


def care_of(values: dict[str, Any]) -> Care:
    """From values by column. Without an amount it is not priced, unless it is statistical: that asks for nothing."""
    if "amount_cents" not in values:
        values = {**values, "amount_cents": 0, "is_priced": values.get("service_norm") in FREE_NORMS}
    return Care(**values)


class Acts:
    """Acts that stand already, to find one that was entered twice. An amount that is not known tells no two apart."""

    def __init__(self) -> None:
        self._asked: dict[tuple[object, ...], set[int | None]] = {}

    def add(self, care: Care, *of: object) -> bool:
        """Note an act, `of` whom or when; whether one that looks like it stood there."""
        visit = max(care.visit, 1)
        act = (*of, care.code, care.provider, care.time, care.tooth, care.limb, care.units, visit)
        asked = self._asked.setdefault(act, set())
        is_second = bool(asked) and (care.asked_cents is None or not asked.isdisjoint((care.asked_cents, None)))
        asked.add(care.asked_cents)
        return is_second


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
