"""`quittance demo`: the whole story on fictitious data, in one folder that anybody may look through."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance, build
from api.cli.answers import show_answers
from api.cli.billing import show_run, show_sent
from api.cli.console import Voice, context, read_settings, speaking
from api.cli.imports import show_import, show_register
from api.cli.manage import prepare
from api.cli.views import show_history, show_refusals
from api.register_file import load_register
from api.settings import Settings
from application.import_care import ImportOptions
from application.read_answers import AnswerReport
from domain.errors import NotAllowed
from domain.run_plan import RunOptions
from infrastructure.carefile.care_file import read_care_file
from infrastructure.sample import sample_files

MONTH = "2026-10"
_MARK = ".quittance-demo"
_START = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
_STEP = timedelta(milliseconds=250)
_ROUNDS = 6


@dataclass
class DemoClock:
    """Time of the story: it moves on a little whenever somebody looks, and by days when the story says so."""

    instant: datetime = _START

    def now(self) -> datetime:
        """The instant, a little later each time."""
        self.instant += _STEP
        return self.instant

    def next_day(self) -> None:
        """Sleep over it."""
        self.instant += timedelta(days=1)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Folder of the demo; made anew each time.")] = Path("demo-data"),
    seed: Annotated[int, typer.Option(help="Another seed, other refusals.")] = 1,
) -> None:
    """Bill a month of a fictitious nursing practice, send it, read the answers, show every refusal."""
    voice = Voice(read_settings().lang, as_json=False)
    with speaking(voice):
        tell(voice, folder, seed)


def tell(voice: Voice, folder: Path, seed: int) -> None:
    """The story, step by step."""
    with stage(folder, seed) as (quittance, clock):
        sample = sample_files()
        voice.say("demo.register")
        registered = load_register(quittance, context(), sample.register, None).result
        show_register(voice, registered)
        where = registered.establishment_id
        if where is None:
            raise NotAllowed("establishment_unknown", "The sample names no establishment.")
        voice.say("demo.import")
        read = read_care_file(sample.care)
        show_import(voice, quittance.imports.take(context(), where, sample.care, read, ImportOptions()).result)
        voice.say("demo.preview")
        show_run(voice, quittance.billing.preview(where, RunOptions(MONTH)))
        voice.say("demo.bill")
        show_run(voice, quittance.billing.run(context(about=where), where, RunOptions(MONTH)).result)
        voice.say("demo.send")
        show_sent(voice, quittance.dispatch.send(context(about=where), where).result)
        voice.say("demo.answers")
        show_answers(voice, collect(quittance, clock, where))
        export(quittance, folder)
        quittance.views.catch_up()
        voice.say("demo.history")
        show_history(voice, quittance, (where,), MONTH)
        voice.say("demo.refusals")
        show_refusals(voice, quittance, (where,), MONTH)
        voice.say("demo.where", folder=folder, outbox=folder / "outbox", inbox=folder / "inbox")


@contextmanager
def stage(folder: Path, seed: int) -> Iterator[tuple[Quittance, DemoClock]]:
    """An empty installation in the folder, under the clock of the story."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise NotAllowed("folder_not_empty", "The folder holds something else than a demo: name another one.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    settings = Settings(home=folder, database="", key_file=None, simulator_seed=seed)
    prepare(settings)
    clock = DemoClock()
    quittance = build(settings, clock=clock)
    try:
        yield quittance, clock
    finally:
        quittance.close()


def collect(quittance: Quittance, clock: DemoClock, where: UUID) -> tuple[AnswerReport, ...]:
    """Fetch day after day until everything sent is answered for good."""
    reports: list[AnswerReport] = []
    for _ in range(_ROUNDS):
        reports.extend(quittance.answers.collect(context(about=where), where).result)
        clock.next_day()
    return tuple(reports)


def export(quittance: Quittance, folder: Path) -> None:
    """Plain copies of every file sent and received, for whoever wants to look: outbox and inbox."""
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(exist_ok=True)
    with quittance.store.database.snapshot() as sql:
        known = sql.rows("SELECT sha256, kind, direction, stored_at FROM messages ORDER BY stored_at, sha256")
    for number, row in enumerate(known, 1):
        content = quittance.messages.get(row["sha256"])
        if row["kind"] == "care_file":
            continue
        name = f"{number:03d}-{content[:6].decode('ascii', 'replace')}-{row['sha256'][:12]}.txt"
        (folder / ("outbox" if row["direction"] == "out" else "inbox") / name).write_bytes(content)
