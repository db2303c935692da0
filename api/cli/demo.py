"""`quittance demo`: the whole story on fictitious data, in one folder that anybody may look through."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from api.build import Quittance, build
from api.cli.answers import show_answers
from api.cli.billing import show_run, show_sent
from api.cli.console import AsJson, context, read_settings, speaking
from api.cli.imports import show_import, show_register
from api.cli.manage import prepare
from api.cli.months import history_of, show_history
from api.cli.refusals import causes_of, show_refusals
from api.cli.voice import Voice
from api.register_file import load_register
from api.settings import Settings
from application.import_care import ImportOptions
from application.read_answers import AnswerReport
from domain.errors import NotAllowed
from domain.run_plan import RunOptions
from infrastructure.carefile.care_file import read_care_file
from infrastructure.sample import sample_files

T = TypeVar("T")

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
    as_json: AsJson = False,
) -> None:
    """Bill a month of a fictitious nursing practice, send it, read the answers, show every refusal."""
    voice = Voice(read_settings().lang, as_json=as_json)
    with speaking(voice):
        told = tell(voice, folder, seed)
        if as_json:
            voice.json(told)


def tell(voice: Voice, folder: Path, seed: int) -> dict[str, Any]:
    """The story, step by step: each chapter's figures, shown to a person as it goes."""
    told: dict[str, Any] = {}

    def chapter(name: str, work: Callable[[], T], show: Callable[[Voice, T], None]) -> T:
        if not voice.as_json:
            voice.say(f"demo.{name}")
        told[name] = figures = work()
        if not voice.as_json:
            show(voice, figures)
        return figures

    with stage(folder, seed) as (quittance, clock):
        sample, month = sample_files(), RunOptions(MONTH)
        report = chapter(
            "register", lambda: load_register(quittance, context(), sample.register, None).result, show_register
        )
        where = report.establishment_id
        if where is None:
            raise NotAllowed("establishment_unknown", "The sample names no establishment.")
        read, take = read_care_file(sample.care), quittance.imports.take
        chapter("imported", lambda: take(context(), where, sample.care, read, ImportOptions()).result, show_import)
        chapter("preview", lambda: quittance.billing.preview(where, month), show_run)
        chapter("run", lambda: quittance.billing.run(context(), where, month).result, show_run)
        chapter("sent", lambda: quittance.dispatch.send(context(), where).result, show_sent)
        chapter("answers", lambda: collect(quittance, clock, where), show_answers)
        export(quittance, folder)
        quittance.views.catch_up()
        chapter("history", lambda: history_of(quittance, (where,), MONTH), show_history)
        chapter("refusals", lambda: causes_of(voice, quittance, (where,), MONTH), show_refusals)
    told |= {"folder": str(folder), "outbox": str(folder / "outbox"), "inbox": str(folder / "inbox")}
    if not voice.as_json:
        voice.say("demo.where", folder=folder, outbox=folder / "outbox", inbox=folder / "inbox")
    return told


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
