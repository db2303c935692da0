"""`quittance tariff`: sets of tariffs taken in, accepted from a day on, set aside; and what a code costs, with why."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.catalogue import decimal, entitlement, money
from api.cli.console import AsJson, Reason, Where, context, establishment, read_file, working
from api.cli.ids import set_named
from api.cli.tariff_files import export_sample, from_nomensoft, show_faults
from api.cli.tariff_what_if import what_if
from api.cli.voice import NOTHING, Voice
from api.tariff_shapes import ChangesOut, PriceOut, SetOut, UnitOut, loaded_out, price_of, sets_out
from domain.errors import Invalid, NotFound

app = typer.Typer(no_args_is_help=True, help="Tariffs: load a set, accept it, ask a price.")
app.command("from-nomensoft")(from_nomensoft)
app.command("export-sample")(export_sample)
app.command("what-if")(what_if)

SetId = Annotated[str, typer.Argument(help="Id of the set, or its first signs.")]
Day = datetime
_SHOWN = 40
_SHORT = 12


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="JSON or CSV, docs/tariffs.md.")],
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """Take a file in as a whole, or tell every fault with its place; exit code 1 when there is one."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        report = quittance.tariffs.receive(context(), here, read_file(file)).result
        told = loaded_out(report)
        if as_json:
            voice.json(told)
        elif told.set is None:
            show_faults(voice, told.faults)
            voice.say("tariff.refused", count=sum(fault.count for fault in told.faults))
        else:
            key = "tariff.loaded" if told.is_new else "tariff.known"
            voice.say(key, name=told.set.name, edition=told.set.edition, codes=told.set.codes, id=told.set.id[:_SHORT])
            _show_changes(voice, told.changes, report.tariffs.currency if report.tariffs else "")
        if told.set is None:
            raise typer.Exit(1)


@app.command("list")
def list_sets(where: Where = "", as_json: AsJson = False) -> None:
    """Sets that came in, and from which day each one counts."""
    with working(as_json=as_json) as (quittance, voice):
        found = sets_out(quittance.tariffs.state(establishment(quittance, where)))
        if as_json:
            voice.json(found)
            return
        show_sets(voice, found)


@app.command()
def accept(
    tariff_set: SetId,
    first_day: Annotated[Day, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of care that it prices.")],
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Let a set count for care from a day on; older days keep the set before."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        message = set_named(quittance.tariffs.state(here), tariff_set)
        quittance.tariffs.accept(context(reason, here), here, message, first_day.date())
        voice.json({"id": message}) if as_json else voice.say("tariff.accepted", day=first_day.date())


@app.command("set-aside")
def set_aside(tariff_set: SetId, reason: Reason, where: Where = "", as_json: AsJson = False) -> None:
    """Let a set count no more: its days fall back to the one before."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        message = set_named(quittance.tariffs.state(here), tariff_set)
        quittance.tariffs.set_aside(context(reason, here), here, message)
        voice.json({"id": message}) if as_json else voice.say("tariff.aside")


@app.command()
def price(
    nomenclature: Annotated[str, typer.Argument(help="Code of the nomenclature.")],
    on: Annotated[Day, typer.Option("--on", formats=["%Y-%m-%d"], help="Day of care.")],
    ct1: Annotated[str, typer.Option(help="Holder code CT1, three digits.")] = "",
    ct2: Annotated[str, typer.Option(help="Holder code CT2, three digits.")] = "",
    units: Annotated[int, typer.Option(min=1, max=99, help="How many.")] = 1,
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """What a line costs the insurer and the patient, and where the price comes from."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        try:
            found = price_of(quittance.tariffs.book(here), nomenclature, on.date(), ct1, ct2, units)
        except NotFound as error:
            if error.code == "entitlement_unknown" and not (ct1 and ct2):
                raise Invalid("holder_codes_missing", "Give --ct1 and --ct2, three digits each.", field="ct1") from None
            raise
        voice.json(found) if as_json else _show_price(voice, found)


def show_sets(voice: Voice, found: Sequence[SetOut]) -> None:
    """As a table."""
    heads = ("id", "edition", "name", "sector", "status", "counts_from", "codes")
    rows = [
        (
            one.id[:_SHORT],
            one.edition,
            one.name,
            voice.code("sector", one.sector),
            voice.code("tariff_state", one.state),
            one.applies_from or NOTHING,
            one.codes,
        )
        for one in found
    ]
    voice.table([(f"column.{head}", head == "codes") for head in heads], rows)


def _show_changes(voice: Voice, changes: ChangesOut | None, currency: str) -> None:
    if changes is None:
        voice.say("tariff.first")
        return
    counts = {name: len(getattr(changes, name)) for name in ("new", "ended", "prices", "rules")}
    voice.say("tariff.changes", against=changes.against, **counts)
    rows: list[tuple[object, ...]] = [("", voice.label("tariff.new"), code, "") for code in changes.new]
    rows += [(one.valid_from, voice.label("tariff.ended"), one.code, "") for one in changes.ended]
    for one in changes.prices:
        was, now = _unit(voice, one.old, currency), _unit(voice, one.new, currency)
        rows.append((one.valid_from, voice.label("tariff.price"), one.code, f"{was} → {now}"))
    rows += [("", voice.label("tariff.rule"), one.code or NOTHING, one.rule) for one in changes.rules]
    heads = ("from", "what", "code", "value")
    if rows:
        voice.table([(f"column.{head}", False) for head in heads], rows[:_SHOWN])
    if len(rows) > _SHOWN:
        voice.say("word.entries", count=len(rows))


def _unit(voice: Voice, unit: UnitOut | None, currency: str) -> str:
    """Fee, and what patients pay of it."""
    if unit is None:
        return NOTHING
    named = [(entitlement(name, voice.language), cents) for name, cents in unit.shares.items()]
    shares = ", ".join(f"{name} {money(cents, currency, voice.language)}" for name, cents in named)
    return f"{money(unit.fee_cents, currency, voice.language)} ({shares})" if shares else NOTHING


def _show_price(voice: Voice, found: PriceOut) -> None:
    def amount(cents: int) -> str:
        return money(cents, found.currency, voice.language)

    figures = {name: amount(getattr(found, f"{name}_cents")) for name in ("amount", "patient_share", "supplement")}
    voice.say("tariff.priced", code=found.code, day=found.day, units=found.units, **figures)
    voice.say("tariff.why_set", edition=found.edition, id=found.set[:_SHORT])
    voice.say("tariff.why_period", first=found.valid_from, last=found.valid_to or NOTHING)
    if found.letter:
        letter = found.letter
        figures = {name: decimal(getattr(letter, name), voice.language) for name in ("coefficient", "value")}
        voice.say("tariff.why_letter", letter=letter.letter, **figures)
    codes = f"{found.ct1 or NOTHING} / {found.ct2 or NOTHING}"
    voice.say("tariff.why_entitlement", entitlement=entitlement(found.entitlement, voice.language), codes=codes)
    if found.source:
        voice.say("tariff.why_source", source=found.source)
