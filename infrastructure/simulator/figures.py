"""From findings to the figures and verdicts of a settlement: every cent asked is accepted or refused, once."""

from dataclasses import dataclass, replace
from typing import Literal

from domain.answer import FundSettlement
from infrastructure.efact.answer_writer import Verdict
from infrastructure.simulator.case import Case, Service
from infrastructure.simulator.findings import Finding, Findings

_COMMENT_LENGTH = 200
_NOTHING = Finding()


@dataclass(frozen=True, slots=True)
class References:
    """What the union writes of its own: `year`, `union` and `settlement` open zone 109, `payment` is zone 423."""

    year: str
    union: str
    settlement: int
    payment: str

    def of_record(self, order: int) -> str:
        """Zone 109: year, union, number of the settlement, record, 0000 (eFact reference 3.3)."""
        return f"{self.year}{self.union}{self.settlement:05d}{order:06d}0000"


def verdicts(case: Case, findings: Findings, references: References) -> dict[int, Verdict]:
    """A verdict for each record with a finding and for records 20 and 80 of their invoices, by running number."""
    made: dict[int, Verdict] = {}
    for index, invoice in enumerate(case.invoices):
        frame = [record.order or 0 for record in (invoice.opening, invoice.closing) if record is not None]
        orders = [record.order or 0 for record in invoice.lines if record.order in findings]
        if not orders and not any(order in findings for order in frame):
            continue
        services = {service.order: service for service in case.by_invoice.get(index, ())}
        whole = is_refused(case, findings, index)
        own = case.holder_codes(index)
        for order in orders:
            paid, share = _paid(services[order], findings, whole=whole) if order in services else (0, 0)
            made[order] = _verdict(findings[order], paid, share, own, references.of_record(order))
        sums = [_paid(service, findings, whole=whole) for service in services.values()]
        for record in (invoice.opening, invoice.closing):
            if record is not None:
                order, is_total = record.order or 0, record.type == "80"
                paid = sum(cents for cents, _ in sums) if is_total else 0
                share = sum(cents for _, cents in sums) if is_total else 0
                finding = findings.get(order, _NOTHING)
                made[order] = _verdict(finding, paid, share, own, references.of_record(order))
    return made


def settlements(
    case: Case, findings: Findings, references: References, figures: Literal["right", "not_adding_up", "not_of_lines"]
) -> list[FundSettlement]:
    """One per destination, in file order; `figures` other than right spoil the first one by a cent."""
    asked: dict[str, list[int]] = {}
    for index, invoice in enumerate(case.invoices):
        sums = asked.setdefault(invoice.destination, [0, 0])
        whole = is_refused(case, findings, index)
        for service in case.by_invoice.get(index, ()):
            sums[0] += service.amount_cents
            sums[1] += _paid(service, findings, whole=whole)[0]
    made = [
        FundSettlement(fund, requested, accepted, requested - accepted, references.payment)
        for fund, (requested, accepted) in asked.items()
    ]
    if figures != "right" and made:
        first = made[0]
        refused = (first.refused_cents or 0) - (1 if figures == "not_of_lines" else 0)
        made[0] = replace(first, accepted_cents=(first.accepted_cents or 0) + 1, refused_cents=refused)
    return made


def is_refused(case: Case, findings: Findings, index: int) -> bool:
    """Whether the invoice at this place is refused as a whole."""
    frame = (case.invoices[index].opening, case.invoices[index].closing)
    return any(findings.get(r.order or 0, _NOTHING).refuses_invoice for r in frame if r is not None)


def paid_cents(service: Service, findings: Findings, *, whole: bool) -> int:
    """What is paid of a line; `whole`: its invoice is refused."""
    return _paid(service, findings, whole=whole)[0]


def _paid(service: Service, findings: Findings, *, whole: bool) -> tuple[int, int]:
    """Accepted amount and patient share of a line, in cents; `whole`: its invoice is refused."""
    finding = findings.get(service.order, _NOTHING)
    if whole or finding.refuses_line:
        return 0, 0
    paid = service.amount_cents if finding.paid_cents is None else finding.paid_cents
    return paid, service.patient_share_cents


def _verdict(finding: Finding, paid: int, share: int, own: tuple[str, str], reference: str) -> Verdict:
    ct1, ct2 = finding.holder_codes or own
    return Verdict(
        reasons=tuple(finding.reasons),
        accepted_cents=paid,
        patient_share_cents=share,
        comment=finding.comment[:_COMMENT_LENGTH],
        ct1=ct1,
        ct2=ct2,
        insurer_reference=reference,
    )
