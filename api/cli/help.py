"""Help texts in the language that was set: commands and their options speak from the catalogue."""

from typing import Any

from typer import Context

from api.catalogue import Language, has, text


def speak(command: Any, language: Language, path: str = "quittance") -> Any:  # noqa: ANN401 - typer's own click
    """Put the texts of `help.<command>` and `option.<name>` in place of those in the code; answers the command."""
    if has(f"help.{path}"):
        command.help = text(f"help.{path}", language)
    for parameter in (*command.params, command.get_help_option(Context(command))):
        if has(f"option.{parameter.name}"):
            parameter.help = text(f"option.{parameter.name}", language)
    for name, inner in getattr(command, "commands", {}).items():
        speak(inner, language, name if path == "quittance" else f"{path} {name}")
    return command
