"""What the union found on records, gathered from its checks, its books and its moods before anything is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from domain.answer import Reason

_REFUSES_LINE = frozenset("BFR")
_REFUSES_INVOICE = frozenset("BF")


@dataclass(slots=True)
class Finding:
    """On one record. `paid_cents`: an accepted line paid with another amount; `holder_codes`: those of the union."""

    reasons: list[Reason] = field(default_factory=list)
    comment: str = ""
    holder_codes: tuple[str, str] | None = None
    paid_cents: int | None = None

    @property
    def refuses_line(self) -> bool:
        """On a record 50: nothing is paid for it."""
        return any(reason.letter in _REFUSES_LINE for reason in self.reasons)

    @property
    def refuses_invoice(self) -> bool:
        """On a record 20 or 80: nothing is paid for the whole invoice."""
        return any(reason.letter in _REFUSES_INVOICE for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Hit:
    """One reason that falls on the record with this running number."""

    order: int
    reason: Reason
    comment: str = ""
    holder_codes: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Hits that belong together: a cause and what falls with it. `size`: how many lines that refuses."""

    hits: tuple[Hit, ...]
    size: int


class Findings(dict[int, Finding]):
    """By running number (zone 2)."""

    def add(self, hits: Iterable[Hit]) -> None:
        """Write the hits down; the same code is never told twice on one record."""
        for hit in hits:
            finding = self.setdefault(hit.order, Finding())
            if hit.reason not in finding.reasons:
                finding.reasons.append(hit.reason)
            finding.comment = finding.comment or hit.comment
            finding.holder_codes = finding.holder_codes or hit.holder_codes

    def knows(self, group: Group) -> bool:
        """Whether one of its records has a finding already."""
        return any(hit.order in self for hit in group.hits)
