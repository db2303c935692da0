"""Checks of a flat fee of home nursing against the statistical lines of its day right before it (eFact reference 5.3).

What a tariff knows (which code is a flat fee, which visits it needs) is not asked here: a block is told by its norms
alone. So a line of another day is nobody's fault here (500517): it may belong to no flat fee at all.
"""

from collections.abc import Iterator

from infrastructure.efact.faults import Fault, fault
from infrastructure.efact.message import Record
from infrastructure.efact.outline import Outline

_SHARED = (
    (6, "last_date"),
    (7, "affiliation"),
    (8, "patient"),
    (9, "sex"),
    (10, "10"),
    (11, "account"),
    (12, "urgency"),
    (13, "service"),
    (14, "place"),
)
_STATISTICAL = 9
_NURSE = "04"


def blocks_faults(placed: Outline) -> Iterator[Fault]:
    """Lines that differ from the flat fee that they stand before: 500617 to 501417."""
    for invoice in placed.invoices:
        told: list[Record] = []
        for record in invoice.services:
            if record.number("service_norm") == _STATISTICAL:
                told.append(record)
                continue
            if record.text("provider").startswith(_NURSE):
                yield from _block_faults(record, told)
            told = []


def _block_faults(flat: Record, told: list[Record]) -> Iterator[Fault]:
    for record in told:
        if record.zone("date") == flat.zone("date"):
            for zone, name in _SHARED:
                if record.zone(name) != flat.zone(name):
                    yield fault(record, zone, "17", "differs from the flat fee of its block")
