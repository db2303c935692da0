"""Files that belong to one person: written whole or not at all, readable by nobody else."""

import os
import sys
from pathlib import Path
from secrets import token_hex


class NotPrivate(Exception):
    """Others can read a file that holds secrets; the message names it."""


def read(file: Path) -> str:
    """Empty when it is not there. Raises `NotPrivate`."""
    try:
        if sys.platform != "win32" and file.stat().st_mode & 0o077:  # Windows keeps the profile's own rights
            raise NotPrivate(f"{file} can be read by others: chmod 600")
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def write(file: Path, content: str) -> None:
    """Instead of what was there."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(content)
    beside.replace(file)
