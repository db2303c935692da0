"""What was done on a day, as its visits: the base service of each, its acts, and what the set calls them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple
from uuid import UUID

from domain.care import Care, CareLine
from domain.pricing.day_codes import DayCodes
from domain.pricing.reasons import Reason
from domain.pricing.tariff_set import BASES, Code, Role

_NIGHT = 1
"""Urgency of zone 12."""


class Act(NamedTuple):
    """Something done, with its code of that day. `of`: the recorded lines that say so.

    `is_implied`: a base service that nobody wrote down; `care` is then another act of its visit.
    """

    care: Care
    code: Code
    of: tuple[UUID, ...]
    is_implied: bool = False

    @property
    def units(self) -> int:
        """How often."""
        return 1 if self.is_implied else self.care.units


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit. `base` counts by its turn among those of the day, whatever base service was written down."""

    base: Act
    acts: tuple[Act, ...]

    def __iter__(self) -> Iterator[Act]:
        return iter((self.base, *self.acts))


@dataclass(frozen=True, slots=True)
class Visits:
    """In the order in which they took place; when something is wrong, only why."""

    visits: tuple[Visit, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def acts(self) -> tuple[Act, ...]:
        """Everything but base services."""
        return tuple([act for visit in self.visits for act in visit.acts])


def visits_of(codes: DayCodes, done: Sequence[CareLine], taken: Collection[Role] = ()) -> Visits:
    """The visits of a day from lines in any order; `taken`: roles that the date asked already."""
    reasons: list[Reason] = []
    by_number: dict[int, list[Act]] = {}
    for line in sorted(done, key=_order):
        act = _read(codes, line)
        if isinstance(act, Reason):
            reasons.append(act)
        else:
            by_number.setdefault(max(line.care.visit, 1), []).append(act)
    made = []
    for turn, number in zip(_free_turns(taken), sorted(by_number), strict=False):
        visit = _visit(codes, by_number[number], turn)
        if isinstance(visit, Reason):
            reasons.append(visit)
        else:
            made.append(visit)
    return Visits((), tuple(reasons)) if reasons else Visits(tuple(made))


def _free_turns(taken: Collection[Role]) -> Iterator[int]:
    """Turns whose base service nobody asked yet; that of further visits is asked any number of times."""
    yield from (turn for turn, role in enumerate(BASES[:-1]) if role not in taken)
    yield from count(len(BASES) - 1)


def _read(codes: DayCodes, line: CareLine) -> Act | Reason:
    name = line.care.code
    if line.possible_duplicate:
        return Reason("possible_duplicate", line.line_id, (("nomenclature_code", name),))
    code = codes.act(name, is_night=line.care.urgency == _NIGHT)
    if code is not None:
        return Act(line.care, code, (line.line_id,))
    is_known = name in codes.tariffs.codes
    facts = (("nomenclature_code", name),)
    if is_known:
        return Reason("code_not_valid", line.line_id, facts, refused_as="500420")
    return Reason("code_unknown", line.line_id, facts)


def _visit(codes: DayCodes, acts: Sequence[Act], turn: int) -> Visit | Reason:
    bases = [act for act in acts if act.code.role in BASES]
    if len(bases) > 1:
        return Reason("visit_unclear", bases[1].of[0], (("nomenclature_code", bases[1].code.code),))
    told = bases[0] if bases else acts[0]
    code = codes.base(turn, told.code.place)
    if code is None:
        return Reason("base_service_unknown", told.of[0], (("role", BASES[min(turn, len(BASES) - 1)]),))
    if bases:
        return Visit(Act(told.care, code, told.of), tuple([act for act in acts if act.code.role not in BASES]))
    of = tuple([line for act in acts for line in act.of])
    return Visit(Act(told.care, code, of, is_implied=True), tuple(acts))


def _order(line: CareLine) -> tuple[object, ...]:
    """Visits in their order, and in each what was done as the clock and then the code say."""
    care = line.care
    return (max(care.visit, 1), care.time, care.code, care.provider, line.line_id.int)
