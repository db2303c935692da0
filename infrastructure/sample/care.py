"""One month of care for the people of the fictitious practice: what was done in each visit, without amounts.

Codes of the eFact reference, part 8: 423415 catheter, 424631, 424653 and 424675 wound care, 424874 weekly medication.
All others, 990xxx, are those of the fictitious tariffs. Nobody enters flat fees and base services.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

from infrastructure.sample.people import CARE_AID, DOCTOR, NURSES, Person
from infrastructure.simulator.chance import Draw

FIRST, DAYS = Date(2026, 10, 1), 31
TOILET, INJECTION, DRESSING, EYE_DROPS, ADVICE = "990011", "990022", "990033", "990044", "990077"
PERFUSION, CATHETER, MEDICATION = "990404", "423415", "424874"
_PRESCRIBED = Date(2026, 9, 21)
_WOUNDS = ("424631", "424653", "424675")
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

    def did(self, code: str, **more: str | int) -> Cells:
        """One line of the care file, in the first visit unless `visit` says otherwise."""
        national, affiliation = self.person.number
        visit = more.get("visit", 1)
        return {
            "ssin": national, "affiliation_number": affiliation, "date": self.date.isoformat(), "code": code,
            "units": 1, "provider": self.nurse if visit == 1 else self.evening_nurse, "provider_norm": 1,
            "visit": visit, **more,
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
    aided: Cells = {"provider_norm": 2, "care_assistant": CARE_AID} if visit.date.weekday() == 6 else {}
    morning = visit.did(TOILET, time="0800", **aided, **_reading(visit))
    yield morning
    if visit.draw.share() < 0.012:
        yield dict(morning)
    yield visit.did(EYE_DROPS, time="0810")
    if visit.date.day % 7 != 2:
        yield visit.did(TOILET, visit=2, time="1830")


def _injection(visit: Visit) -> Iterator[Cells]:
    yield visit.did(INJECTION, time="0730", **_prescription(visit), **_reading(visit))
    if visit.date == FIRST:
        yield visit.did(ADVICE, time="0735")
    if visit.date.weekday() == 0:
        yield visit.did(MEDICATION, time="0745")
    if visit.place % 2:
        yield visit.did(INJECTION, visit=2, time="1900", **_prescription(visit))


def _wound(visit: Visit) -> Iterator[Cells]:
    code = _WOUNDS[visit.place % len(_WOUNDS)]
    commitment = f"FICTITIOUS{visit.place:04d}{visit.date:%Y%m%d}".ljust(_COMMITMENT_LENGTH, "0")
    engaged: Cells = {"commitment_number": commitment} if visit.date.day % 10 == 5 else {}
    yield visit.did(code, time="0910", limb=visit.place % 2 + 1, **_prescription(visit), **engaged)
    yield visit.did(DRESSING, time="0920", **_reading(visit))


def _dependent(visit: Visit) -> Iterator[Cells]:
    """Washed in the morning, helped to bed in the evening, on some days by another nurse, who shares the flat fee."""
    evening: Cells = {} if visit.date.day % 3 == 0 else {"provider": visit.nurse}
    yield visit.did(TOILET, time="0840")
    yield visit.did(EYE_DROPS, visit=2, time="1915", **evening)


def _technical(visit: Visit) -> Iterator[Cells]:
    yield visit.did(PERFUSION, time="1000", **_prescription(visit))
    if visit.date.day % 14 == 8:
        yield visit.did(CATHETER, time="1015", **_prescription(visit))


def _rare(visit: Visit) -> Iterator[Cells]:
    if visit.date.weekday() in (1, 4):
        yield visit.did(INJECTION, time="1100", **_prescription(visit))


_VISITS = {
    "toilet": _toilet,
    "injection": _injection,
    "wound": _wound,
    "flat_fee": _dependent,
    "palliative": _dependent,
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
