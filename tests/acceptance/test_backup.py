"""A backup is whole, restores on either database, never brings an erased person back, and says why it cannot."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest

from api.backup import back_up, restore
from application.ports import AnswerKeeper, Context, Meta
from application.record_care import Entry
from domain.billing_run import BillingRunCompleted
from domain.day_events import CareRecorded
from domain.event import ERASED
from domain.patient import PatientRegistered
from infrastructure.store.opening import open_database
from tests.acceptance.conftest import Demo, Month
from tests.acceptance.practice import MONTH, OPERATOR, Installation, answers_of, rows_of, states
from tests.conftest import require_postgres

WAYS = [
    pytest.param("sqlite", "sqlite", id="file-to-file"),
    pytest.param("sqlite", "postgres", id="file-to-server", marks=pytest.mark.postgres),
    pytest.param("postgres", "sqlite", id="server-to-file", marks=pytest.mark.postgres),
    pytest.param("postgres", "postgres", id="server-to-server", marks=pytest.mark.postgres),
]


def with_key_of(home: Path, kind: str, folder: Path) -> Installation:
    """An empty installation that was given another one's master key and list of erasures."""
    folder.mkdir(parents=True)
    for name in ("master.key", "erased.list"):
        if (home / name).exists():
            shutil.copy2(home / name, folder / name)
    return Installation.make(kind, folder)


# Round trip


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_what_is_restored_is_what_was_saved(
    source: str, target: str, sent_months: Callable[[str], Month], tmp_path: Path
) -> None:
    if "postgres" in (source, target):
        require_postgres()
    month, where = sent_months(source)
    with month.copy(source, tmp_path / "one").opened() as one:
        entry = Entry(*_someone(one))
        keeper = AnswerKeeper("a-key", "a-digest", lambda _: (201, b'{"kept": true}'))
        one.care.record(Context(Meta("operator"), keeper), where, [entry])
        files = answers_of(one, tmp_path / "unions")
        for file in files:
            one.answers.receive(OPERATOR, where, file)
        for number in range(25):  # more copies of one file than are copied at a time
            one.messages.put(files[0], "attachment", "in", UUID(int=number))
        one.access_log.record("operator", "show", [entry.patient_id])
        before, kept = rows_of(one), _kept(one)
        report = back_up(one, tmp_path / "backup.db")
        assert (report.position, report.messages_checked) == (one.log.head(), len(kept["messages"]))
    two = with_key_of(tmp_path / "one", target, tmp_path / "two")
    restored = restore(two.settings, tmp_path / "backup.db")
    assert (restored.position, restored.rows) == (report.position, report.rows)
    with two.opened() as other:
        assert rows_of(other) == before
        assert _kept(other) == kept
        assert other.log.stored_answer("a-key") == one_answer(kept)
        assert other.log.read(0, 100_000)[-1].meta == kept["last"].meta


def _someone(quittance):
    with quittance.store.database.snapshot() as sql:
        row = sql.rows("SELECT patient_id, date, day_id FROM days WHERE phase = 'in_sending' ORDER BY day_id LIMIT 1")[
            0
        ]
    opening = quittance.log.load([row["day_id"]])[row["day_id"]][0]
    assert isinstance(opening, CareRecorded)
    return row["patient_id"], opening.date, opening.lines[0].care


def _kept(quittance):
    """Everything beside the views, messages opened."""
    with quittance.store.database.snapshot() as sql:
        copies = [tuple(row.values()) for row in sql.rows("SELECT sha256, establishment_id, kind FROM messages")]
        read = [dict(row) for row in sql.rows("SELECT * FROM access_log ORDER BY id")]
    entries = quittance.log.read(0, 100_000)
    return {
        "messages": {copy: quittance.messages.read(quittance.messages.info(*copy)) for copy in copies},
        "access": read,
        "answer": quittance.log.stored_answer("a-key"),
        "last": entries[-1],
        "events": [(entry.position, entry.stream_id, entry.event, entry.recorded_at) for entry in entries],
    }


def one_answer(kept):
    answer = kept["answer"]
    assert (answer.status, answer.body, answer.digest) == (201, b'{"kept": true}', "a-digest")
    return answer


