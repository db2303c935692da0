"""Installations of the sample practice on either database, the command line over them, and what tests compare.

home = Installation.make("postgres", folder)
home.cli("refusals", "2026-10", "--json")        as a person types it, at an instant that stands still
with home.opened() as quittance: ...             the product itself
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from typer.testing import CliRunner, Result

from api.build import Quittance, build
from api.cli.demo_days import DemoClock, take_tariffs
from api.cli.main import app
from api.cli.manage import prepare
from api.register_file import load_register
from api.settings import Settings
from application.import_care import ImportOptions
from application.ports import Clock, Context, Meta
from domain.patient import AuthorisationRecorded
from domain.run_plan import RunOptions
from infrastructure.carefile.care_file import read_care_file
from infrastructure.sample import BE_NURSING, sample_files, sample_tariff
from infrastructure.simulator.scenario import USUAL, Scenario
from infrastructure.simulator.unions import SimulatedUnions
from infrastructure.store.copying import copy_store
from infrastructure.store.opening import open_database
from projections.views import all_views
from tests.sealed_rows import in_clear
from tests.stores import SteppedClock, fresh_schema, store_url

MONTH = "2026-10"
UNIONS = ("100", "200", "300", "306", "400", "500", "600", "900")
OPERATOR = Context(Meta("operator", command_id="acceptance"))
AFTERWARDS = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When a person looks at the month: everything is answered, nothing is time-barred, whenever the tests run."""

_MADE_WHEN_READ = {"valid_from", "valid_to", "node", "raised_at", "settled_at", "settled_by"}


INSURED = "sickness_fund <> '' AND destination = '' AND insured_to IS NULL AND insured_from <= '2026-10-01'"
"""Patients whose insurer pays all of the month."""


def unauthorised(quittance: Quittance, which: str = INSURED) -> list[dict[str, Any]]:
    """Patients of whom no insurer said anything yet, as the views show them: a test may enter an authorisation of its own."""
    quittance.views.catch_up()
    with quittance.store.database.snapshot() as sql:
        found = [dict(row) for row in sql.rows(f"SELECT * FROM patients WHERE {which} ORDER BY patient_id")]
    events = quittance.log.load([row["patient_id"] for row in found])
    return [row for row in found if not any(isinstance(e, AuthorisationRecorded) for e in events[row["patient_id"]])]


@dataclass(frozen=True)
class Installation:
    """A folder with its key, and a database."""

    home: Path
    database: str
    schema: str

    @classmethod
    def make(cls, kind: str, folder: Path) -> "Installation":
        """An empty one."""
        made = cls(folder, store_url(kind, folder) if kind == "postgres" else "", fresh_schema())
        prepare(made.settings)
        return made

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, database=self.database, schema_name=self.schema)

    @property
    def environment(self) -> dict[str, str]:
        """As its operator sets it for a command."""
        return {
            "QUITTANCE_HOME": str(self.home),
            "QUITTANCE_DATABASE": self.database,
            "QUITTANCE_SCHEMA_NAME": self.schema,
            "QUITTANCE_LANG": "en",
        }

    @contextmanager
    def opened(self, clock: Clock | None = None) -> Iterator[Quittance]:
        with closing(build(self.settings, clock or SteppedClock(AFTERWARDS))) as quittance:
            quittance.views.catch_up()
            yield quittance

    def cli(
        self,
        *words: str | Path,
        code: int = 0,
        lang: str = "en",
        at: datetime = AFTERWARDS,
        typed_in: str | None = None,
        **environment: str,
    ) -> Result:
        """Type a command. Fails when it does not end with `code`, or with a traceback."""
        given = {**self.environment, "QUITTANCE_LANG": lang, **environment}
        return typed(*words, code=code, at=at, typed_in=typed_in, **given)

    def json(self, *words: str | Path, code: int = 0, **more: Any) -> Any:
        """What a command prints with `--json`; the runner shows typed words on a line of their own."""
        printed = self.cli(*words, "--json", code=code, **more).stdout
        return json.loads(printed.partition("\n")[2] if "typed_in" in more else printed)

    def enter_register(self, **more: Any) -> Any:
        """The sample practice and its tariffs, from files; what the register's report says."""
        practice, tariffs = self.home.parent / "practice.jsonl", self.home.parent / "tariffs.json"
        practice.write_bytes(sample_files().register)
        tariffs.write_bytes(sample_tariff(BE_NURSING))
        told = self.json("import", practice, "--as", "register", **more)
        loaded = self.json("tariff", "load", tariffs, **more)
        self.json("tariff", "accept", loaded["set"]["id"], "--from", "2025-01-01", **more)
        return told

    def copy(self, kind: str, folder: Path) -> "Installation":
        """The same installation elsewhere: what is kept, under the same key; views are made again."""
        folder.mkdir(parents=True)
        (folder / "master.key").write_bytes((self.home / "master.key").read_bytes())
        (folder / "master.key").chmod(0o600)
        made = Installation.make(kind, folder)
        source = open_database(self.settings.database_url, self.schema)
        target = open_database(made.settings.database_url, made.schema)
        with closing(source), closing(target):
            copy_store(source, target)
        return made


