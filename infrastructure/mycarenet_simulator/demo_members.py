"""Insurers' side of the sample practice: its patients as they know them, not always as the practice does."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date as Date
from functools import cache
from typing import Any

from infrastructure.mycarenet_simulator.members import Cover, Member, Members
from infrastructure.sample import sample_files

SINCE, CHANGED = Date(2020, 1, 1), Date(2026, 10, 15)
_NOBODY, _OTHER_CODES, _OTHER_FUND, _DECEASED = 3, 5, 8, 10
"""Places in the register of those whom no insurer knows, and of whom insurers know something else."""


@cache
def demo_members() -> Members:
    """Those of the register with a national number."""
    lines = [json.loads(line) for line in sample_files().register.splitlines() if line.strip()]
    palliative = {
        line["ssin"]: line["valid_from"]
        for line in lines
        if line["kind"] == "authorisation" and line.get("authorisation") == "palliative"
    }
    return Members(_members([line for line in lines if line["kind"] == "patient" and line.get("ssin")], palliative))


def _members(patients: list[dict[str, Any]], palliative: dict[str, str]) -> Iterator[Member]:
    for place, line in enumerate(patients):
        if place == _NOBODY:
            continue
        made = _member(line, place)
        since = palliative.get(made.ssin)
        yield replace(made, palliative_since=Date.fromisoformat(since)) if since else made


def _member(line: dict[str, Any], place: int) -> Member:
    known = line["periods"][:1]
    covers = tuple(Cover(SINCE, None, one["sickness_fund"], one["ct1"], one["ct2"]) for one in known)
    houses = [one["destination"] for one in known if one.get("destination")]
    made = Member(
        line["ssin"],
        f"{9_990_000 + place:013d}",
        line["last_name"],
        line["first_name"],
        Date.fromisoformat(line["birth_date"]),
        line["sex"],
        covers,
        medical_house=(houses[0], SINCE) if houses else None,
    )
    if place == _OTHER_CODES:
        return replace(made, covers=_changed(made.covers[0], ct1="111", ct2="111"))
    if place == _OTHER_FUND:
        return replace(made, covers=_changed(made.covers[0], fund="131"))
    if place == _DECEASED:
        return replace(made, deceased_on=CHANGED, covers=(replace(made.covers[0], end=CHANGED),))
    return made


def _changed(cover: Cover, **values: str) -> tuple[Cover, Cover]:
    """Until the middle of the sample month as known, from then on otherwise."""
    later = Cover(CHANGED, None, *(values.get(name, getattr(cover, name)) for name in ("fund", "ct1", "ct2")))
    return replace(cover, end=CHANGED), later
