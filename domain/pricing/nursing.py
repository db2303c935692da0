"""A day of home nursing: from what was done in its visits to the lines that the insurer is asked for.

With a flat fee in force one line asks for the day, and statistical lines before it tell what was really done; without,
each base service and act asks for itself (eFact reference 5.3). What a code is stands in the set, not here.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date as Date
from hashlib import sha1
from typing import NamedTuple
from uuid import UUID

from domain.authorisation import Authorisation, holding
from domain.care import Care, CareLine
from domain.pricing import nursing_lines
from domain.pricing.nursing_flat_fee import FlatFee, flat_fee_of
from domain.pricing.nursing_rules import SOURCES, Rule, is_met
from domain.pricing.nursing_visits import Act, Visits, visits_of
from domain.pricing.price import Explained, Priced, Pricer
from domain.pricing.reasons import Reason
from domain.pricing.tariff_set import Code, Role, Variant

__all__ = ["Block", "Made", "Reason", "Situation", "derive"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a day is judged by. `when`: kind of day; `taken`: roles that other sequences of the date ask (502255)."""

    day_id: UUID
    day: Date
    when: Variant
    ct1: str
    ct2: str
    pricer: Pricer
    authorisations: Sequence[Authorisation] = ()
    taken: Collection[Role] = ()


class Made(NamedTuple):
    """A line of the block, and why: `of` are the recorded lines that it tells, `why` its price if it has one."""

    line: CareLine
    rule: Rule
    of: tuple[UUID, ...]
    why: Explained | None = None
    authorisation: Authorisation | None = None

    @property
    def source(self) -> str:
        """Where the rule stands."""
        return SOURCES[self.rule]


@dataclass(frozen=True, slots=True)
class Block:
    """All lines in the order in which they are billed, or the reasons why there are none.

    `hints`: why it is not the block that one might expect; nothing of them keeps it from being billed.
    """

    lines: tuple[Made, ...] = ()
    reasons: tuple[Reason, ...] = ()
    hints: tuple[Reason, ...] = ()


def derive(situation: Situation, done: Sequence[CareLine]) -> Block:
    """The block of a day; `done` in any order. Derived lines have the same ids each time."""
    codes = situation.pricer.codes(situation.day, situation.when)
    found = visits_of(codes, done, situation.taken)
    if found.reasons or not found.visits:
        return Block(reasons=found.reasons)
    maker = _Maker(situation, found)
    maker.make()
    return Block((), tuple(maker.reasons)) if maker.reasons else Block(tuple(maker.made), (), tuple(maker.hints))


