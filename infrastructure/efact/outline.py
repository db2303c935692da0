"""The records of a billing file put in their places: file, invoices, lines, totals (eFact reference 1.1)."""

from dataclasses import dataclass, field

from infrastructure.efact.faults import Fault, fault, slip_fault
from infrastructure.efact.message import EfactFile, Record
from infrastructure.efact.records import LINE_TYPES

_AFTER = {
    "": ("10",),
    "10": ("20", "90"),
    "20": ("21", "25", *LINE_TYPES, "80"),
    "80": ("20", "90"),
    "90": ("95",),
    "95": ("95", "96"),
    "96": (),
}
_TOTAL_ZONES = {"95": 400, "96": 500}


@dataclass(slots=True)
class InvoiceRecords:
    """Records 20, 30-52 in order, and 80; a part may be missing in a faulty file."""

    opening: Record | None = None
    lines: list[Record] = field(default_factory=list)
    closing: Record | None = None

    @property
    def count(self) -> int:
        """Number of records 20-80 (zone 409); records 21 and 25 stand in `lines` too."""
        return len(self.lines) + (self.opening is not None) + (self.closing is not None)

    @property
    def destination(self) -> str:
        """Zone 18, from record 20 or else 80."""
        record = self.opening or self.closing
        return "" if record is None else record.text("destination")

    @property
    def services(self) -> list[Record]:
        """Records 50."""
        return [record for record in self.lines if record.type == "50"]

    @property
    def codes(self) -> int:
        """Sum of zone 4 of the records that count in control numbers (reference 2.10)."""
        return sum(r.number("code") or 0 for r in self.lines if r.type in LINE_TYPES)


@dataclass(slots=True)
class Outline:
    """A whole billing file; `faults` are those of sequence and numbering."""

    opening: Record | None = None
    invoices: list[InvoiceRecords] = field(default_factory=list)
    closing: Record | None = None
    funds: list[Record] = field(default_factory=list)
    total: Record | None = None
    faults: list[Fault] = field(default_factory=list)


def outline(file: EfactFile) -> Outline:
    """Place every record, faulty sequence or not, and report records out of place, missing or misnumbered."""
    found = Outline()
    before, number = "", 0
    for record in file.records:
        kind = record.type
        if kind not in _AFTER.get(before, _AFTER["20"]):
            found.faults.append(_misplaced(record))
        before = kind
        _place(found, record)
        if record.layout.has("order"):
            if record.order != number + 1:
                found.faults.append(fault(record, 2, "10", "running number is not the previous one plus 1"))
            number = number + 1 if record.order is None else record.order
    found.faults += _missing(found)
    return found


def _place(found: Outline, record: Record) -> None:
    match record.type:
        case "10":
            found.opening = found.opening or record
        case "90":
            found.closing = found.closing or record
        case "95":
            found.funds.append(record)
        case "96":
            found.total = found.total or record
        case "20":
            found.invoices.append(InvoiceRecords(opening=record))
        case kind:
            if not found.invoices or found.invoices[-1].closing is not None:
                found.invoices.append(InvoiceRecords())
            if kind == "80":
                found.invoices[-1].closing = record
            else:
                found.invoices[-1].lines.append(record)


def _misplaced(record: Record) -> Fault:
    text = "record out of place"
    return (
        fault(record, 1, "10", text)
        if record.layout.has("order")
        else slip_fault(_TOTAL_ZONES[record.type], "20", text)
    )


def _missing(found: Outline) -> list[Fault]:
    faults = []
    if found.opening is None:
        faults.append(Fault(None, "1", "100110", "record 10 is missing"))
    if found.closing is None:
        faults.append(Fault(None, "1", "900110", "record 90 is missing"))
    faults += [
        fault(invoice.opening, 1, "11", "invoice without record 80")
        for invoice in found.invoices
        if invoice.opening is not None and invoice.closing is None
    ]
    if not found.funds:
        faults.append(slip_fault(400, "10", "record 95 is missing"))
    if found.total is None:
        faults.append(slip_fault(500, "10", "record 96 is missing"))
    return faults
