"""Backup and restore: one command each."""

import os
from pathlib import Path
from typing import Annotated

import typer

from api.backup import BackupReport, back_up, restore
from api.cli.console import AsJson, read_settings, speaking, working
from api.cli.manage import prepare
from api.cli.voice import Voice
from domain.errors import NotFound
from infrastructure.keys.master import ENVIRONMENT_NAME

File = Annotated[Path, typer.Argument(help="The backup file.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command("restore")(restore_file)


def backup(file: File, as_json: AsJson = False) -> None:
    """Write events, messages and wrapped keys to one new file and verify it. The master key is not in it."""
    with working(as_json=as_json) as (quittance, voice):
        with voice.waiting("progress.backup"):
            report = back_up(quittance, file)
        _show(voice, "backup.done", report)
        if not as_json:
            voice.say("backup.key", path=quittance.settings.master_key_path)


def restore_file(file: File, as_json: AsJson = False) -> None:
    """Fill an empty installation from a backup; needs the master key the backup was made under."""
    settings = read_settings()
    voice = Voice(settings.lang, as_json=as_json)
    with speaking(voice):
        if not os.environ.get(ENVIRONMENT_NAME) and not settings.master_key_path.exists():
            raise NotFound(
                "master_key_missing", f"Put the master key of the backup at {settings.master_key_path} first."
            )
        prepare(settings)
        with voice.waiting("progress.restore"):
            report = restore(settings, file)
        _show(voice, "backup.restored", report)


def _show(voice: Voice, key: str, report: BackupReport) -> None:
    if voice.as_json:
        voice.json(report)
        return
    voice.say(
        key,
        path=report.path,
        events=report.rows["events"],
        messages=report.messages_checked,
        position=report.position,
        erased=report.erased_again,
    )
