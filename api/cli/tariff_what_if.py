"""`quittance tariff what-if`: what days would cost by another set, category or entitlement. Nothing is written."""

from collections.abc import Sequence
from datetime import date as Date
from datetime import datetime
from typing import Annotated

import typer

from api.catalogue import money
from api.cli.access import note_access
from api.cli.console import AsJson, Where, establishment, working
from api.cli.ids import identifier_of, set_named
from api.cli.instants import AsOf, position
from api.cli.voice import NOTHING, Voice
from api.what_if import Asked, LineCostOut, SumOut, WhatIfOut, ask, what_if_out
from application.what_if import Supposition

_MOST = 1_000_000


def what_if(
    month: Annotated[str, typer.Option(help="Month, YYYY-MM.")] = "",
    date_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of care.")
    ] = None,
    date_to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of care.")] = None,
    patient: Annotated[str, typer.Option(help="Patient id.")] = "",
    day: Annotated[str, typer.Option(help="Billing day id.")] = "",
    tariff_set: Annotated[str, typer.Option("--set", help="Id of the set, or its first signs.")] = "",
    supposed: Annotated[str, typer.Option("--category", help="A, B, C, T7, T2, PA, PB, PC, PN, PP or none.")] = "",
    ct1: Annotated[str, typer.Option(help="Holder code CT1, three digits.")] = "",
    ct2: Annotated[str, typer.Option(help="Holder code CT2, three digits.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="Days shown, 200 at most.")] = 40,
    where: Where = "",
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """What days would cost by another set, another category or another entitlement; nothing is written."""
    with working(as_json=as_json) as (quittance, voice):
        here, at = establishment(quittance, where), position(quittance, as_of)
        asked = Asked(
            month,
            _date(date_from),
            _date(date_to),
            identifier_of(patient) if patient else None,
            identifier_of(day) if day else None,
        )
        named = set_named(quittance.tariffs.state(here, at), tariff_set) if tariff_set else ""
        found = ask(quittance, here, asked, Supposition(named, supposed, ct1, ct2), at)
        told = what_if_out(found, _MOST if as_json else limit)
        note_access(quittance, "tariff what-if", [one.patient_id for one in told.rows])
        voice.json(told) if as_json else _show(voice, told)


def _date(given: datetime | None) -> Date | None:
    return given.date() if given else None


def _show(voice: Voice, told: WhatIfOut) -> None:
    def amount(cents: int | None) -> str:
        return NOTHING if cents is None else money(cents, told.currency, voice.language)

    def sums(of: SumOut) -> dict[str, str]:
        return {name: amount(getattr(of, f"{name}_cents")) for name in ("former", "new", "difference")}

    voice.say("what_if.days", count=told.days, changed=told.changed, untold=told.untold)
    voice.say("what_if.insurer", **sums(told.insurer))
    voice.say("what_if.patient", **sums(told.patient))
    if then := told.only_then.days:
        of = told.only_then
        voice.say("what_if.only_then", count=then, insurer=amount(of.insurer_cents), patient=amount(of.patient_cents))
    for reason in told.reasons:
        voice.say("what_if.reason", count=reason.days, why=voice.why("blocker", reason.code))
    rows = [
        (
            one.date,
            one.day_id,
            _codes(one.former),
            _codes(one.new),
            amount(one.difference_cents),
            amount(one.patient_difference_cents),
            " · ".join(voice.why("blocker", code) for code in one.reasons or one.former_reasons),
        )
        for one in told.rows
    ]
    texts = (("column.date", False), ("column.id", False), ("what_if.former", False), ("what_if.new", False))
    figures = (("what_if.difference", True), ("what_if.patient_difference", True))
    if rows:
        voice.table([*texts, *figures, ("column.reason", False)], rows)
    if told.rows_left_out:
        voice.say("what_if.left_out", count=told.rows_left_out)


def _codes(lines: Sequence[LineCostOut]) -> str:
    return " ".join(line.code for line in lines)
