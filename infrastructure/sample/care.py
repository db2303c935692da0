"""One month of care for the people of the fictitious practice. Amounts are invented and no tariff.

Codes of the eFact reference, part 8: 419613 flat fee A, 427136 flat fee PA, 429155 flat fee for technical acts,
424631, 424653 and 424675 wound care, 423415 catheter, 424874 weekly medication. All others, 990xxx, are fictitious.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

from infrastructure.sample.people import CARE_AID, DOCTOR, NURSES, Person
from infrastructure.simulator.chance import Draw

FIRST, DAYS = Date(2026, 10, 1), 31
TOILET, INJECTION, DRESSING, EYE_DROPS = "990011", "990022", "990033", "990044"
VISIT_BASE, VISIT_TOILET, VISIT_EVENING = "990101", "990112", "990123"
_PRESCRIBED = Date(2026, 9, 21)
_WOUNDS = (("424631", 835), ("424653", 1261), ("424675", 1544))
_FLAT_FEES = {"flat_fee": ("419613", 2150), "palliative": ("427136", 4480)}
_COMMITMENT_LENGTH = 48

Cells = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Visit:
    """A patient on a day, and the nurse who comes in the morning and in the evening."""

    person: Person
    place: int
    date: Date
    nurse: str
    evening_nurse: str
    draw: Draw

    def cells(self, code: str, cents: int, **more: str | int) -> Cells:
        """One line of the care file."""
        national, affiliation = self.person.number
        share = cents // 12 if _is_ordinary(self.person) else 0
        return {
            "ssin": national, "affiliation_number": affiliation, "date": self.date.isoformat(), "code": code,
            "units": 1, "amount_cents": cents - share, "patient_share_cents": share, "provider": self.nurse,
            "provider_norm": 1, **more,
        }  # fmt: skip


def care(people: list[Person], draw: Draw) -> Iterator[Cells]:
    """Lines in order of date, then of patient."""
    for offset in range(DAYS):
        date = FIRST + timedelta(days=offset)
        for place, person in enumerate(people):
            nurse = NURSES[(place + offset // 7) % len(NURSES)]
            visit = Visit(person, place, date, nurse, NURSES[(place + 3) % len(NURSES)], draw)
            yield from _VISITS[person.need](visit)


def _toilet(visit: Visit) -> Iterator[Cells]:
    """Morning and evening; on Sundays a care aid; now and then an exact twin of a line."""
    weekend: Cells = {"urgency": 2} if visit.date.weekday() >= 5 else {}
    aided: Cells = {"provider_norm": 2, "care_assistant": CARE_AID} if visit.date.weekday() == 6 else {}
    morning = visit.cells(TOILET, 712, time="0800", **weekend, **aided, **_reading(visit))
    yield morning
    if visit.draw.share() < 0.012:
        yield dict(morning)
    yield visit.cells(EYE_DROPS, 310, time="0810", **weekend)
    if visit.date.day % 7 != 2:
        yield visit.cells(TOILET, 712, time="1830", derogation=3, provider=visit.evening_nurse, **weekend)


def _injection(visit: Visit) -> Iterator[Cells]:
    yield visit.cells(INJECTION, 446, time="0730", **_prescription(visit), **_reading(visit))
    if visit.place % 2:
        yield visit.cells(
            INJECTION, 446, time="1900", derogation=3, provider=visit.evening_nurse, **_prescription(visit)
        )
    if visit.date.weekday() == 0:
        yield visit.cells("424874", 1090, time="0745")


def _wound(visit: Visit) -> Iterator[Cells]:
    code, cents = _WOUNDS[visit.place % len(_WOUNDS)]
    commitment = f"FICTITIOUS{visit.place:04d}{visit.date:%Y%m%d}".ljust(_COMMITMENT_LENGTH, "0")
    engaged: Cells = {"commitment_number": commitment} if visit.date.day % 10 == 5 else {}
    yield visit.cells(code, cents, time="0910", limb=visit.place % 2 + 1, **_prescription(visit), **engaged)
    yield visit.cells(DRESSING, 395, time="0920", **_reading(visit))


def _flat_fee(visit: Visit) -> Iterator[Cells]:
    """Statistical lines first, the flat fee after them; the evening nurse of some days makes it a shared one."""
    shared = visit.date.day % 3 == 0
    yield visit.cells(VISIT_BASE, 0, service_norm=9)
    yield visit.cells(VISIT_TOILET, 0, service_norm=9)
    yield visit.cells(VISIT_EVENING, 0, service_norm=9, **({"provider": visit.evening_nurse} if shared else {}))
    code, cents = _FLAT_FEES[visit.person.need]
    yield visit.cells(code, cents, provider_norm=9 if shared else 1)


def _technical(visit: Visit) -> Iterator[Cells]:
    yield visit.cells(VISIT_BASE, 0, service_norm=9)
    yield visit.cells("429155", 4975, **_prescription(visit))
    if visit.date.day % 14 == 8:
        yield visit.cells("423415", 1310, time="1015", **_prescription(visit))


def _rare(visit: Visit) -> Iterator[Cells]:
    if visit.date.weekday() in (1, 4):
        yield visit.cells(INJECTION, 446, time="1100", **_prescription(visit))


_VISITS = {
    "toilet": _toilet,
    "injection": _injection,
    "wound": _wound,
    "flat_fee": _flat_fee,
    "palliative": _flat_fee,
    "technical": _technical,
    "rare": _rare,
}


def _prescription(visit: Visit) -> Cells:
    """The nurse forgot a few."""
    if visit.draw.share() < 0.02:
        return {}
    return {"prescriber": DOCTOR, "prescriber_norm": 1, "prescription_date": _PRESCRIBED.isoformat()}


def _reading(visit: Visit) -> Cells:
    """The identity card is read once a week; the serial number is fictitious."""
    if visit.date.weekday() != 2:
        return {}
    serial = f"999{visit.place:04d}{visit.date:%m%d}"
    return {"reading_method": "1", "reading_document": "1", "reading_time": "0805", "reading_serial": serial}


def _is_ordinary(person: Person) -> bool:
    """Without increased reimbursement: the last digit of CT1 is 0."""
    periods = person.line["periods"]
    return bool(periods) and str(periods[0]["ct1"]).endswith("0")
