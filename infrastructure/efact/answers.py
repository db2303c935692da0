"""A union's answer out of bytes into facts; what follows from them for days and money is decided elsewhere."""

from collections.abc import Iterator

from domain.answer import Answer, AnswerRecord, FundSettlement, Reason
from infrastructure.efact.errors import UnexpectedMessage
from infrastructure.efact.message import EfactFile, Record
from infrastructure.efact.reader import read
from infrastructure.efact.records import ANSWERS, BILLING_FILE, ENVELOPE_REFUSAL
from infrastructure.efact.zones import Kind

_LETTERS = frozenset("BREFS")
_SLOTS = (("letter_1", "code_1"), ("letter_2", "code_2"), ("letter_3", "code_3"))
_ACCEPTED = frozenset({"20", "50", "51", "52", "80"})
_WITH_AMOUNT = frozenset({"50", "51", "80", "90"})
_WITH_CODE = frozenset({"50", "51", "52"})
_WITH_REFERENCE = frozenset({"10", "20", "50", "80", "90"})


def read_answer(content: bytes) -> Answer:
    """An answer file as facts (eFact reference 3); raises UnrecognisedMessage, or UnexpectedMessage for a 920000."""
    return answer_of(read(content))


def answer_of(file: EfactFile) -> Answer:
    """The facts of an answer already read; raises UnexpectedMessage for a 920000."""
    if file.message == BILLING_FILE:
        raise UnexpectedMessage(file.message, f"an answer of a union ({', '.join(ANSWERS)})")
    header, second = file.header, file.second_header
    rated = second.layout.has("error_percentage")
    total = next((r for r in file.records if r.type == "92"), None)
    return Answer(
        message=file.message,
        provider_reference=header.text("provider_reference"),
        oa_reference=header.text("oa_reference"),
        error_percentage=(second.text("error_percentage") or None) if rated else None,
        refusal_type=(second.text("refusal_type") or None) if rated else None,
        header_errors=(*envelope_reasons(header), *envelope_reasons(second)),
        records=tuple(_records(file)),
        settlements=tuple(_settlement(r) for r in file.records if r.type == "91"),
        total=None if total is None else _settlement(total),
        unread=file.unread,
    )


def envelope_reasons(record: Record) -> tuple[Reason, ...]:
    """Two-digit error codes that are not 00 in a header or total, as `zone/code` without a letter (reference 1.8)."""
    found, faulty = [], ""
    for zone in record.layout.zones:
        if zone.kind is not Kind.ERROR:
            faulty = zone.number
            continue
        code = record.text(zone.number)
        if len(code) == 2 and code.isdigit() and code != "00":
            found.append(Reason(None, f"{faulty}/{code}"))
    return tuple(found)


def echoed_record(record: Record) -> AnswerRecord:
    """One record 10-90 with what the union added to it; in a 920000 nothing was added."""
    kind, answered = record.type, record.layout.has("comment")
    accepted = answered and kind in _ACCEPTED
    return AnswerRecord(
        type=kind,
        order=record.order,
        errors=tuple(_reasons(record)) if answered else (),
        comment=_comment(record.text("comment")) if answered else "",
        accepted_cents=record.cents("accepted") if accepted else None,
        accepted_patient_share_cents=record.cents("accepted_share") if accepted else None,
        requested_cents=record.cents("amount") if kind in _WITH_AMOUNT else None,
        reference=record.text("reference") if kind in _WITH_REFERENCE else "",
        code=record.text("code")[-6:] if kind in _WITH_CODE else "",
        ct1=_holder_code(record.text("ct1")) if accepted else "",
        ct2=_holder_code(record.text("ct2")) if accepted else "",
        insurer_reference=_reference(record.text("insurer_reference")) if accepted else "",
        raw=record.raw,
    )


def _records(file: EfactFile) -> Iterator[AnswerRecord]:
    for record in file.records:
        if record.layout.has("order"):
            yield echoed_record(record)
        elif file.message == ENVELOPE_REFUSAL:
            yield AnswerRecord(type=record.type, order=None, errors=envelope_reasons(record), raw=record.raw)


def _reasons(record: Record) -> Iterator[Reason]:
    """Error slots in use. An empty slot looks different at every union, so a letter that we know must open it (3.3)."""
    for letter_zone, code_zone in _SLOTS:
        letter, code = record.text(letter_zone), record.text(code_zone)
        if letter in _LETTERS and code.strip("0 "):
            yield Reason(letter, code)


def _settlement(record: Record) -> FundSettlement:
    return FundSettlement(
        fund=record.text("fund"),
        requested_cents=record.cents("requested"),
        accepted_cents=record.cents("accepted"),
        refused_cents=record.cents("refused"),
        payment_reference=record.text("payment_reference") if record.type == "91" else "",
        raw=record.raw,
    )


def _comment(text: str) -> str:
    """Nothing when the zone is filled to its end with the fillers 0, 1 and 9 (reference 3.3)."""
    return "" if len(text) == 200 and not text.strip("019") else text


def _reference(text: str) -> str:
    """Nothing when one filler digit is repeated through the zone."""
    return "" if text in ("0" * 22, "1" * 22, "9" * 22) else text


def _holder_code(text: str) -> str:
    return "" if text in ("000", "999") else text
