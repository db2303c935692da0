"""A billing file checked as a union would, before it is sent: every fault at once, each with the code to expect."""

from infrastructure.efact.check_blocks import blocks_faults
from infrastructure.efact.check_envelope import envelope_faults
from infrastructure.efact.check_invoice import invoices_faults
from infrastructure.efact.check_lines import lines_faults
from infrastructure.efact.check_totals import totals_faults
from infrastructure.efact.errors import UnexpectedMessage
from infrastructure.efact.faults import Fault, fault
from infrastructure.efact.message import EfactFile
from infrastructure.efact.outline import Outline, outline
from infrastructure.efact.reader import read
from infrastructure.efact.records import BILLING_FILE

__all__ = ["Fault", "check", "form_faults"]


def check(content: bytes) -> list[Fault]:
    """Faults of a 920000, file first, then invoices, lines and totals; empty when there is none.

    Dates are compared with the file's own creation date. What only a union knows (persons, tariffs, agreements) is
    not checked. Raises UnrecognisedMessage, or UnexpectedMessage for an answer.
    """
    file = read(content)
    placed = outline(file)
    return [*form_faults(file, placed), *blocks_faults(placed)]


def form_faults(file: EfactFile, placed: Outline) -> list[Fault]:
    """Those of records and totals; what lines of a block are to each other is not asked. Raises UnexpectedMessage."""
    if file.message != BILLING_FILE:
        raise UnexpectedMessage(file.message, "a billing file (920000)")
    text = "bytes that are no part of a record"
    return [
        *(Fault(None, "", "unread", f"{text}: {u.reason} (at {u.offset}, {len(u.raw)} bytes)") for u in file.unread),
        *placed.faults,
        *envelope_faults(file, placed),
        *(fault(r, 99, "02", "wrong check digits") for r in file.details if not r.has_right_check_digits),
        *invoices_faults(placed),
        *lines_faults(placed),
        *totals_faults(placed),
    ]
