"""A file held against the nomenclature that counts for its practice: what a union refuses whatever its moods."""

from collections.abc import Iterator

from domain.answer import Reason
from infrastructure.simulator.block_rules import block_faults, blocks_of
from infrastructure.simulator.case import Case, Service
from infrastructure.simulator.claim_rules import faults_of
from infrastructure.simulator.claims import Claim, claims_of
from infrastructure.simulator.day_rules import day_faults, first_line_remarks
from infrastructure.simulator.findings import Findings, Hit
from infrastructure.simulator.letters import reason
from infrastructure.simulator.nomenclature import Sets, Shelf

_OF_THE_BLOCK = "500119"
_NOT_FIRST = Reason("E", "500452")


def review_tariffs(case: Case, sets: Sets, findings: Findings) -> None:
    """Note what is refused, and what falls with it; nothing without any set."""
    shelf = Shelf(sets)
    by_patient: dict[str, list[Claim]] = {}
    for claims in claims_of(case, shelf):
        for claim in claims:
            by_patient.setdefault(claim.service.patient, []).append(claim)
            ct1, ct2 = case.holder_codes(claim.service.invoice)
            for code in faults_of(claim, ct1, ct2):
                findings.add(_refused(claim.service, code))
        for flat, told in blocks_of(claims):
            faults = list(block_faults(flat, told))
            for claim, code in faults:
                findings.add(_refused(claim.service, code))
            for claim in (flat, *told) if faults else ():
                if claim.service.order not in findings:
                    findings.add(_refused(claim.service, _OF_THE_BLOCK))
    for claims in by_patient.values():
        for claim, code in day_faults(claims):
            findings.add(_refused(claim.service, code))
        findings.add(Hit(claim.service.order, _NOT_FIRST) for claim in first_line_remarks(claims))


def _refused(service: Service, code: str) -> Iterator[Hit]:
    """The line, and the records 51 and 52 behind it."""
    yield Hit(service.order, reason(code))
    for kind, order in service.attached:
        yield Hit(order, Reason("R", f"{kind}0119"))
