"""What all routers share: guarded routes, the errors that any of them can give, ids of examples, codes in words."""

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter
from pydantic import TypeAdapter

from api.catalogue import Language, text
from api.rest.problems import MEDIA_TYPE, ProblemBody
from api.rest.rights import Guarded

_ANY_PROBLEM: dict[str, Any] = {
    "description": "Refused; `code` says why.",
    "content": {MEDIA_TYPE: {"schema": TypeAdapter(ProblemBody).json_schema()}},
}
NOT_CHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The asker has this version already."}}


def resource(prefix: str, tag: str) -> APIRouter:
    """A router of guarded routes whose documented answers include the problems."""
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=Guarded, responses={"4XX": _ANY_PROBLEM, "5XX": _ANY_PROBLEM}
    )


def id_of(thing: str) -> UUID:
    """The id under which a thing appears in the examples: one for each, made of its name."""
    return uuid5(NAMESPACE_URL, f"urn:quittance:example:{thing}")


def explained(group: str, codes: Iterable[str], language: Language) -> list[dict[str, str]]:
    """Codes of the product with their meaning."""
    return [{"code": code, "text": text(f"{group}.{code}", language)} for code in codes]
