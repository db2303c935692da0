"""`quittance establishment`: the practices that bill here; the first of them is what everything else needs."""

from datetime import datetime
from typing import Annotated, cast

import typer

from api.build import Quittance
from api.cli.console import AsJson, context, working
from application.register import establishment_id
from domain.errors import NotAllowed
from domain.establishment import Country, EstablishmentDetails, Sector

app = typer.Typer(no_args_is_help=True, help="Practices that bill: add one.")


@app.callback()
def _group() -> None:
    """Keep the name of the only command: `quittance establishment add`."""


@app.command()
def add(
    place_name: Annotated[str, typer.Option("--name", help="Name of the practice.")],
    sector: Annotated[str, typer.Option(help="home_nursing or dentist.")],
    tpp_number: Annotated[str, typer.Option(help="Third-party payer number, 11 digits; it never changes.")],
    cbe_number: Annotated[str, typer.Option(help="Company number, 10 digits.")],
    iban: Annotated[str, typer.Option(help="Account that insurers pay to.")],
    bic: Annotated[str, typer.Option(help="BIC of that account.")],
    contact_last_name: Annotated[str, typer.Option(help="Last name of whom insurers may ask.")],
    contact_first_name: Annotated[str, typer.Option(help="First name of the same person.")],
    contact_phone: Annotated[str, typer.Option(help="Phone of the same person, digits only.")],
    profession_code: Annotated[str, typer.Option(help="Up to three digits; can follow on the pages.")] = "",
    content_code: Annotated[str, typer.Option(help="Three digits; can follow on the pages.")] = "",
    country: Annotated[str, typer.Option(help="BE or CH: whose tariffs it bills by.")] = "BE",
    second_person_above_cents: Annotated[
        int | None, typer.Option(help="A second person confirms decisions that give up or back more at once.")
    ] = None,
    files_derogation_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="From this day on a derogation lifts the limit of files a month."),
    ] = None,
    files_derogation_to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of that derogation; open when not there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a practice; its files are marked as test files until an administrator says otherwise on its page."""
    details = EstablishmentDetails(
        place_name,
        cast("Sector", sector),  # the domain refuses any other word
        tpp_number,
        cbe_number,
        iban.replace(" ", "").upper(),
        bic,
        contact_last_name,
        contact_first_name,
        contact_phone,
        profession_code,
        content_code,
        country=cast("Country", country.upper()),
        second_person_above_cents=second_person_above_cents,
        files_derogation_from=files_derogation_from.date() if files_derogation_from else None,
        files_derogation_to=files_derogation_to.date() if files_derogation_to else None,
    )
    with working(as_json=as_json) as (quittance, voice):
        _refuse_known(quittance, tpp_number)
        made = quittance.register.establishment(context(), details).result
        if voice.as_json:
            voice.json({"establishment_id": made.id})
        else:
            voice.say("establishment.added", name=place_name, id=made.id)


def _refuse_known(quittance: Quittance, tpp_number: str) -> None:
    """To register it again would overwrite its details, and make it a test again. Raises `NotAllowed`."""
    if establishment_id(quittance.keys, tpp_number) in quittance.lookups.establishment_ids():
        raise NotAllowed("establishment_known", "It is here already: its page corrects it.")
