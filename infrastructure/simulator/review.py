"""What a union checks before any money: envelope, blocking errors, error rate (decisions, Statuses; reference 3.2)."""

from dataclasses import dataclass

from domain.answer import Reason
from domain.rules.unions import total_number
from infrastructure.efact.answer_writer import EnvelopeFault
from infrastructure.efact.check import form_faults
from infrastructure.efact.faults import Fault
from infrastructure.efact.message import EfactFile
from infrastructure.efact.outline import Outline
from infrastructure.simulator.findings import Findings, Hit
from infrastructure.simulator.letters import reason

_COUNTED = ("50", "51", "52")
_UNREAD = "unread"
TPP_UNKNOWN, TOO_MANY_FILES = "101420", "100723"
FORMAT_WRONG = EnvelopeFault("200", "11")
_LIMIT_PERCENT = 5


@dataclass(frozen=True, slots=True)
class Review:
    """`envelope`: faults that make a 920999. `findings`: those of records 10-90. `erroneous` of `records` count."""

    envelope: tuple[EnvelopeFault, ...]
    findings: Findings
    erroneous: int
    records: int

    @property
    def is_blocked(self) -> bool:
        """Whether a single error is enough to refuse the file."""
        return any(r.letter == "B" for finding in self.findings.values() for r in finding.reasons)

    @property
    def is_over_limit(self) -> bool:
        """Whether more than 5 % of the records are wrong."""
        return self.erroneous * 100 > self.records * _LIMIT_PERCENT

    @property
    def percentage(self) -> str:
        """Zone 310: five digits, two of them decimals, cut off as unions do (1 of 6 is 01666)."""
        return f"{self.erroneous * 10_000 // self.records if self.records else 0:05d}"


def review(file: EfactFile, placed: Outline, union: str) -> Review:
    """Check a readable billing file that came in at `union`; raises UnexpectedMessage for another message."""
    envelope: list[EnvelopeFault] = []
    findings = Findings()
    for fault in form_faults(file, placed):
        if fault.code == _UNREAD:
            envelope.append(FORMAT_WRONG)
        elif "/" in fault.code:
            zone, code = fault.code.split("/")
            envelope.append(EnvelopeFault(zone, code))
        else:
            findings.add(_hits(fault, placed))
    if placed.total is not None and placed.total.text("fund") != total_number(union):
        envelope.append(EnvelopeFault("501", "20"))
    types = {record.order: record.type for record in file.details}
    erroneous = sum(types.get(order) in _COUNTED for order in findings)
    return Review(tuple(dict.fromkeys(envelope)), findings, erroneous, len(types))


def block(found: Review, placed: Outline, code: str) -> None:
    """Add a blocking error on record 10 that does not lie in the file itself."""
    order = placed.opening.order if placed.opening is not None else None
    found.findings.add([Hit(order or 1, Reason("B", code))])


def _hits(fault: Fault, placed: Outline) -> list[Hit]:
    """A fault without running number (a record that is missing) is told on the record 10 or 90 that is there."""
    order = fault.order
    if order is None:
        told_on = placed.opening or placed.closing
        order = None if told_on is None else told_on.order
    return [Hit(order or 0, reason(fault.code))]