class _Maker:
    """One block in the making; a line that cannot be made leaves a reason instead."""

    def __init__(self, situation: Situation, found: Visits) -> None:
        self.made, self.reasons, self.hints = list[Made](), list[Reason](), list[Reason]()
        self._situation, self._done, self._visits, self._acts = situation, found, found.visits, found.acts
        self._codes = situation.pricer.codes(situation.day, situation.when)
        self._place = found.visits[0].base.code.place
        self._seen: dict[str, int] = {}
        self._named = sha1(situation.day_id.bytes, usedforsecurity=False)

    def make(self) -> None:
        """The flat fee when one is in force and its conditions are met, else act by act; then what comes once a day."""
        flat = self._flat_fee()
        if self.reasons:
            return
        noticed = self._noticed()
        if flat.code and flat.by:
            self._under(flat.code, flat.by)
        else:
            self._act_by_act(is_ptsi_told=noticed is not None)
            self._palliative_supplement()
        if noticed:
            self._ptsi_fee(noticed, is_told=flat.code is not None)
        self._multiple_visits()

    def _flat_fee(self) -> FlatFee:
        situation = self._situation
        taken = "base_first" in situation.taken
        found = flat_fee_of(self._codes, situation.day, situation.authorisations, self._done, is_first_base_taken=taken)
        self.reasons += found.reasons
        self.hints += found.hints
        return found

    def _noticed(self) -> Authorisation | None:
        """The notification that opens the PTSI fee, when there are acts for it."""
        situation = self._situation
        act = next((act for act in self._acts if act.code.role == "ptsi_act"), None)
        if act is None:
            return None
        noticed = holding(situation.authorisations, "ptsi", situation.day)
        if noticed is None:
            facts = (("nomenclature_code", act.code.code),)
            self.hints.append(Reason("ptsi_not_notified", act.of[0], facts, refused_as="5004K3"))
        return noticed

    def _under(self, flat: Code, allowed: Authorisation) -> None:
        """Statistical lines of each visit, and the flat fee right behind the last of them (500417).

        What was read goes with the base service of its visit, so that no record 52 comes between.
        """
        first = self._visits[0].base.care
        reading = None
        for visit in self._visits:
            reading = next((act.care for act in visit if nursing_lines.was_read(act)), None)
            for act in visit:
                goes_here = reading if act is visit.base and visit.acts else None
                self._tell(act, first, goes_here)
            reading = None if visit.acts else reading
        of = tuple(dict.fromkeys([line for visit in self._visits for act in visit for line in act.of]))
        self._ask(
            "flat_fee", flat, of, lambda price: nursing_lines.flat_fee(flat, self._visits, price, reading), by=allowed
        )

    def _act_by_act(self, *, is_ptsi_told: bool) -> None:
        """The base service of each visit, then its acts. Acts of the PTSI fee are told before it instead."""
        for visit in self._visits:
            self._ask_for(visit.base, "base_service")
            for act in visit.acts:
                if not (is_ptsi_told and act.code.role == "ptsi_act"):
                    self._ask_for(act, "act")

    def _palliative_supplement(self) -> None:
        situation = self._situation
        if "palliative_supplement" in situation.taken:
            return
        allowed = holding(situation.authorisations, "palliative", situation.day)
        code = self._codes.fee("palliative_supplement", allowed.category, self._place) if allowed else None
        if code:
            self._once_a_day("palliative_supplement", code, [self._visits[0].base], allowed)

    def _ptsi_fee(self, noticed: Authorisation, *, is_told: bool) -> None:
        acts = [act for act in self._acts if act.code.role == "ptsi_act"]
        if "ptsi_fee" in self._situation.taken:
            facts = (("nomenclature_code", acts[0].code.code),)
            self.reasons.append(Reason("ptsi_fee_taken", acts[0].of[0], facts, refused_as="502255"))
            return
        code = self._codes.fee("ptsi_fee", "", self._place)
        if code is None:
            self.reasons.append(Reason("ptsi_fee_unknown", acts[0].of[0]))
            return
        for act in acts if not is_told else ():
            self._tell(act, acts[0].care)
        self._once_a_day("ptsi_fee", code, acts, noticed)

    def _multiple_visits(self) -> None:
        """Of the supplements whose conditions are met, the one with the most of them."""
        if "multiple_visits" in self._situation.taken:
            return
        told = {made.line.care.code for made in self.made}
        fitting = [code for code in self._codes.of_role("multiple_visits") if is_met(code, told)]
        if fitting:
            code = max(fitting, key=lambda code: (len(code.before), code.code))
            self._once_a_day("multiple_visits", code, [self._visits[0].base], None)

    def _tell(self, act: Act, first: Care, reading: Care | None = None) -> None:
        pseudo = self._codes.pseudo(act.code)
        if pseudo is None:
            facts = (("nomenclature_code", act.code.code),)
            self.reasons.append(Reason("statistical_unknown", act.of[0], facts))
            return
        self._add("statistical", nursing_lines.statistical(act, pseudo, first, reading), act.of)

    def _ask_for(self, act: Act, rule: Rule) -> None:
        already = self._seen.get(act.code.code, 0)
        self._seen[act.code.code] = already + 1
        self._ask(rule, act.code, act.of, lambda price: nursing_lines.asked(act, price, already), act.units)

    def _once_a_day(self, rule: Rule, code: Code, acts: Sequence[Act], by: Authorisation | None) -> None:
        of = tuple([line for act in acts for line in act.of])
        self._ask(rule, code, of, lambda price: nursing_lines.day_fee(code, acts, price), by=by)

    def _ask(
        self,
        rule: Rule,
        code: Code,
        of: tuple[UUID, ...],
        line: Callable[[Priced], Care],
        units: int = 1,
        by: Authorisation | None = None,
    ) -> None:
        situation = self._situation
        price = situation.pricer.price(code.code, situation.day, situation.ct1, situation.ct2, units)
        if isinstance(price, Priced):
            self._add(rule, line(price), of, price.why, by)
        else:
            self.reasons.append(Reason(price.reason, of[0], (("nomenclature_code", code.code),)))

    def _add(
        self,
        rule: Rule,
        care: Care,
        of: tuple[UUID, ...],
        why: Explained | None = None,
        by: Authorisation | None = None,
    ) -> None:
        digest = self._named.copy()
        digest.update(f"priced|{len(self.made) + 1}|{care.code}".encode())
        identifier = UUID(bytes=digest.digest()[:16], version=5)  # a uuid5, the day hashed once
        self.made.append(Made(CareLine(identifier, care), rule, of, why, by))
