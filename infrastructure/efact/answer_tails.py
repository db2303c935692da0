"""The 450 characters that a union adds to each record it sends back, with its fillers (eFact reference 3.3)."""

from dataclasses import dataclass
from datetime import date

from domain.answer import Reason
from infrastructure.efact.answer_zones import TAIL
from infrastructure.efact.line_records import Values
from infrastructure.efact.message import EfactFile, Record
from infrastructure.efact.values import day
from infrastructure.efact.zones import signed

_SLOTS = (("letter_1", "code_1"), ("letter_2", "code_2"), ("letter_3", "code_3"))
_EMPTY_CODE = "000000"
_NO_AMOUNT = "000000000000"
_BLANK = b"0" * 183 + b" " * 267
_NO_PARTY = "9" * 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a union says of one record: up to three reasons, amounts in signed cents, its references.

    An amount of None is written as the fillers of an error list, or as zero in a settlement.
    """

    reasons: tuple[Reason, ...] = ()
    accepted_cents: int | None = None
    patient_share_cents: int | None = None
    comment: str = ""
    ct1: str = ""
    ct2: str = ""
    insurer_reference: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """What every tail of one answer repeats."""

    number: str
    month: str
    answered_on: date
    settled: bool

    @classmethod
    def of(cls, request: EfactFile, answered_on: date, *, settled: bool) -> "Sending":
        """From the headers of the billing file."""
        second = request.second_header
        return cls(second.text("sending_number"), second.text("billed_month"), answered_on, settled)


def opening_echo(record: Record, sending: Sending, verdict: Verdict) -> bytes:
    """Record 10 in an answer: ones, so that it sorts first."""
    values: Values = {"sending": sending.number, "answered_on": day(sending.answered_on), **_reasons(verdict)}
    return record.echo + TAIL.patch(b"1" * TAIL.length, values)


def last_echo(record: Record, sending: Sending, verdict: Verdict) -> bytes:
    """Record 90 in an answer: nines, so that it sorts last."""
    return record.echo + TAIL.patch(b"9" * TAIL.length, {"sending": sending.number, **_reasons(verdict)})


def echo(record: Record, sending: Sending, verdict: Verdict, *, fund: str, index: int) -> bytes:
    """A record 20-80 in an answer, the `index`-th returned, for sickness fund `fund`."""
    values: Values = {
        "sending": sending.number,
        "answered_on": day(sending.answered_on),
        "answered_month": sending.month,
        "fund": fund,
        "third_payer": _NO_PARTY,
        "ct1": verdict.ct1 or "000",
        "ct2": verdict.ct2 or "000",
        "insurer_reference": verdict.insurer_reference or "0" * 22,
        "accepted": _amount(verdict.accepted_cents, sending),
        "accepted_b": _amount(None, sending),
        "accepted_share": _amount(verdict.patient_share_cents, sending),
        "comment": verdict.comment,
        "index": f"{index:06d}",
        **_reasons(verdict),
    }
    return record.echo + TAIL.patch(_BLANK, values)


def _amount(cents: int | None, sending: Sending) -> str:
    if cents is None and not sending.settled:
        return _NO_AMOUNT
    return signed(cents or 0, 11)


def _reasons(verdict: Verdict) -> Values:
    """The three slots; a union drops what does not fit in them."""
    values: Values = {}
    filled = [(reason.letter or " ", reason.code) for reason in verdict.reasons[: len(_SLOTS)]]
    filled += [(" ", _EMPTY_CODE)] * (len(_SLOTS) - len(filled))
    for (letter_zone, code_zone), (letter, code) in zip(_SLOTS, filled, strict=True):
        values[letter_zone], values[code_zone] = letter, code
    return values