def test_the_command_line_saves_restores_and_explains_the_key(demo: Demo, tmp_path: Path) -> None:
    saved = demo.installation.cli("backup", tmp_path / "backup.db").stdout
    assert "master.key" in saved
    assert "not in it" in saved
    copy = with_key_of(demo.folder, "sqlite", tmp_path / "elsewhere")
    report = copy.json("restore", tmp_path / "backup.db")
    assert report["messages_checked"] == report["rows"]["messages"] == 38
    for words in (("history", MONTH), ("history",), ("refusals", MONTH)):
        assert copy.json(*words) == demo.installation.json(*words)
    assert (tmp_path / "backup.db").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# Never worse than before


def test_a_backup_never_overwrites_a_file(demo: Demo, tmp_path: Path) -> None:
    precious = tmp_path / "backup.db"
    precious.write_bytes(b"something else")
    assert "backup_exists" in demo.installation.cli("backup", precious, code=1).stderr
    assert precious.read_bytes() == b"something else"
    assert "backup_folder_unknown" in demo.installation.cli("backup", tmp_path / "no" / "b.db", code=1).stderr


def test_nothing_is_restored_over_an_installation_that_holds_data(demo: Demo, own_demo: Demo, tmp_path: Path) -> None:
    demo.installation.cli("backup", tmp_path / "backup.db")
    before = own_demo.installation.json("history")
    assert "store_not_empty" in own_demo.installation.cli("restore", tmp_path / "backup.db", code=1).stderr
    assert own_demo.installation.json("history") == before


def test_a_wrong_master_key_is_said_and_writes_nothing(demo: Demo, tmp_path: Path, kind: str) -> None:
    demo.installation.cli("backup", tmp_path / "backup.db")
    (tmp_path / "other").mkdir()
    stranger = Installation.make(kind, tmp_path / "other")
    refused = stranger.cli("restore", tmp_path / "backup.db", code=1).stderr
    assert "does not open the keys" in refused
    assert "give the right one" in refused
    shutil.copy2(demo.folder / "master.key", stranger.home / "master.key")
    assert stranger.json("restore", tmp_path / "backup.db")["position"] > 0, "the right key finds an empty database"


def test_a_lost_master_key_is_explained(demo: Demo, tmp_path: Path) -> None:
    """Neither the database nor a backup opens without it, and both say what to do."""
    demo.installation.cli("backup", tmp_path / "backup.db")
    own = shutil.copytree(demo.folder, tmp_path / "keyless")
    (own / "master.key").unlink()
    keyless = Installation(own, "", "demo")
    for words in (("history",), ("backup", tmp_path / "second.db"), ("rebuild",)):
        refused = keyless.cli(*words, code=1).stderr
        assert "master.key" in refused
        assert "No such file" in refused
    (own / "quittance.db").unlink()
    refused = keyless.cli("restore", tmp_path / "backup.db", code=1).stderr
    assert "master_key_missing" in refused
    assert not (own / "master.key").exists(), "no new key is made in its place"
    keyless.cli("init")
    assert "does not open the keys" in keyless.cli("restore", tmp_path / "backup.db", code=1).stderr


def test_a_key_that_others_may_read_opens_nothing(own_demo: Demo) -> None:
    (own_demo.folder / "master.key").chmod(0o644)
    assert "chmod 600" in own_demo.installation.cli("history", code=1).stderr


