"""Keys of the API: shown once when issued, listed without their secrets, revoked at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Response
from pydantic import Field

from api.rest.bodies import Body, Text, example
from api.rest.commands import Writes
from api.rest.encoding import opened
from api.rest.problems import Problem
from api.rest.reads import Reads
from api.rest.register_bodies import ReasonIn
from api.rest.resources import id_of, resource
from api.rest.rights import MayAdminister, Product, not_here, within
from application.access import Caller, IssuedKey
from domain import api_key as keys
from domain.api_key import SCOPES, Scope
from projections.api_keys import api_keys

router = resource("/api-keys", "api keys")
ABSENT = "api_key_unknown"
Prefix = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]


class ApiKeyIn(Body):
    """What the key may do, where and for how long."""

    model_config = example(
        name="logiciel de planning",
        scopes=["read", "medical", "care"],
        establishment_ids=[str(id_of("establishment"))],
        days=90,
    )

    name: Annotated[Text, Field(min_length=1)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=len(SCOPES))]
    establishment_ids: Annotated[tuple[UUID, ...], Field(max_length=1_000, description="None: all.")] = ()
    days: Annotated[int, Field(ge=1, le=1_826)] = 365


@dataclass(frozen=True, slots=True)
class IssuedOut:
    """`token` is shown in this answer and never again: a repeated request gets null."""

    prefix: str
    token: str | None


@dataclass(frozen=True, slots=True)
class ApiKeyOut:
    """A key without its secret. No establishment: all of them."""

    key_id: UUID
    prefix: str
    name: str
    scopes: tuple[Scope, ...]
    establishment_ids: tuple[UUID, ...]
    issued_at: datetime
    issued_by: str
    expires_at: datetime
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class ApiKeyList:
    """All keys that the caller may administer, the latest first."""

    api_keys: tuple[ApiKeyOut, ...]


@dataclass(frozen=True, slots=True)
class Revoked:
    """Which key opens nothing any more."""

    prefix: str


@router.post("", operation_id="issue_api_key", status_code=201, response_model=IssuedOut)
def issue_api_key(caller: MayAdminister, command: Writes, quittance: Product, body: ApiKeyIn) -> Response:
    """Make a key. A key limited to establishments makes only such that are limited to some of its own."""
    if caller.establishments is not None and not body.establishment_ids:
        raise Problem(403, "key_limited")
    where = tuple(within(caller, identifier) for identifier in body.establishment_ids)
    known = quittance.log.load(where)
    if any(identifier not in known for identifier in where):
        not_here("establishment_unknown")
    return command.answer(
        lambda context: quittance.access.issue(context, body.name, body.scopes, where, body.days),
        lambda issued: {"prefix": issued.prefix, "token": None},
        status=201,
        live=_live,
    )


@router.get("", operation_id="list_api_keys", response_model=ApiKeyList)
def list_api_keys(caller: MayAdminister, reading: Reads) -> Response:
    """Keys, also revoked and expired ones; never a secret."""
    with reading.sql() as sql:
        rows = [opened(row, "scopes", "establishment_ids") for row in api_keys(sql)]
    found = [row for row in rows if _may_see(caller, [UUID(i) for i in row["establishment_ids"]])]
    return reading.many({"api_keys": found})


@router.post("/{prefix}/revoke", operation_id="revoke_api_key", response_model=Revoked)
def revoke_api_key(
    caller: MayAdminister, command: Writes, quittance: Product, prefix: Prefix, body: ReasonIn
) -> Response:
    """Close a key at once: the next request with it is refused."""
    identifier = keys.api_key_id(prefix)
    state = keys.fold(quittance.log.load([identifier]).get(identifier, []))
    if state is None or not _may_see(caller, state.issued.establishments):
        not_here(ABSENT)
    return command.answer(
        lambda context: quittance.access.revoke(context, prefix),
        lambda closed: {"prefix": closed},
        about=identifier,
        reason=body.reason,
    )


def _may_see(caller: Caller, where: Sequence[UUID]) -> bool:
    """A limited key administers only such keys as reach no further than itself."""
    return caller.establishments is None or (bool(where) and caller.establishments.issuperset(where))


def _live(issued: IssuedKey) -> dict[str, Any]:
    return {"prefix": issued.prefix, "token": issued.token}
