"""`quittance states`: where a billing day can stand, and what may be done with it there."""

import typer

from api.cli.console import AsJson, read_settings
from api.cli.voice import Voice
from domain.day_states import COMMANDS, TABLE


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("states")(states)


def states(as_json: AsJson = False) -> None:
    """Every state of a billing day: what may be done with it there, and why the rest may not."""
    voice = Voice(read_settings().lang, as_json=as_json)
    if as_json:
        voice.json({state: dict(row) for state, row in TABLE.items()})
        return
    for state, row in TABLE.items():
        voice.say("states.of", state=voice.code("day_state", state))
        voice.table(
            [("column.what", False), ("column.reason", False)],
            [(voice.code("day_command", command), voice.code(*_answer(row[command]))) for command in COMMANDS],
        )


def _answer(code: str) -> tuple[str, str]:
    return ("problem", code) if code else ("states", "allowed")
