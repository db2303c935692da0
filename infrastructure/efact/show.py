"""What `quittance efact show` prints: a message as plain JSON values, without patient numbers."""

from typing import Any

from domain.answer import AnswerRecord, FundSettlement, Reason
from infrastructure.efact.answers import answer_of, echoed_record
from infrastructure.efact.message import EfactFile
from infrastructure.efact.reader import read
from infrastructure.efact.records import BILLING_FILE

_PATIENT = slice(37, 48)


def show(content: bytes) -> dict[str, Any]:
    """A message of any kind as JSON values; amounts in signed cents. Raises UnrecognisedMessage.

    Percentage and refusal type stand as written. A 920000 has the same shape without errors; its totals are in the
    records 80 and 90.
    """
    file = read(content)
    shown = _billing_file(file) if file.message == BILLING_FILE else _answer(file)
    shown["unread"] = [{"offset": u.offset, "length": len(u.raw), "reason": u.reason} for u in file.unread]
    return shown


def _billing_file(file: EfactFile) -> dict[str, Any]:
    return {
        "message": file.message,
        "provider_reference": file.header.text("provider_reference"),
        "oa_reference": file.header.text("oa_reference"),
        "error_percentage": None,
        "refusal_type": None,
        "header_errors": [],
        "records": [_record(echoed_record(record)) for record in file.details],
        "settlements": [],
        "total": None,
    }


def _answer(file: EfactFile) -> dict[str, Any]:
    answer = answer_of(file)
    return {
        "message": answer.message,
        "provider_reference": answer.provider_reference,
        "oa_reference": answer.oa_reference,
        "error_percentage": answer.error_percentage,
        "refusal_type": answer.refusal_type,
        "header_errors": [_reason(reason) for reason in answer.header_errors],
        "records": [_record(record) for record in answer.records],
        "settlements": [{**_figures(s), "payment_reference": s.payment_reference} for s in answer.settlements],
        "total": None if answer.total is None else _figures(answer.total),
    }


def _record(record: AnswerRecord) -> dict[str, Any]:
    patient = record.raw[_PATIENT].decode("latin-1").strip()
    return {
        "type": record.type,
        "order": record.order,
        "errors": [_reason(reason) for reason in record.errors],
        "comment": _without(patient, record.comment),
        "accepted_cents": record.accepted_cents,
        "accepted_patient_share_cents": record.accepted_patient_share_cents,
        "requested_cents": record.requested_cents,
        "reference": _without(patient, record.reference),
        "code": record.code,
        "ct1": record.ct1,
        "ct2": record.ct2,
        "insurer_reference": record.insurer_reference,
    }


def _without(patient: str, text: str) -> str:
    """`text` with the record's own patient number hidden: senders and unions put it where they like."""
    return text.replace(patient, "*" * len(patient)) if patient.strip("0") else text


def _figures(settlement: FundSettlement) -> dict[str, Any]:
    return {
        "fund": settlement.fund,
        "requested_cents": settlement.requested_cents,
        "accepted_cents": settlement.accepted_cents,
        "refused_cents": settlement.refused_cents,
    }


def _reason(reason: Reason) -> dict[str, str | None]:
    return {"letter": reason.letter, "code": reason.code}
