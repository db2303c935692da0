"""What people work on, as addresses name it: by its id, a cause of refusals by its code, days to bill by month."""

import re
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response

from api.rest.rights import not_here
from api.web.places import place_of
from api.web.refusal_groups import path_of
from api.web.visit import Visit
from application.casework import Target
from domain.casework import CaseworkOpened, Named, cause, month

PAGES: dict[str, Callable[[Visit, Any], Response]] = {}
"""By kind of thing its page, given its id, or its name if it has none: each page enters itself here."""
_CAUSE = re.compile(r"cause\.([A-Z0-9]{1,8}(?:-[A-Z0-9]{1,4})?)\.([A-Z]?)")
_MONTH = re.compile(r"mois\.(\d{4}-(?:0[1-9]|1[0-2]))")


def thing_of(target_id: str) -> Target:
    """What a path names."""
    if named := _CAUSE.fullmatch(target_id):
        return cause(named[1].replace("-", "/"), named[2])
    if named := _MONTH.fullmatch(target_id):
        return month(named[1])
    try:
        return UUID(target_id)
    except ValueError:
        not_here("target_unknown")


Thing = Annotated[Target, Depends(thing_of)]


def word_of(target: Target) -> str:
    """How a path names it."""
    if not isinstance(target, Named):
        return str(target)
    return f"cause.{target.name.replace('/', '-')}" if target.kind == "refusal_cause" else f"mois.{target.name}"


def home_of(visit: Visit, opening: CaseworkOpened) -> str:
    """Path of its page inside the practice."""
    if opening.kind == "refusal_cause":
        code, _, letter = opening.name.rpartition(".")
        return path_of(code) + (f"?letter={letter}" if letter else "")
    if opening.kind == "billed_month":
        return f"/facturation/{opening.name}"
    return place_of(visit, opening.kind, opening.target_id)


def right_of(opening: CaseworkOpened) -> str:
    """What it takes to add to it: its page, and for what is about a patient the right to write about care."""
    if opening.kind == "billed_month":
        return "bill"
    return "care_note" if opening.is_of_a_patient else "note"
