"""What a union said in one answer file, as facts; what follows from it is decided elsewhere.

The shapes carry what is written and nothing inferred. `None` means "not in this message" or "could not be read"
(then the bytes stand in `unread`). Money is signed integer cents. Source: eFact reference 1.5-1.8 and 3.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One refusal slot: severity letter (B, F, R, E, S; None in an envelope refusal) and code."""

    letter: str | None
    code: str


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """One echoed record. `order` is its running number in our file; `reference` our own text (zone 28).

    `requested_cents` is the amount of the echo (zone 19 of records 50, 51, 80, 90), `accepted_cents` zone 114.
    """

    type: str
    order: int | None
    errors: tuple[Reason, ...]
    comment: str = ""
    accepted_cents: int | None = None
    accepted_patient_share_cents: int | None = None
    requested_cents: int | None = None
    reference: str = ""
    code: str = ""
    ct1: str = ""
    ct2: str = ""
    insurer_reference: str = ""
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class FundSettlement:
    """Record 91 (or 92, then `fund` is x99): figures of one sickness fund, and its payment reference."""

    fund: str
    requested_cents: int | None
    accepted_cents: int | None
    refused_cents: int | None
    payment_reference: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Unread:
    """Bytes that could not be interpreted: `offset` in the file, the bytes, and why."""

    offset: int
    raw: bytes
    reason: str


TECHNICAL, NOT_TREATED = "TACK", "REJECT"
"""A technical acknowledgement: it has the file; and its contrary."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer file of a union: 931000, 920999, 920098, 920099 or 920900.

    Or what the network says of the file itself (`TECHNICAL`, `NOT_TREATED`): `oa_reference` is then who says so, and
    `refusal_type` why a union cannot treat it.
    """

    message: str
    provider_reference: str
    oa_reference: str
    error_percentage: str | None
    refusal_type: str | None
    header_errors: tuple[Reason, ...] = ()
    records: tuple[AnswerRecord, ...] = ()
    settlements: tuple[FundSettlement, ...] = ()
    total: FundSettlement | None = None
    unread: tuple[Unread, ...] = ()
