"""`quittance show`: one thing as it was at any instant: its state, what is inside it, and its timeline."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from api.cli.access import note_access
from api.cli.console import AsJson, working
from api.cli.descoring import show_descorings
from api.cli.facts import show_facts
from api.cli.ids import identifier_of
from api.cli.instants import AsOf, position
from api.cli.number_lists import show_years
from api.cli.states import State, kind_of, state_of
from api.cli.timelines import entry_of, history_of, patients_of, show_timeline
from api.cli.trees import branches, draw, show_lines
from api.cli.voice import Voice
from api.descorings import descoring_out
from domain import billing_day, patient
from domain.billing_day import Line
from domain.care import columns_of

Lines = Annotated[bool, typer.Option("--lines", help="In a sending, every line and not only the refused ones.")]
_APART = ("funds", "years")
_IN_TREE = ("invoice_ids", "day_ids")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(show)


def show(
    identifier: Annotated[str, typer.Argument(help="Id of anything.")],
    as_of: AsOf = "",
    every_line: Lines = False,
    as_json: AsJson = False,
) -> None:
    """The state of one thing, what is inside it (days and lines), and its timeline. As of any instant."""
    with working(as_json=as_json) as (quittance, voice):
        stream, at = identifier_of(identifier), position(quittance, as_of)
        recorded = history_of(quittance, stream, at)
        events, patients = [one.event for one in recorded], patients_of(stream, recorded[0])
        kind = kind_of(recorded[0].topic)
        shown: dict[str, Any] = {"kind": kind, "id": stream, "version": len(events)}
        shown["state"] = state_of(kind, stream, events)
        if kind in ("sending", "invoice"):
            inside = events[0].invoice_ids if kind == "sending" else [stream]
            shown["invoices"], patients = branches(quittance, inside, at, every_line=every_line)
        elif kind == "billing_day":
            day = billing_day.fold(events)
            shown["lines"] = day.lines if day else ()
        elif kind == "patient":
            state = patient.fold(events)
            found = quittance.descorings.shown(state, at) if state else ()
            shown["descorings"] = [descoring_out(one) for one in found]
            shown["state"].pop("descorings", None)
        note_access(quittance, "show", patients)
        if as_json:
            if "lines" in shown:
                shown["lines"] = [_line(line) for line in shown["lines"]]
            voice.json({**shown, "timeline": [entry_of(one) for one in recorded]})
            return
        _show(voice, shown)
        voice.say("show.timeline")
        show_timeline(voice, recorded)


def _line(line: Line) -> dict[str, Any]:
    """For a program: what nobody knows yet is null."""
    return {**asdict(line), "care": columns_of(line.care)}


def _show(voice: Voice, shown: dict[str, Any]) -> None:
    state: State = shown["state"]
    apart = _APART + (_IN_TREE if "invoices" in shown else ())
    show_facts(voice, {name: value for name, value in state.items() if name not in apart})
    if state.get("funds"):
        voice.say("show.funds")
        _funds(voice, state["funds"])
    if "years" in state:
        voice.say("show.numbers")
        show_years(voice, [("", year) for year in state["years"]])
    if "invoices" in shown:
        voice.say("show.invoices")
        draw(voice, shown["invoices"])
    if shown.get("descorings"):
        voice.say("show.descorings")
        show_descorings(voice, shown["descorings"])
    if "lines" in shown:
        voice.say("show.lines")
        show_lines(voice, shown["lines"])


def _funds(voice: Voice, funds: Any) -> None:  # noqa: ANN401 - totals of a settlement
    heads = ("fund", "requested", "accepted", "refused", "payment_reference")
    voice.table(
        [(f"column.{head}", head in ("requested", "accepted", "refused")) for head in heads],
        [
            (
                one.fund,
                *(voice.money(cents) for cents in (one.requested_cents, one.accepted_cents, one.refused_cents)),
                one.payment_reference,
            )
            for one in funds
        ],
    )
