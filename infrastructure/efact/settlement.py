"""Records 91 and 92 that close a settlement, from its figures and the request (eFact reference 3.4, 3.5)."""

from collections.abc import Sequence

from domain.answer import FundSettlement
from infrastructure.efact.line_records import Values
from infrastructure.efact.message import Record
from infrastructure.efact.outline import Outline
from infrastructure.efact.total_zones import RECORD_91, RECORD_92
from infrastructure.efact.zones import signed


def settlement_records(placed: Outline, settlements: Sequence[FundSettlement]) -> list[bytes]:
    """A record 91 per settlement, then their sum as record 92; amounts not given count as zero."""
    asked = {record.text("fund"): record for record in placed.funds}
    records = [
        RECORD_91.write(
            {
                "fund": settlement.fund,
                **_figures([settlement]),
                **_copied(asked.get(settlement.fund), "summary_number", "record_count", "control"),
                "payment_reference": settlement.payment_reference,
                "payment_reference_b": settlement.payment_reference,
                "payment_reference_c": settlement.payment_reference,
            }
        )
        for settlement in settlements
    ]
    total = {**_figures(settlements), **_copied(placed.total, "fund", "record_count", "control")}
    return [*records, RECORD_92.write(total)]


def _figures(settlements: Sequence[FundSettlement]) -> Values:
    requested = signed(sum(s.requested_cents or 0 for s in settlements), 11)
    accepted = signed(sum(s.accepted_cents or 0 for s in settlements), 11)
    refused = signed(sum(s.refused_cents or 0 for s in settlements), 11)
    return {
        "requested_a": requested,
        "requested": requested,
        "accepted_a": accepted,
        "accepted": accepted,
        "refused_a": refused,
        "refused": refused,
    }


def _copied(record: Record | None, *names: str) -> Values:
    return {} if record is None else {name: record.text(name) for name in names}
