"""How much of a file is refused and remarked upon: causes offer, the shares of the scenario take."""

from dataclasses import replace

from domain.answer import Reason
from infrastructure.simulator.case import Case, Service
from infrastructure.simulator.causes import CAUSES, by_chance
from infrastructure.simulator.chance import Draw
from infrastructure.simulator.figures import is_refused
from infrastructure.simulator.findings import Finding, Findings, Group, Hit
from infrastructure.simulator.scenario import Scenario

_ACCEPTED_LETTERS = {"501940": "S", "502744": "S", "500452": "E", "500524": "E"}
_LESS = "501940"


def refuse(case: Case, scenario: Scenario, draw: Draw, findings: Findings) -> None:
    """Take groups until the share of each cause is used; the last one by lot, so that shares hold on average."""
    for code, share in scenario.refusals:
        room = share * len(case.refusable)
        for group in CAUSES.get(code, by_chance(code))(case, draw, scenario.cascade_chance):
            if findings.knows(group):
                continue
            if group.size > room and draw.share() * group.size >= room:
                break
            findings.add(_commented(group, scenario, draw).hits)
            room -= group.size
            if room <= 0:
                break


def remark(case: Case, scenario: Scenario, draw: Draw, findings: Findings) -> None:
    """Say something on records that stay accepted: signals, notes on records 51 and 52, mere echoes, less money."""
    lost = {index for index in range(len(case.invoices)) if is_refused(case, findings, index)}
    services = [s for s in case.refusable if s.invoice not in lost and s.order not in findings]
    for code, share in scenario.remarks:
        if code[:2] in ("51", "52"):
            _note(services, code, share, draw, findings)
        else:
            _signal(services, code, share, draw, findings)


def _note(services: list[Service], code: str, share: float, draw: Draw, findings: Findings) -> None:
    """R on a record 51 or 52 whose line is accepted all the same, as a real answer has it (eFact reference 3.5)."""
    for service in services:
        for kind, order in service.attached:
            if kind == code[:2] and order not in findings and draw.share() < share:
                findings.add([Hit(order, Reason("R", code))])


def _signal(services: list[Service], code: str, share: float, draw: Draw, findings: Findings) -> None:
    """A letter that refuses nothing, or none at all. 501940 comes as S with a lower amount (letters: the answer's)."""
    letter = _ACCEPTED_LETTERS.get(code, "S")
    for service in services:
        if not service.is_priced or service.order in findings or draw.share() >= share:
            continue
        finding = findings.setdefault(service.order, Finding())
        if code:
            finding.reasons.append(Reason(letter, code))
        if code == _LESS:
            finding.paid_cents = service.amount_cents - max(1, service.amount_cents // 10)
            finding.paid_cents = finding.paid_cents or service.amount_cents
            finding.comment = "AMOUNT CORRECTED BY THE UNION"


def _commented(group: Group, scenario: Scenario, draw: Draw) -> Group:
    first = group.hits[0]
    if first.comment or draw.share() >= scenario.comment_chance:
        return group
    told = replace(first, comment=f"SIMULATED COMMENT ON RECORD {first.order:06d}")
    return Group((told, *group.hits[1:]), group.size)
