"""Why lines are refused in a settlement: each cause looks at the file and offers groups of lines, likeliest first.

A cause only offers; `refusals` takes as many groups as the scenario has room for (codes: eFact reference 4).
"""

from collections import Counter
from collections.abc import Callable, Iterator

from domain.answer import Reason
from infrastructure.simulator.case import Case, Service
from infrastructure.simulator.chance import Draw
from infrastructure.simulator.findings import Group, Hit

Cause = Callable[[Case, Draw, float], Iterator[Group]]
"""(file, draws, chance that a refused nursing line takes its day along) -> groups."""

_STATISTICAL = 9
_OTHER_HOLDER_CODE = {"0": "1", "1": "0"}


def by_chance(code: str) -> Cause:
    """A priced line for no visible reason, and mostly its day."""

    def offer(case: Case, draw: Draw, cascade_chance: float) -> Iterator[Group]:
        for service in draw.shuffled([s for s in case.refusable if s.is_priced]):
            yield _with_its_day(case, service, code, draw.share() < cascade_chance)

    return offer


def too_many_units(case: Case, draw: Draw, cascade_chance: float) -> Iterator[Group]:
    """502255: what was billed twice for a patient on one day; when there is no such line, any."""
    seen: Counter[tuple[str, str, str]] = Counter()
    twice = []
    for service in case.refusable:
        if service.is_priced:
            seen[*service.day, service.code] += 1
            if seen[*service.day, service.code] > 1:
                twice.append(service)
    for service in draw.shuffled(twice):
        yield _with_its_day(case, service, "502255", draw.share() < cascade_chance)
    yield from by_chance("502255")(case, draw, cascade_chance)


def prescriber_missing(case: Case, draw: Draw, cascade_chance: float) -> Iterator[Group]:
    """502405: no prescriber although other lines of the same code have one."""
    prescribed = {service.code for service in case.services if service.has_prescriber}
    bare = [s for s in case.refusable if s.is_priced and s.code in prescribed and not s.has_prescriber]
    for service in draw.shuffled(bare):
        yield _with_its_day(case, service, "502405", draw.share() < cascade_chance)


def flat_fee_block(case: Case, draw: Draw, _cascade_chance: float) -> Iterator[Group]:
    """500458 on a flat fee; the statistical lines of its block fall with it."""
    days = [day for day in case.by_day.values() if any(s.norm == _STATISTICAL for s in day)]
    for day in draw.shuffled(days):
        fees = [service for service in day if service.is_priced]
        if fees:
            yield _with_its_day(case, max(fees, key=lambda s: s.amount_cents), "500458", falls=True)


def patient_from_a_date(code: str, comment: str = "", *, other_codes: bool = False) -> Cause:
    """All lines of one patient from some date on: days are offered from the last one back, patient by patient."""

    def offer(case: Case, draw: Draw, _cascade_chance: float) -> Iterator[Group]:
        patients: dict[str, list[str]] = {}
        for patient, date in case.by_day:
            patients.setdefault(patient, []).append(date)
        for patient in draw.shuffled(patients):
            for date in sorted(patients[patient], reverse=True):
                day = case.by_day[patient, date]
                truth = _other(case.holder_codes(day[0].invoice)) if other_codes else None
                told = f"CT1-CT2 {truth[0]}-{truth[1]}" if truth else comment
                hits = [Hit(s.order, Reason("R", code), told, truth) for s in day]
                yield Group((*hits, *(hit for s in day for hit in _attached(s))), len(day))

    return offer


def patient_unknown(case: Case, draw: Draw, _cascade_chance: float) -> Iterator[Group]:
    """200820, letter F: a whole invoice. In the order of its care: that of invoices in a file is another each time."""
    for index in draw.shuffled(dict.fromkeys(service.invoice for service in case.refusable)):
        opening = case.invoices[index].opening
        if opening is not None:
            hit = Hit(opening.order or 0, Reason("F", "200820"))
            yield Group((hit,), len(case.by_invoice[index]))


CAUSES: dict[str, Cause] = {
    "200820": patient_unknown,
    "500450": patient_from_a_date("500450", "PATIENT BELONGS TO A MEDICAL HOUSE"),
    "500458": flat_fee_block,
    "500522": patient_from_a_date("500522", other_codes=True),
    "500540": patient_from_a_date("500540"),
    "502255": too_many_units,
    "502405": prescriber_missing,
}


def _with_its_day(case: Case, root: Service, code: str, falls: bool) -> Group:
    """The refused line, its records 51 and 52 and, when the day falls, its other nursing lines (500118, 500119)."""
    hits = [Hit(root.order, Reason("R", code)), *_attached(root)]
    size = 1
    for other in case.by_day[root.day] if falls and root.is_nursing else ():
        if other.order != root.order and other.is_nursing:
            size += 1
            in_block = _STATISTICAL in (other.norm, root.norm)
            hits += [Hit(other.order, Reason("R", "500119" if in_block else "500118")), *_attached(other)]
    return Group(tuple(hits), size)


def _attached(service: Service) -> list[Hit]:
    return [Hit(order, Reason("R", f"{kind}0119")) for kind, order in service.attached]


def _other(codes: tuple[str, str]) -> tuple[str, str]:
    """The pair that the union has: increased reimbursement when the practice has not, or the reverse."""
    ct1, ct2 = codes
    return ct1[:2] + _OTHER_HOLDER_CODE.get(ct1[2:], "0"), ct2[:2] + _OTHER_HOLDER_CODE.get(ct2[2:], "0")
