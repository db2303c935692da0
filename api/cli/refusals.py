"""`quittance refusals` by cause or line by line, `suggestions`, and `refusal-code`: any code explained."""

import json
import re
from collections.abc import Collection
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from api import past_decisions
from api.build import Quittance
from api.cli.access import note_access
from api.cli.console import AsJson, Where, billed_month, establishment, working
from api.cli.facts import in_words, show_facts
from api.cli.instants import AsOf, position
from api.cli.voice import NOTHING, Voice
from domain.code_list import OfficialCode
from domain.errors import Invalid
from domain.rules.refusals import explain
from projections import refusal_causes
from projections import suggestions as past
from projections.history import REFUSALS, RefusalFilter, conditions
from projections.paging import MOST_ROWS, Asked, walk

_CODE = re.compile(r"(?P<letter>[BEFRS](?=\d))?(?P<code>[A-Z0-9]{1,8}(/[A-Z0-9]{1,4})?)")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(refusals)
    app.command("refusal-code")(refusal_code)
    app.command()(suggestions)


def refusals(
    month: Annotated[str, typer.Argument(help="Billed month, YYYY-MM; none: all months.")] = "",
    where: Where = "",
    cause: Annotated[str, typer.Option(help="Lines of one cause: its code.")] = "",
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """Refusals by cause, cascades folded under their root, each explained with its cure; or the lines of one cause."""
    with working(as_json=as_json) as (quittance, voice):
        scope, at = (establishment(quittance, where),), position(quittance, as_of)
        month = month and billed_month(month)
        if cause:
            _show_lines(voice, quittance, scope, RefusalFilter(month=month or None, root_code=cause), at)
        else:
            show_refusals(voice, causes_of(voice, quittance, scope, month, at))


def refusal_code(
    code: Annotated[str, typer.Argument(help="As in an answer: 502255, R502255 or 301/40.")],
    letter: Annotated[str, typer.Option(help="Severity letter of the answer.")] = "",
    as_json: AsJson = False,
) -> None:
    """Explain any refusal code: what it means, why it comes, what to correct and what to decide."""
    with working(as_json=as_json) as (quittance, voice):
        written = _CODE.fullmatch(code.strip().upper())
        if written is None:
            raise Invalid("refusal_code_invalid", "Give a code as an answer writes it, such as 502255.", field="code")
        why = explain(written["code"], voice.language, letter.strip().upper() or written["letter"])
        official = quittance.code_lists.find(why.code)
        if as_json:
            voice.json({**asdict(why), "official": official})
            return
        named = {"letter": why.letter, "code": why.code} | asdict(why)
        named |= {"field": why.field_label, "decision": why.decision_label, "official": _wording(voice, official)}
        show_facts(voice, {name: value for name, value in named.items() if not name.endswith("_label")})


def suggestions(
    where: Where = "",
    cause: Annotated[str, typer.Option(help="Of one cause: its code.")] = "",
    union: Annotated[str, typer.Option(help="Of one national union.")] = "",
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """What was decided about refusals before, by cause and union, and what came of it: counts, no advice."""
    with working(as_json=as_json) as (quittance, voice):
        scope, at = (establishment(quittance, where),), position(quittance, as_of)
        codes = [cause] if cause else None
        with quittance.store.database.snapshot() as sql:
            found = past.suggestions(sql, scope, national_union=union or None, root_codes=codes, at=at)
        if as_json:
            voice.json(found)
            return
        for one in found:
            told = past_decisions.in_words(one, voice.language)
            voice.say("precedent.of_cause", code=one.root_code, union=one.national_union, told=told)
        if not found:
            voice.say("precedent.nothing", fewest=past.FEWEST)


def causes_of(
    voice: Voice, quittance: Quittance, scope: Collection[UUID], month: str = "", at: int | None = None
) -> list[dict[str, Any]]:
    """Each cause once, the dearest first: how much hangs on it, what it means, what to do."""
    with quittance.store.database.snapshot() as sql:
        causes = refusal_causes.causes(sql, scope, RefusalFilter(month=month or None), at)
    return [
        {
            **asdict(cause),
            "explanation": explain(cause.code, voice.language, cause.letter),
            "official": quittance.code_lists.find(cause.code),
        }
        for cause in causes
    ]


def show_refusals(voice: Voice, causes: list[dict[str, Any]]) -> None:
    """A table of the causes, then each in words."""
    if voice.as_json:
        voice.json(causes)
        return
    heads = ("code", "level", "field", "lines", "cascades", "patients", "refused", "advice")
    figures = ("lines", "cascades", "patients", "refused")
    rows = [
        (
            f"{cause['letter']}{cause['code']}",
            in_words(voice, "level", cause["explanation"].level),
            cause["explanation"].field_label or NOTHING,
            cause["lines"],
            cause["cascaded_lines"],
            cause["patients"],
            voice.money(cause["refused_cents"]),
            cause["explanation"].decision_label,
        )
        for cause in causes
    ]
    voice.table([(f"column.{head}", head in figures) for head in heads], rows)
    for cause in causes:
        why = cause["explanation"]
        voice.say("refusals.why", code=f"{cause['letter']}{cause['code']}", meaning=why.meaning, cure=why.cure)
        if wording := _wording(voice, cause["official"]):
            voice.say("refusals.official", text=wording)


def _wording(voice: Voice, official: OfficialCode | None) -> str:
    """Of the official list, which has no English."""
    return "" if official is None else official.nl if voice.language == "nl" else official.fr


def _show_lines(
    voice: Voice, quittance: Quittance, scope: Collection[UUID], wanted: RefusalFilter, at: int | None
) -> None:
    with quittance.store.database.snapshot() as sql:
        lines = list(walk(REFUSALS, sql, conditions(scope, wanted), Asked(limit=MOST_ROWS, at=at)))
    note_access(quittance, "refusals", [row["patient_id"] for row in lines])
    if voice.as_json:
        voice.json([{**row, "reasons": json.loads(row["reasons"])} for row in lines])
        return
    heads = ("date", "code", "errors", "requested", "refused", "id")
    voice.table(
        [(f"column.{head}", head in ("requested", "refused")) for head in heads],
        [
            (
                row["date"],
                row["nomenclature_code"],
                f"{row['letter']}{row['code']}",
                voice.money(row["requested_cents"]),
                voice.money(row["refused_cents"]),
                row["day_id"],
            )
            for row in lines
        ],
    )
