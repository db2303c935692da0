"""Backup to one file, restore from it, and the proof that it is whole: every view rebuilt from what it holds."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from api.build import Quittance, build
from api.settings import Settings
from application.ports import Context, Meta
from domain.errors import NotAllowed, NotFound
from infrastructure.clock import SystemClock
from infrastructure.keys.master import load_master_key
from infrastructure.keys.ring import SubjectKeys
from infrastructure.store.copying import copy_store, read_digest, write_digest
from infrastructure.store.errors import Damaged
from infrastructure.store.opening import open_database

_OPERATOR = Context(Meta("operator", cause="restore"))


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Rows by table, the last position, messages whose bytes were opened and compared, and patients erased again."""

    path: str
    rows: Mapping[str, int]
    position: int
    messages_checked: int
    erased_again: int = 0


def back_up(quittance: Quittance, path: Path) -> BackupReport:
    """Write everything but the master key to a new file, then verify the file by opening and rebuilding it."""
    if path.exists():
        raise NotAllowed("backup_exists", "There is a file of that name: a backup never overwrites one.")
    if not path.parent.is_dir():
        raise NotFound("backup_folder_unknown", "There is no such folder to write the backup in.")
    draft = path.with_name(f".{path.name}.part")
    _remove(draft)
    try:
        target = open_database(f"sqlite:///{draft.resolve()}")
        try:
            copied = copy_store(quittance.store.database, target)
            write_digest(target, copied.digest)
        finally:
            target.close()
        settings = quittance.settings.model_copy(update={"database": f"sqlite:///{draft.resolve()}"})
        position, checked = _verify(settings)
        draft.chmod(0o600)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        _remove(draft)
    return BackupReport(str(path), copied.rows, position, checked)


def _remove(draft: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def restore(settings: Settings, path: Path) -> BackupReport:
    """Fill the empty database of the settings from a backup, rebuild all views, erase again whom the list names."""
    if not path.is_file():
        raise NotFound("backup_unknown", "There is no such backup file.")
    try:
        rows = _fill(settings, path)
    except Damaged as damaged:
        raise NotAllowed("backup_damaged", f"This is no whole backup: {damaged}.") from damaged
    position, checked = _verify(settings)
    quittance = build(settings)
    try:
        erased = _erase_again(quittance)
    finally:
        quittance.close()
    return BackupReport(str(path), rows, position, checked, erased)


def _fill(settings: Settings, path: Path) -> Mapping[str, int]:
    """Nothing is written unless the backup is whole and the master key opens it. Raises `WrongMasterKey`, `Damaged`."""
    with closing(open_database(f"sqlite:///{path.resolve()}")) as source:
        expected = read_digest(source)
        SubjectKeys(source, load_master_key(settings.master_key_path, os.environ), SystemClock())
        with closing(open_database(settings.database_url, settings.schema_name)) as target:
            return copy_store(source, target, expected).rows


def _verify(settings: Settings) -> tuple[int, int]:
    """Open with the master key, decode every event into fresh views, compare every message with its hash."""
    quittance = build(settings)
    try:
        position = quittance.views.rebuild()
        with quittance.store.database.snapshot() as sql:
            copies = sql.rows("SELECT sha256, establishment_id, kind FROM messages")
        for copy in copies:
            info = quittance.messages.info(copy["sha256"], copy["establishment_id"], copy["kind"])
            if info is None or hashlib.sha256(quittance.messages.read(info)).hexdigest() != info.sha256:
                raise NotAllowed("backup_damaged", "A stored message is not what its hash says: the backup is damaged.")
        return position, len(copies)
    finally:
        quittance.close()


def _erase_again(quittance: Quittance) -> int:
    listed = quittance.erasures.read()
    known = quittance.log.load(listed)
    for who in listed:
        if who in known:
            quittance.register.erase(_OPERATOR, who)
    return len(known)
