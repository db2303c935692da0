"""`quittance demo`: the whole story on fictitious data, in one folder that anybody may look through.

It lasts seven weeks and is over by the day on which it is told: care is entered week by week, the month is billed early
in the next one, answers come in as the unions take their time, and some settlements are read.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from api.build import Quittance, build
from api.cli.answers import show_answers
from api.cli.billing import show_run, show_sent
from api.cli.console import AsJson, context, read_settings, speaking
from api.cli.demo_days import BEFORE, DemoClock, collect_and_read, enter_care, first_of_care, take_tariffs
from api.cli.demo_months import MOST_MONTHS, books_of, months_of, show_books, show_months
from api.cli.imports import show_import, show_register
from api.cli.manage import prepare
from api.cli.months import history_of, show_history
from api.cli.refusals import causes_of, show_refusals
from api.cli.tariffs import show_sets
from api.cli.voice import Voice
from api.register_file import load_register
from api.settings import Settings
from api.tariff_shapes import SetOut, sets_out
from domain.errors import Invalid, NotAllowed
from domain.local_time import local_date
from domain.rules.limits import add_months, month_of
from domain.rules.unions import UNIONS
from domain.run_plan import RunOptions
from infrastructure.clock import SystemClock
from infrastructure.sample import sample_files
from infrastructure.simulator.scenario import USUAL
from infrastructure.simulator.unions import SimulatedUnions

T = TypeVar("T")
Chapter = Callable[[str, Callable[[], Any], Callable[[Voice, Any], None]], Any]
"""Its name, what makes its figures, and what shows them to a person."""

_MARK = ".quittance-demo"
_NOT_SENT = ("care_file", "tariffs")
"""Kinds of what came in otherwise than from a union."""
_BILLED_ON = 3
"""Day of the month after the care."""
_ACKNOWLEDGED, _CHECKED, _SETTLED = timedelta(days=1), timedelta(days=3), timedelta(days=7)
"""After the hand-over; each union takes a day longer to settle than the one before."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Folder of the demo; made anew each time.")] = Path("demo-data"),
    seed: Annotated[int, typer.Option(help="Another seed, other refusals.")] = 1,
    day: Annotated[str, typer.Option(help="Day by which the story is over, YYYY-MM-DD; today unless said.")] = "",
    months: Annotated[
        int, typer.Option(min=1, max=MOST_MONTHS, help="Months of care; from two on, with corrections.")
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Bill a month of a fictitious nursing practice, send it, read the answers, show every refusal."""
    voice = Voice(read_settings().lang, as_json=as_json)
    with speaking(voice):
        told = tell(voice, folder, seed, _day(day), months)
        if as_json:
            voice.json(told)


def tell(voice: Voice, folder: Path, seed: int, day: Date | None = None, months: int = 1) -> dict[str, Any]:
    """The story, step by step: each chapter's figures, shown to a person as it goes. `day`, `months`: see `demo`."""
    told: dict[str, Any] = {}
    last = first_of_care(day or local_date(SystemClock().now()))
    first = add_months(last, 1 - months)

    def chapter(name: str, work: Callable[[], T], show: Callable[[Voice, T], None]) -> T:
        if not voice.as_json:
            voice.say(f"demo.{name}")
        told[name] = figures = work()
        if not voice.as_json:
            show(voice, figures)
        return figures

    with stage(folder, seed) as (quittance, clock):
        clock.wait_for(first)
        register = sample_files().register
        report = chapter("register", lambda: load_register(quittance, context(), register, None).result, show_register)
        where = report.establishment_id
        if where is None:
            raise NotAllowed("establishment_unknown", "The sample names no establishment.")
        chapter("tariffs", lambda: price_from(quittance, where), show_sets)
        if months > 1:
            chapter("months", lambda: months_of(quittance, clock, where, first, months), show_months)
            chapter("books", lambda: books_of(quittance, where), show_books)
        else:
            _one_month(quittance, clock, where, first, chapter)
        export(quittance, folder)
        quittance.views.catch_up()
        chapter("history", lambda: history_of(quittance, (where,), month_of(last)), show_history)
        chapter("refusals", lambda: causes_of(voice, quittance, (where,), month_of(last)), show_refusals)
    told |= {"folder": str(folder), "outbox": str(folder / "outbox"), "inbox": str(folder / "inbox")}
    if not voice.as_json:
        voice.say("demo.where", folder=folder, outbox=folder / "outbox", inbox=folder / "inbox")
    return told


def _one_month(quittance: Quittance, clock: DemoClock, where: UUID, first: Date, chapter: Chapter) -> None:
    billed_on, options = add_months(first, 1).replace(day=_BILLED_ON), RunOptions(month_of(first))
    chapter("imported", lambda: enter_care(quittance, clock, where, first), show_import)
    clock.wait_for(billed_on)
    chapter("preview", lambda: quittance.billing.preview(where, options), show_run)
    chapter("run", lambda: quittance.billing.run(context(), where, options).result, show_run)
    chapter("sent", lambda: quittance.dispatch.send(context(), where).result, show_sent)
    clock.wait_for(billed_on + timedelta(days=1), hour=9)
    chapter("answers", lambda: collect_and_read(quittance, clock, where), show_answers)


def price_from(quittance: Quittance, where: UUID) -> tuple[SetOut, ...]:
    """Take the fictitious tariffs in; by them all care is priced."""
    take_tariffs(quittance, where)
    return sets_out(quittance.tariffs.state(where))


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
    clock = DemoClock(BEFORE)
    waits = {union: _SETTLED + timedelta(days=place) for place, union in enumerate(UNIONS)}
    slow = replace(USUAL, acknowledged_after=_ACKNOWLEDGED, checked_after=_CHECKED)
    by_union = {union: replace(slow, settled_after=after) for union, after in waits.items()}
    unions = SimulatedUnions(settings.simulator_folder, seed, clock, slow, by_union)
    quittance = build(settings, clock, unions)
    try:
        yield quittance, clock
    finally:
        quittance.close()


def export(quittance: Quittance, folder: Path) -> None:
    """Plain copies of every file sent and received, for whoever wants to look: outbox and inbox."""
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(exist_ok=True)
    with quittance.store.database.snapshot() as sql:
        known = sql.rows("SELECT sha256, kind, direction, stored_at FROM messages ORDER BY stored_at, sha256")
    for number, row in enumerate(known, 1):
        content = quittance.messages.get(row["sha256"])
        if row["kind"] in _NOT_SENT:
            continue
        name = f"{number:03d}-{content[:6].decode('ascii', 'replace')}-{row['sha256'][:12]}.txt"
        (folder / ("outbox" if row["direction"] == "out" else "inbox") / name).write_bytes(content)


def _day(given: str) -> Date | None:
    if not given:
        return None
    try:
        return Date.fromisoformat(given)
    except ValueError:
        raise Invalid("day_invalid", "--day: give a date, YYYY-MM-DD.", field="day") from None
