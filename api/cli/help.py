"""Help texts in the language that was set: commands and their options speak from the catalogue."""

import click

from api.catalogue import Language, has, text


def speak(command: click.Command, language: Language, path: str = "quittance") -> click.Command:
    """Put the texts of `help.<command>` and `option.<name>` in place of those in the code."""
    if has(f"help.{path}"):
        command.help = text(f"help.{path}", language)
        command.short_help = None
    for parameter in command.params:
        key = f"option.{parameter.name}"
        if has(key):
            parameter.help = text(key, language)
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            speak(inner, language, name if path == "quittance" else f"{path} {name}")
    return command
