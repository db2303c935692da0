"""`quittance`: all commands in one place, each in the module of its work."""

import typer

from api.cli import (
    answers,
    backup,
    billing,
    care,
    corrections,
    day_states,
    demo,
    descoring,
    digest,
    documents,
    efact,
    establishments,
    imports,
    insurability,
    manage,
    notices,
    numbers,
    patient_documents,
    periods,
    polls,
    refusals,
    registrations,
    rules,
    second_person,
    serving,
    sessions,
    show,
    simulator,
    tariffs,
    timelines,
    users,
    views,
    worker,
)
from api.cli.console import read_settings
from api.cli.help import speak

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.add_typer(efact.app, name="efact")
app.add_typer(establishments.app, name="establishment")
app.add_typer(users.app, name="user")
app.add_typer(tariffs.app, name="tariff")
app.add_typer(rules.app, name="rule")
app.add_typer(registrations.app, name="registration")
app.add_typer(documents.app, name="documents")
app.add_typer(sessions.app, name="session")
app.add_typer(insurability.app, name="insurability")
app.command("apply-rules")(rules.apply_rules)
for module in (
    manage,
    imports,
    care,
    billing,
    numbers,
    answers,
    polls,
    views,
    refusals,
    corrections,
    descoring,
    notices,
    patient_documents,
    second_person,
    day_states,
    periods,
    show,
    timelines,
    backup,
    serving,
    worker,
    simulator,
    digest,
    demo,
):
    module.register(app)


def run() -> None:
    """Entry point."""
    speak(typer.main.get_command(app), read_settings().lang)()
