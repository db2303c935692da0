"""Help texts in the language that was set: commands and their options speak from the catalogue, and their frame."""

from typing import Any

from typer import Context, rich_utils

from api.catalogue import Language, has, text
from api.cli.misuse import speak_of_misuse

_FRAME = (
    "ARGUMENTS_PANEL_TITLE",
    "COMMANDS_PANEL_TITLE",
    "DEFAULT_STRING",
    "ERRORS_PANEL_TITLE",
    "OPTIONS_PANEL_TITLE",
    "REQUIRED_LONG_STRING",
    "RICH_HELP",
)
"""Words of typer's own that it lets one replace."""
_LEFT = {name: f"{{{name}}}" for name in ("command_path", "help_option")} | {"value": "{}"}
"""What typer fills in."""


def speak(command: Any, language: Language, path: str = "quittance") -> Any:  # noqa: ANN401 - typer's own click
    """Put the texts of `help.<command>` and `option.<name>` in place of those in the code; answers the command."""
    if path == "quittance":
        speak_of_misuse(language)
        for name in _FRAME:
            setattr(rich_utils, name, text(f"help_frame.{name.lower()}", language, **_LEFT))
    _frame_usage(command, language)
    if has(f"help.{path}"):
        command.help = text(f"help.{path}", language)
    for parameter in (*command.params, command.get_help_option(Context(command))):
        if has(f"option.{parameter.name}"):
            parameter.help = text(f"option.{parameter.name}", language)
    for name, inner in getattr(command, "commands", {}).items():
        speak(inner, language, name if path == "quittance" else f"{path} {name}")
    return command


def _frame_usage(command: Any, language: Language) -> None:  # noqa: ANN401 - typer's own click
    """The line of usage: its first word stands in no catalogue of typer's."""
    usual, said = command.context_class.formatter_class, f"{text('help_frame.usage', language)} "

    def write_usage(formatter: Any, program: str, arguments: str = "", prefix: str | None = None) -> None:  # noqa: ANN401
        usual.write_usage(formatter, program, arguments, prefix or said)

    formatter_class = type("Formatter", (usual,), {"write_usage": write_usage})
    command.context_class = type("Context", (command.context_class,), {"formatter_class": formatter_class})
    command.options_metavar = text("help_frame.options", language)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = text("help_frame.subcommand", language)
