"""Close the books through a month, and open them again."""

from typing import Annotated

import typer

from api.cli.console import AsJson, Reason, Where, billed_month, context, establishment, working

Through = Annotated[str, typer.Argument(metavar="MONTH", help="Month, YYYY-MM.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("close-period")(close)
    app.command("reopen-period")(reopen)


def close(month: Through, where: Where = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Close the books through a month that is over: justified refusals decided until then stand."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        through = quittance.periods.close(context(reason, here), here, billed_month(month)).result
        voice.json({"closed_through": through}) if as_json else voice.say("period.closed", month=through)


def reopen(month: Through, where: Where = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Open the books again from a month on, with a reason."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        through = quittance.periods.reopen(context(reason, here), here, billed_month(month)).result
        voice.json({"closed_through": through}) if as_json else voice.say("period.reopened", month=through)
