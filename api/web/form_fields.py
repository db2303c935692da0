"""Fields of a form as a person fills them in, and what to say at the field when a value will not do."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from typing import Any
from uuid import UUID

from fastapi import Response

from api.catalogue import Language, has, text
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from domain.errors import DomainError, Invalid
from domain.local_time import calendar_day, possible

_SHORTEST_REASON = 3
_NAMING = ("state", "change", "list_column")
"""Where the catalogue has words for fields."""
_BELGIAN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a form was not accepted: which `form` of the page, which `field` (empty: the whole), said in words."""

    form: str
    field: str
    text: str
    typed: Mapping[str, object]

    def value(self, form: str, field: str, known: object = "") -> object:
        """What to show in a field again: as typed in the form that was refused, else as known."""
        return self.typed.get(field, "") if form == self.form else known


NOTHING = Wrong("", "", "", {})


def wrong_of(visit: Visit, form: str, error: DomainError) -> Wrong:
    """What the page shows for an error of a use case."""
    field = str(error.facts.get("field", ""))
    return Wrong(form, field, said(error.code, field, visit.language), visit.form)


def said(code: str, field: str, language: Language) -> str:
    """The problem, and what would be right, in words."""
    hint = text(f"field.{field}", language) if has(f"field.{field}") else ""
    if code == "field_invalid" and hint:
        return text("said.named", language, name=word_of_field(field, language), value=hint)
    if has(f"field_problem.{code}"):
        return text(f"field_problem.{code}", language)
    known = code if has(f"problem.{code}") else "unexplained"
    return text(f"problem.{known}", language, field=word_of_field(field, language))


def word_of_field(name: str, language: Language) -> str:
    """What people call a field, its name where the catalogue has no word for it."""
    known = next((key for group in _NAMING if has(key := f"{group}.{name}")), "")
    return text(known, language) if known else name


def day(visit: Visit, name: str) -> Date:
    """A date as a date field sends it, or as typed jj/mm/aaaa. Raises `Invalid`."""
    found = day_or_none(visit, name)
    if found is None:
        raise Invalid("day_missing", f"{name}: give a date.", field=name)
    return found


def day_or_none(visit: Visit, name: str) -> Date | None:
    """As above; None when the field is empty."""
    return typed_day(visit.text(name, 20), name)


def typed_day(given: str, name: str) -> Date | None:
    """What was typed in the field of that name, None for nothing. Raises `Invalid`."""
    if not given:
        return None
    typed = _BELGIAN.fullmatch(given)
    try:
        return possible(Date(int(typed[3]), int(typed[2]), int(typed[1]))) if typed else calendar_day(given)
    except ValueError:
        raise Invalid("day_invalid", f"{name}: give a date.", field=name) from None


def identifier(visit: Visit, name: str) -> UUID:
    """An id of ours. Raises `Invalid`."""
    try:
        return UUID(visit.text(name, 40))
    except ValueError:
        raise Invalid("id_invalid", f"{name}: give an id.", field=name) from None


def needed(visit: Visit, name: str, most: int = 200) -> str:
    """Text that must be there. Raises `Invalid`."""
    given = visit.text(name, most)
    if not given:
        raise Invalid("field_missing", f"{name}: fill this in.", field=name)
    return given


def typed(visit: Visit, name: str, most: int = 200) -> str:
    """The same letter by letter, with its blanks: a password. Raises `Invalid`."""
    needed(visit, name, most)
    return str(visit.form[name])


def reason_of(visit: Visit) -> str:
    """Why: asked for where somebody decides. Raises `Invalid`."""
    reason = visit.text("reason", 500)
    if len(reason) < _SHORTEST_REASON:
        raise Invalid("reason_missing", "reason: say why.", field="reason")
    return reason


def version(visit: Visit, about: UUID) -> tuple[UUID, int]:
    """What the page showed of a thing when the form was opened, so that nobody overwrites what came since.

    Raises `Invalid`.
    """
    given = visit.text("version", 9)
    if not (given.isascii() and given.isdigit()):
        raise Invalid("field_invalid", "version: open the page again.", field="version")
    return about, int(given)


def done_or_wrong(
    visit: Visit,
    form: str,
    act: Callable[[Context], Done[Any]],
    home: str,
    again: Callable[[Wrong], Response],
    *,
    about: UUID,
    expected: tuple[UUID, int] | None = None,
    needs_reason: bool = False,
) -> Response:
    """Run the command of a form and go home, or show its page again with what is wrong with it.

    `about`: whose key seals the reason.
    """
    try:
        reason = reason_of(visit) if needs_reason else visit.text("reason", 500)
        return visit.do(act, lambda _: visit.at(home), reason=reason, about=about, expected=expected)
    except DomainError as error:
        return again(wrong_of(visit, form, error))
