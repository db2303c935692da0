"""`quittance numbers`: official numbers of every kind, by year: used, next, void."""

from typing import Any
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.console import AsJson, Where, establishment, working
from api.cli.instants import AsOf, position
from api.cli.number_lists import show_years, years_of
from domain import establishment as establishments
from domain.errors import NotFound
from domain.numbering import numbering_id


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(numbers)


def numbers(where: Where = "", as_of: AsOf = "", as_json: AsJson = False) -> None:
    """Numbers of sendings, references, invoices and documents by year: which are used, come next, and are void."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        found = _numberings(quittance, _scopes(here, _tpp_number(quittance, here)), position(quittance, as_of))
        if as_json:
            voice.json(found)
            return
        show_years(voice, [(voice.code("number", one["kind"]), year) for one in found for year in one["years"]])
        for one in found:
            voice.say("show.numbering", kind=voice.code("number", one["kind"]), id=one["numbering_id"])


def _numberings(quittance: Quittance, scopes: dict[str, str], at: int | None) -> list[dict[str, Any]]:
    ids = {kind: numbering_id(kind, scope) for kind, scope in scopes.items()}
    streams = quittance.log.load(ids.values(), at)
    return [
        {"kind": kind, "numbering_id": identifier, "years": years_of(streams.get(identifier, []))}
        for kind, identifier in ids.items()
    ]


def _scopes(here: UUID, tpp_number: str) -> dict[str, str]:
    """Sending numbers belong to the third-party number, those of documents to the establishment, the others to all."""
    return {"sending": tpp_number, "reference": "", "invoice": "", "document": str(here)}


def _tpp_number(quittance: Quittance, here: UUID) -> str:
    state = establishments.fold(quittance.log.load([here]).get(here, []))
    if state is None:
        raise NotFound("establishment_unknown", "There is no such establishment.")
    return state.details.tpp_number
