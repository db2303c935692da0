"""What a practice has recorded of a patient's insurability beside what an insurer says, day by day of a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Literal

from domain.member_answer import Coverage, MemberAnswer
from domain.patient import Insurability, Patient

Field = Literal["insured", "sickness_fund", "ct1", "ct2", "destination"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """Days (both included) on which neither side changes. None: recorded, or said, to be insured by nobody.

    `medical_house`: number of the one that the insurer names for these days. `differs`: in what the two do not agree.
    """

    first_day: Date
    last_day: Date
    recorded: Insurability | None
    said: Coverage | None
    medical_house: str
    differs: tuple[Field, ...]


def side_by_side(patient: Patient, answer: MemberAnswer, first_day: Date, last_day: Date) -> tuple[Piece, ...]:
    """The days of the question in pieces; none when the insurer refused to say anything."""
    if not answer.is_answered:
        return ()
    made: list[Piece] = []
    for day in _turns(patient, answer, first_day, last_day):
        piece = _piece(patient, answer, day)
        if made and _same(made[-1], piece):
            continue
        made.append(piece)
    ends = [one.first_day - _DAY for one in made[1:]] + [last_day]
    return tuple(
        Piece(one.first_day, last, one.recorded, one.said, one.medical_house, one.differs)
        for one, last in zip(made, ends, strict=True)
    )


def _turns(patient: Patient, answer: MemberAnswer, first_day: Date, last_day: Date) -> Sequence[Date]:
    """Days on which either side may change."""
    found = {first_day}
    for period in patient.periods:
        found |= {period.valid_from} | ({period.valid_to + _DAY} if period.valid_to else set())
    for one in answer.statements:
        found |= {day for day in (one.start, one.end, one.day("medicalHouse:start")) if day}
    return sorted(day for day in found if first_day <= day <= last_day)


def _piece(patient: Patient, answer: MemberAnswer, day: Date) -> Piece:
    recorded = patient.insurability(day)
    said = next((one for one in answer.coverages if _holds(one.start, one.end, day)), None)
    houses = (
        one.value("medicalHouse:nihii11")
        for one in answer.of("medicalHouse")
        if _holds(one.day("medicalHouse:start") or one.start, one.end, day)
    )
    house = next(houses, "")
    return Piece(day, day, recorded, said, house, _differs(recorded, said, house))


def _differs(recorded: Insurability | None, said: Coverage | None, house: str) -> tuple[Field, ...]:
    """A destination that is no medical house is the practice's own matter."""
    if recorded is None or said is None:
        return () if recorded is None and said is None else ("insured",)
    pairs: tuple[tuple[Field, str, str], ...] = (
        ("sickness_fund", recorded.sickness_fund, said.fund),
        ("ct1", recorded.ct1, said.ct1),
        ("ct2", recorded.ct2, said.ct2),
        ("destination", recorded.destination, house or recorded.destination),
    )
    return tuple(name for name, ours, theirs in pairs if ours != theirs)


def _same(before: Piece, piece: Piece) -> bool:
    return (before.recorded, before.said, before.medical_house) == (piece.recorded, piece.said, piece.medical_house)


def _holds(start: Date | None, end: Date | None, day: Date) -> bool:
    return (start is None or start <= day) and (end is None or day < end)
