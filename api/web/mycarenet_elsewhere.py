"""One P12, several practices: whoever may open sessions in each brings it once; each is a command of its own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

from api.web.in_place import refusal_of
from api.web.visit import Visit
from application.ports import AnswerKeeper, Context, Meta
from domain.errors import DomainError, Invalid
from projections.comparison import names

_NOBODY: Mapping[UUID, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another practice where the reader may open a session. `ends_at` None: none is open. `why` it was just refused."""

    where: UUID
    name: str
    ends_at: datetime | None
    why: str


def others(visit: Visit, refused: Mapping[UUID, str] = _NOBODY) -> list[Elsewhere]:
    """By name. `refused`: why, in words, by practice."""
    ids, sessions = _allowed(visit), visit.quittance.sessions_over_mycarenet
    if not ids:
        return []
    with visit.sql() as sql:
        named = names(sql, ids)
    found = ((where, sessions.current(where)) for where in sorted(ids, key=lambda one: named.get(one, "")))
    return [
        Elsewhere(where, named.get(where, ""), session.ends_at if session else None, refused.get(where, ""))
        for where, session in found
    ]


def ticked(visit: Visit) -> list[UUID]:
    """As the form says. Raises `Invalid` for a practice where the reader may open none."""
    given = [value for value in visit.form.getlist("also") if isinstance(value, str)]
    known = {str(where): where for where in _allowed(visit)}
    if not known.keys() >= set(given):
        raise Invalid("field_invalid", "also: choose practices of yours.", field="also")
    return [known[one] for one in dict.fromkeys(given)]


def open_also(visit: Visit, also: Collection[UUID], content: bytes, password: str) -> Mapping[UUID, str]:
    """In each of these practices; sent again, the form opens those that were refused. Why, in words, where it was."""
    refused = {}
    for where in also:
        key = sha256(f"{visit.known_caller.actor}|{visit.text('command_id')}|{where}".encode()).hexdigest()
        if visit.quittance.log.stored_answer(key) is not None:
            continue
        meta = Meta(visit.known_caller.actor, command_id=key, correlation_id=visit.request.state.correlation_id)
        context = Context(meta, AnswerKeeper(key, key, lambda _: (303, b"")))
        try:
            visit.quittance.sessions_over_mycarenet.open_with_p12(context, where, content, password)
        except DomainError as error:
            refused[where] = refusal_of(visit, error).detail
    return refused


def _allowed(visit: Visit) -> set[UUID]:
    return set(visit.practices("session")) - {visit.practice}
