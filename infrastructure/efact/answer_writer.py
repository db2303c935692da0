"""Answers as a union writes them, for the simulated union. It decides nothing: verdicts come in, bytes go out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.answer import FundSettlement
from infrastructure.efact.answer_tails import Sending, Verdict, echo, last_echo, opening_echo
from infrastructure.efact.header_zones import ACKNOWLEDGEMENT_STUB, ANSWER_HEADER_300
from infrastructure.efact.layout import Layout
from infrastructure.efact.line_records import Values
from infrastructure.efact.message import EfactFile, Record
from infrastructure.efact.outline import InvoiceRecords, Outline, outline
from infrastructure.efact.records import ACKNOWLEDGEMENT, BILLING_FILE, ENVELOPE_REFUSAL, SETTLEMENT
from infrastructure.efact.settlement import settlement_records

__all__ = ["EnvelopeFault", "Verdict", "write_acknowledgement", "write_answer", "write_envelope_refusal"]

_REFUSED = "40"
_SHARED_HEADER = 140
_CONTACT: Values = {"last_name": "SIMULATED UNION", "first_name": "", "phone": 0}


@dataclass(frozen=True, slots=True)
class EnvelopeFault:
    """Two-digit `code` on a `zone` of header 200, 300 or of a record 95 or 96 (eFact reference 1.8).

    `fund` says which record 95; without it a fault on a zone 401-412 is on every record 95.
    """

    zone: str
    code: str
    fund: str = ""


def write_acknowledgement(request: EfactFile, oa_reference: str) -> bytes:
    """The 931000 for a billing file (reference 1.7); `oa_reference` is 14 digits at most."""
    stub = ACKNOWLEDGEMENT_STUB.write({"acknowledged": BILLING_FILE})
    return _header(request, ACKNOWLEDGEMENT, {"oa_reference": oa_reference}) + stub


def write_envelope_refusal(request: EfactFile, faults: Sequence[EnvelopeFault], oa_reference: str) -> bytes:
    """The 920999 for a billing file (reference 1.8): headers and the records 95 and 96 at fault, with their codes."""
    values: Values = {"oa_reference": oa_reference, "status": _REFUSED}
    header = _header(request, ENVELOPE_REFUSAL, {**values, **_codes(request.header.layout, faults)})
    parts = [header, _marked(request.second_header, faults)]
    for record in request.records:
        if record.layout.has("order"):
            continue
        own = [fault for fault in faults if fault.fund in ("", record.text("fund"))]
        if _codes(record.layout, own):
            parts.append(_marked(record, own))
    return b"".join(parts)


def write_answer(
    message: str,
    request: EfactFile,
    verdicts: Mapping[int, Verdict],
    *,
    oa_reference: str,
    answered_on: date,
    error_percentage: str = "00000",
    refusal_type: str = "00",
    settlements: Sequence[FundSettlement] = (),
) -> bytes:
    """A 920098, 920099 or 920900 for a billing file (reference 3.3-3.5); amounts in signed cents.

    `verdicts` go by running number (zone 2). A line comes back exactly when it has a verdict, and its records 20 and
    80 with it; records 10 and 90 always. A 920900 ends with a record 91 per settlement and their sum as record 92;
    numbers of records and control numbers are those of the request.
    """
    placed = outline(request)
    sending = Sending.of(request, answered_on, settled=message == SETTLEMENT)
    parts = [_header(request, message, {"oa_reference": oa_reference})]
    parts.append(_second_header(request, error_percentage, refusal_type))
    if placed.opening is not None:
        parts.append(opening_echo(placed.opening, sending, verdicts.get(placed.opening.order or 0, Verdict())))
    for index, (record, invoice) in enumerate(_returned(placed, verdicts), 1):
        verdict = verdicts.get(record.order or 0, Verdict())
        parts.append(echo(record, sending, verdict, fund=invoice.destination, index=index))
    if placed.closing is not None:
        parts.append(last_echo(placed.closing, sending, verdicts.get(placed.closing.order or 0, Verdict())))
    if message == SETTLEMENT:
        parts += settlement_records(placed, settlements)
    return b"".join(parts)


def _returned(placed: Outline, verdicts: Mapping[int, Verdict]) -> Iterable[tuple[Record, InvoiceRecords]]:
    """Records 20-80 that come back, each with its invoice."""
    for invoice in placed.invoices:
        frame = (invoice.opening, *invoice.lines, invoice.closing)
        records = [record for record in frame if record is not None]
        if any(record.order in verdicts for record in records):
            for record in records:
                if record.order in verdicts or record.type in ("20", "80"):
                    yield record, invoice


def _header(request: EfactFile, message: str, values: Values) -> bytes:
    header = request.header
    return header.layout.patch(header.raw.ljust(header.layout.length), {"message": message, **values})


def _second_header(request: EfactFile, error_percentage: str, refusal_type: str) -> bytes:
    """Header 300 of 610: the first 140 characters stand where they stand in the request."""
    shared = request.second_header.raw[:_SHARED_HEADER].ljust(ANSWER_HEADER_300.length)
    rates: Values = {"310": error_percentage, "3101": "00", "311": refusal_type, "3111": "00"}
    return ANSWER_HEADER_300.patch(shared, {**_CONTACT, **rates})


def _codes(layout: Layout, faults: Iterable[EnvelopeFault]) -> Values:
    """Error zones of this layout to fill: the code of zone 301 stands in zone 3011."""
    return {f"{fault.zone}1": fault.code for fault in faults if layout.has(f"{fault.zone}1")}


def _marked(record: Record, faults: Sequence[EnvelopeFault]) -> bytes:
    return record.layout.patch(record.raw.ljust(record.layout.length), _codes(record.layout, faults))
