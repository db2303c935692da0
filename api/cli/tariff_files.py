"""Files of tariffs that need no database: the public nomenclature as a file to complete, a fictitious set to try."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from api.cli.console import AsJson, read_file, read_settings, speaking
from api.cli.voice import Voice
from domain.errors import Invalid
from domain.establishment import Sector
from domain.pricing.reading import Fault
from domain.pricing.tariff_set import Entitlement
from infrastructure.sample import BE_DENTAL, BE_NURSING, CH_DENTAL, sample_tariff
from infrastructure.tariff.json_writer import write_json_set
from infrastructure.tariff.nomensoft import NomensoftSettings, read_nomensoft

SAMPLES = {"be-nursing": BE_NURSING, "be-dental": BE_DENTAL, "ch-dental": CH_DENTAL}
SECTORS = get_args(Sector)
Out = Annotated[Path, typer.Option("--out", help="New file to write.")]
_SHOWN = 40


def export_sample(
    out: Out,
    sample: Annotated[str, typer.Option(help="One of: " + ", ".join(SAMPLES))] = "be-nursing",
    as_json: AsJson = False,
) -> None:
    """Write a fictitious set, to try with: no amount in it is a tariff."""
    voice = Voice(read_settings().lang, as_json=as_json)
    with speaking(voice):
        if sample not in SAMPLES:
            raise Invalid("sample_unknown", "--sample: give one of " + ", ".join(SAMPLES), field="sample")
        _write(out, sample_tariff(SAMPLES[sample]))
        voice.json({"file": str(out)}) if as_json else voice.say("tariff.written", file=out)


def from_nomensoft(
    files: Annotated[list[Path], typer.Argument(help="XML files of the public nomenclature, in any order.")],
    out: Out,
    edition: Annotated[str, typer.Option(help="Which edition it is, as people name it.")],
    set_first_day: Annotated[
        datetime, typer.Option("--valid-from", formats=["%Y-%m-%d"], help="First day of care of the set.")
    ],
    sector: Annotated[str, typer.Option(help="One of: " + ", ".join(SECTORS))] = SECTORS[0],
    set_name: Annotated[str, typer.Option("--name", help="What the set is.")] = "Nomenclature",
    source: Annotated[str, typer.Option(help="Where it is published.")] = "INAMI / RIZIV",
    category: Annotated[list[str] | None, typer.Option(help="Meaning of a category: 1=share:ordinary, again.")] = None,
    entitlement: Annotated[list[str] | None, typer.Option(help="Holder codes: ordinary=??0/???, again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a set of the public files, to be completed: they know no roles, maxima or needs."""
    voice = Voice(read_settings().lang, as_json=as_json)
    with speaking(voice):
        if sector not in SECTORS:
            raise Invalid("field_invalid", "--sector: home_nursing or dentist.", field="sector")
        given = NomensoftSettings(
            cast("Sector", sector),
            set_name,
            edition,
            source,
            set_first_day.date(),
            {"0": "fee", **dict(_pair(one, "category") for one in category or ())},
            tuple(_entitlement(one) for one in entitlement or ()),
        )
        report = read_nomensoft([read_file(file) for file in files], given)
        if report.tariffs is not None:
            _write(out, write_json_set(report.tariffs))
        if as_json:
            voice.json(
                {"file": str(out) if report.tariffs else None, "faults": report.faults, "notices": report.notices}
            )
        else:
            show_faults(voice, (*report.faults, *report.notices))
            told = "tariff.written" if report.tariffs else "tariff.refused"
            voice.say(told, file=out, count=sum(fault.count for fault in report.faults))
        if report.tariffs is None:
            raise typer.Exit(1)


def show_faults(voice: Voice, faults: Sequence[Fault]) -> None:
    """Where each one stands, and what to do."""
    if not faults:
        return
    rows = [
        (
            fault.place,
            fault.field,
            f"{voice.code('tariff_fault', fault.code)}{f' ({fault.about})' if fault.about else ''}",
            fault.count,
        )
        for fault in faults[:_SHOWN]
    ]
    columns = (("column.place", False), ("column.field", False), ("column.reason", False), ("column.times", True))
    voice.table(columns, rows)
    if len(faults) > _SHOWN:
        voice.say("word.entries", count=len(faults))


def _write(out: Path, content: bytes) -> None:
    """A new file: one that somebody completed is not written over."""
    with out.open("xb") as file:
        file.write(content)


def _pair(given: str, field: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not (name and sign and value):
        raise Invalid("field_invalid", f"--{field}: give name=value.", field=field)
    return name, value


def _entitlement(given: str) -> Entitlement:
    name, codes = _pair(given, "entitlement")
    ct1, sign, ct2 = codes.partition("/")
    if not sign:
        raise Invalid("field_invalid", "--entitlement: give name=CT1/CT2.", field="entitlement")
    return Entitlement(ct1, ct2, name)