@pytest.mark.parametrize("damage", ["no_database", "empty", "half", "one_byte", "a_row_less", "no_backup"])
def test_a_damaged_backup_is_refused_and_leaves_nothing_behind(demo: Demo, tmp_path: Path, damage: str) -> None:
    backup = tmp_path / "backup.db"
    if damage == "no_backup":
        shutil.copy2(demo.folder / "quittance.db", backup)
    else:
        demo.installation.cli("backup", backup)
    spoil(backup, damage)
    empty = with_key_of(demo.folder, "sqlite", tmp_path / "empty")
    assert "backup_damaged" in empty.cli("restore", backup, code=1).stderr
    with closing(open_database(empty.settings.database_url)) as database, database.snapshot() as sql:
        tables = [row["name"] for row in sql.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert [name for name in tables if name in ("events", "keys") and sql.rows(f"SELECT 1 FROM {name}")] == []


def spoil(backup: Path, damage: str) -> None:
    content = bytearray(backup.read_bytes())
    match damage:
        case "no_database":
            backup.write_bytes(b"Dear diary, " * 1_000)
        case "empty":
            backup.write_bytes(b"")
        case "half":
            backup.write_bytes(content[: len(content) // 2])
        case "one_byte":
            # An amount in clear, so that no seal would notice.
            at = content.index(b'"requested_cents":') + len(b'"requested_cents":')
            content[at] = ord("1") if content[at] != ord("1") else ord("2")
            backup.write_bytes(content)
        case "a_row_less":
            with closing(open_database(f"sqlite:///{backup}")) as database, database.transaction() as sql:
                sql.run("DROP TRIGGER events_kept")
                sql.run("DELETE FROM events WHERE position = (SELECT max(position) FROM events)")


def test_an_unknown_backup_is_said(tmp_path: Path, demo: Demo) -> None:
    empty = with_key_of(demo.folder, "sqlite", tmp_path / "empty")
    assert "backup_unknown" in empty.cli("restore", tmp_path / "nothing.db", code=1).stderr


# Erasures


def test_an_erasure_survives_the_restore_of_an_older_backup(demo: Demo, tmp_path: Path, kind: str) -> None:
    home = shutil.copytree(demo.folder, tmp_path / "one")
    one = Installation(home, "", "demo")
    one.cli("backup", tmp_path / "older.db")
    with one.opened() as quittance:
        who, before = _a_billed_patient(quittance), states(quittance)
        quittance.register.erase(OPERATOR, who)
    two = with_key_of(home, kind, tmp_path / "two")
    report = restore(two.settings, tmp_path / "older.db")
    assert report.erased_again == 1
    with two.opened() as quittance:
        (registered, *_) = quittance.log.load([who])[who]
        assert isinstance(registered, PatientRegistered)
        assert registered.details.last_name == registered.ssin == ERASED
        patients = dict(next(row for row in rows_of(quittance, ["patients"])["patients"] if ("patient_id", who) in row))
        assert (patients["identity"], patients["likeness"], patients["is_erased"]) == (None, None, True)
        assert quittance.store.keys.erased_subjects() == [who]
        assert money(states(quittance)) == money(before)


def test_without_the_list_the_older_backup_brings_the_name_back(demo: Demo, tmp_path: Path) -> None:
    """Why the list is kept with the master key and not in the backup; `docs/promises.md` says so."""
    home = shutil.copytree(demo.folder, tmp_path / "one")
    one = Installation(home, "", "demo")
    one.cli("backup", tmp_path / "older.db")
    with one.opened() as quittance:
        who = _a_billed_patient(quittance)
        quittance.register.erase(OPERATOR, who)
    (home / "erased.list").unlink()
    two = with_key_of(home, "sqlite", tmp_path / "two")
    assert restore(two.settings, tmp_path / "older.db").erased_again == 0
    with two.opened() as quittance:
        assert quittance.log.load([who])[who][0].details.last_name not in ("", ERASED)


def _a_billed_patient(quittance):
    with quittance.store.database.snapshot() as sql:
        return sql.rows("SELECT patient_id FROM invoices ORDER BY invoice_number LIMIT 1")[0]["patient_id"]


def money(seen):
    return {
        name: sorted((row[f"{name[:-1]}_id"], row["accepted_cents"], row["refused_cents"]) for row in seen[name])
        for name in ("sendings", "invoices")
    }


# Beside work


def test_a_backup_taken_while_others_write_is_of_one_instant(
    kind: str, sent_months: Callable[[str], Month], tmp_path: Path
) -> None:
    """Whatever the writer managed meanwhile, the copy is the log up to one commit, no event more and none less."""
    month, where = sent_months(kind)
    one = month.copy(kind, tmp_path / "one")
    writing, stop = Event(), Event()

    def write() -> None:
        with one.opened() as quittance:
            who, date, care = _someone(quittance)
            while not stop.is_set():
                quittance.care.record(OPERATOR, where, [Entry(who, date, care)] * 3)
                writing.set()

    writer = Thread(target=write)
    writer.start()
    try:
        assert writing.wait(30)
        with one.opened() as quittance:
            before = quittance.log.head()
            report = back_up(quittance, tmp_path / "backup.db")
    finally:
        stop.set()
        writer.join()
    two = with_key_of(one.home, "sqlite", tmp_path / "two")
    restore(two.settings, tmp_path / "backup.db")
    with one.opened() as quittance, two.opened() as copy:
        assert before <= report.position <= quittance.log.head()
        assert copy.log.read(0, 1_000_000) == quittance.log.read(0, 1_000_000, upto=report.position)
        assert any(isinstance(entry.event, BillingRunCompleted) for entry in copy.log.read(0, 1_000_000))
