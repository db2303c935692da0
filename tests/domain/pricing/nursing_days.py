"""Days of home nursing for tests, by the fictitious set: 990011 toilet, 990022 injection, 990404 PTSI act …"""

from dataclasses import replace
from datetime import date as Date
from typing import Any

from domain.authorisation import Authorisation
from domain.care import Care, CareLine
from domain.pricing.book import PriceBook
from domain.pricing.nursing import Block, Situation, derive
from domain.pricing.price import Pricer
from domain.pricing.reasons import Asked
from domain.pricing.tariff_set import TariffSet
from infrastructure.sample.tariff_be_nursing import be_nursing
from tests.domain.builders import DOCTOR, NURSE, PATIENT, uid

TARIFFS = be_nursing()
PRICER = Pricer(TARIFFS)
BOOK = PriceBook([(TARIFFS.valid_from, TARIFFS)])
DAY = Date(2026, 1, 15)
SATURDAY = Date(2026, 1, 17)
TOILET, INJECTION, DRESSING, PTSI_ACT = "990011", "990022", "990033", "990404"
FLAT_A, FLAT_B, FLAT_C, FLAT_PA, PTSI_FEE, SUPPLEMENT_PN = "419613", "990503", "990514", "427136", "429155", "990547"
BASES = ("990301", "990312", "990323")
TOLD_BASES = ("990101", "990123", "990134")
TOLD_TOILET, TOLD_INJECTION, TOLD_PTSI = "990112", "990145", "990268"
MULTIPLE, MULTIPLE_WEEKEND = "428035", "428050"
AIDE, SECOND_AIDE = "54512317527", "54512318418"


def a_set(**codes: dict[str, Any]) -> TariffSet:
    """The set with other values in some codes: `a_set(c990011={"place": "home"})`."""
    changed = {name[1:]: replace(TARIFFS.codes[name[1:]], **values) for name, values in codes.items()}
    return replace(TARIFFS, codes={**TARIFFS.codes, **changed})


def done(code: str = TOILET, visit: int = 1, name: str = "", **values: Any) -> CareLine:
    """Something recorded without amounts; injections come with their prescription."""
    if code in (INJECTION, PTSI_ACT):
        values = {"prescriber": DOCTOR, "prescriber_norm": 1, "prescription_date": Date(2026, 1, 5), **values}
    values.setdefault("provider", NURSE)
    care = Care(code, 0, visit=visit, is_priced=False, **values)
    return CareLine(uid(name or f"{code} {visit} {values.get('time', '')}"), care)


def katz(category: str = "A") -> Authorisation:
    return Authorisation("katz", category, Date(2026, 1, 1), Date(2026, 3, 31), "AKKOORD")


PALLIATIVE = Authorisation("palliative", "PA", Date(2026, 1, 1), None)
PTSI = Authorisation("ptsi", "", Date(2026, 1, 1), None)


def situation(*authorisations: Authorisation, **values: Any) -> Situation:
    made = Situation(uid("day"), DAY, "week", "110", "110", PRICER, authorisations)
    return replace(made, **values)


def block(*lines: CareLine, by: tuple[Authorisation, ...] = (), **values: Any) -> Block:
    return derive(situation(*by, **values), lines)


def codes_of(made: Block) -> list[str]:
    assert not made.reasons
    return [one.line.care.code for one in made.lines]


def why_not(made: Block) -> set[str]:
    assert not made.lines
    return {reason.code for reason in made.reasons}


def as_asked(made: Block, day: Date = DAY) -> list[Asked]:
    """The derived lines as they would stand in a file."""
    return [Asked(one.line.line_id, day, one.line.care, PATIENT, "131", 2) for one in made.lines]


def told(code: str, **values: Any) -> Care:
    """A statistical line that came ready-made."""
    return Care(code, 0, values.pop("provider", NURSE), service_norm=9, **values)


def in_file(*cares: Care, day: Date = DAY, **values: Any) -> list[Asked]:
    """Ready-made lines in the order in which they stand in the file."""
    return [Asked(uid(f"{day} line {nth}"), day, care, PATIENT, "131", 2, **values) for nth, care in enumerate(cares)]


def change(lines: list[Asked], nth: int, **values: Any) -> list[Asked]:
    """One line otherwise: fields of the care, or of the line itself (`day`, `fund`, `patient`, `sex`)."""
    own = {name: values.pop(name) for name in ("day", "fund", "patient", "sex") if name in values}
    line = lines[nth]
    return [*lines[:nth], replace(line, care=replace(line.care, **values), **own), *lines[nth + 1 :]]
