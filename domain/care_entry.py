"""Where care belongs: which day, which line, new or known. One rule for the keyboard and for files.

Days of one patient and date are taken together in their sequence, since care entered after billing opens the next one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from domain.billing_day import BillingDay, Line, day_id
from domain.care import Acts, Care, CareLine, line_id


@dataclass(frozen=True, slots=True)
class Changed:
    """A known line with other values. `index` is the place of the care among those given."""

    index: int
    day_id: UUID
    line: Line
    care: Care
    is_billed: bool


@dataclass(frozen=True, slots=True)
class Placement:
    """Outcome for one patient and date: new lines with their day, known ones changed or as they were."""

    day_id: UUID
    sequence: int
    added: tuple[CareLine, ...]
    added_indexes: tuple[int, ...]
    changed: tuple[Changed, ...]
    unchanged: int


def place(
    establishment_id: UUID,
    patient_id: UUID,
    date: Date,
    days: Sequence[BillingDay],
    cares: Sequence[Care],
    *,
    match: bool,
) -> Placement:
    """Sort care of one patient and date; `days` are all sequences of that date, in order.

    With `match` (a file) the n-th care of a kind is the n-th known line of that kind; without (the keyboard) every
    care is a new line. A line that a person withdrew stays known, so that the next file does not bring it back. An
    identical second line is a possible duplicate unless a derogation code says why; so is care without amounts on a
    date billed with amounts, as under a flat fee or on a holiday the same act was asked by another code.
    """
    days = [day._replace(lines=tuple([line for line in day.lines if not line.is_derived])) for day in days]
    known = _known(establishment_id, patient_id, date, days)
    total = Counter(_kind(line.care) for day in days for line in day.lines)
    acts = Acts()
    for _, line, _ in known.values():
        if not line.withdrawn:
            acts.add(line.care)
    was_asked = any(not day.is_prepared and any(line.care.is_priced for line in day.active) for day in days)
    into = len(days) if days and days[-1].is_prepared else len(days) + 1
    target = day_id(establishment_id, patient_id, date, into)
    used = {line.line_id for day in days for line in day.lines}
    seen: Counter[tuple[str, ...]] = Counter()
    added: list[CareLine] = []
    indexes: list[int] = []
    changed: list[Changed] = []
    unchanged = 0
    for index, care in enumerate(cares):
        kind = _kind(care)
        seen[kind] += 1
        found = known.get((kind, seen[kind])) if match else None
        if found is not None:
            owner, line, is_billed = found
            if line.withdrawn or line.care == care:
                unchanged += 1
            else:
                changed.append(Changed(index, owner, line, care, is_billed))
            continue
        total[kind] += 1
        while line_id(target, care, total[kind]) in used:  # a corrected line keeps the identity of its former kind
            total[kind] += 1
        twin = acts.add(care) or (was_asked and not care.is_priced)
        twin = twin and not care.derogation and not care.is_statistical
        added.append(CareLine(line_id(target, care, total[kind]), care, possible_duplicate=twin))
        indexes.append(index)
    return Placement(target, into, tuple(added), tuple(indexes), tuple(changed), unchanged)


def _known(
    establishment_id: UUID, patient_id: UUID, date: Date, days: Sequence[BillingDay]
) -> dict[tuple[tuple[str, ...], int], tuple[UUID, Line, bool]]:
    count: Counter[tuple[str, ...]] = Counter()
    known = {}
    for sequence, day in enumerate(days, start=1):
        identifier = day_id(establishment_id, patient_id, date, sequence)
        for line in day.lines:
            if line.withdrawn and not line.withdrawn_by_hand:
                continue  # taken out with its import: the file may bring it again
            kind = _kind(line.care)
            count[kind] += 1
            known[kind, count[kind]] = (identifier, line, not day.is_prepared)
    return known


def _kind(care: Care) -> tuple[str, ...]:
    return ("ref", care.line_ref) if care.line_ref else ("nth", care.code, care.provider)