def typed(
    *words: str | Path, code: int = 0, at: datetime = AFTERWARDS, typed_in: str | None = None, **environment: str
) -> Result:
    """Run the command line in this process; `typed_in`: what a person answers when it asks."""
    clock = lambda: SteppedClock(at)  # noqa: E731
    with patch("api.build.SystemClock", clock), patch("api.cli.demo.SystemClock", clock):
        result = CliRunner().invoke(app, [str(word) for word in words], input=typed_in, env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, (words, result.exit_code, result.output)
    return result


def enter_month(quittance: Quittance) -> UUID:
    """Register the sample practice and import its month of care."""
    sample = sample_files()
    where = load_register(quittance, OPERATOR, sample.register, None).result.establishment_id
    assert where is not None
    take_tariffs(quittance, where)
    quittance.imports.take(OPERATOR, where, sample.care, read_care_file(sample.care), ImportOptions())
    return where


def send_month(quittance: Quittance, where: UUID) -> list[UUID]:
    """Bill the month and hand every file over; the sendings in the order of their numbers."""
    quittance.views.catch_up()
    report = quittance.billing.run(OPERATOR, where, RunOptions(MONTH)).result
    quittance.views.catch_up()
    sent = quittance.dispatch.send(OPERATOR, where).result
    assert [one.outcome for one in sent] == ["transmitted"] * len(report.sendings)
    return [one.sending_id for one in sent]


def sent_month(kind: str, folder: Path) -> tuple[Installation, UUID]:
    """An installation whose month is sent and not answered yet, and its establishment."""
    folder.mkdir(parents=True)
    made = Installation.make(kind, folder)
    with made.opened(DemoClock()) as quittance:
        where = enter_month(quittance)
        send_month(quittance, where)
    return made, where


def answers_of(quittance: Quittance, folder: Path, by_union: Mapping[str, Scenario] | None = None) -> list[bytes]:
    """What unions make of the files that were sent."""
    unions = SimulatedUnions(folder, 1, SteppedClock(), USUAL, by_union)
    with quittance.store.database.snapshot() as sql:
        rows = sql.rows("SELECT message, national_union, provider_reference FROM sendings ORDER BY sending_number")
    for row in rows:
        content = quittance.messages.get(row["message"])
        unions.transmit(content, row["provider_reference"], row["national_union"], "one mailbox")
    return [answer for _, answer in unions.collect("one mailbox").waiting]


def rows_of(quittance: Quittance, names: Sequence[str] = (), *, past: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the views, or of some, sealed names opened (each sealing has another nonce)."""
    quittance.views.catch_up()
    found: dict[str, list[tuple[Any, ...]]] = {}
    with quittance.store.database.snapshot() as sql:
        for view in all_views(quittance.keys):
            table = view.table
            if names and table.name not in names:
                continue
            for name in (table.name, table.past) if past else (table.name,):
                rows = in_clear(quittance.keys, sql.rows(f"SELECT * FROM {name}"))
                found[name] = sorted((tuple(row.items()) for row in rows), key=repr)
    return found


def states(quittance: Quittance) -> dict[str, list[dict[str, Any]]]:
    """Everything that answers can change, without when and by whom it was noted."""
    return {
        name: [{key: value for key, value in row if key not in _MADE_WHEN_READ} for row in rows]
        for name, rows in rows_of(
            quittance, ("sendings", "invoices", "days", "refusals", "precedents", "patient_papers", "items"), past=False
        ).items()
    }


def received(folder: Path) -> list[bytes]:
    """Files of an inbox or outbox."""
    return [path.read_bytes() for path in sorted(folder.iterdir())]
