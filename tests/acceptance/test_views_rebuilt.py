"""The demo's lists depend on its history alone: rebuilt, or asked as of any past instant."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from api.build import Quittance
from api.cli.refusals import causes_of, show_refusals
from api.cli.views import history_of, show_history
from api.cli.voice import Voice
from domain.invoice import InvoiceIssued
from infrastructure.store.opening import open_database
from projections.engine import Runner
from projections.history import DAYS, INVOICES, DayFilter, InvoiceFilter, conditions
from projections.paging import Asked, walk
from projections.views import all_views
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import AFTERWARDS, MONTH, rows_of

INSTANTS = 100


def test_rebuild_leaves_every_row_as_it_was(own_demo: Demo) -> None:
    with own_demo.installation.opened() as quittance:
        before, head = rows_of(quittance), quittance.log.head()
        assert sum(map(len, before.values())) > 3_000
        with quittance.store.database.transaction() as sql:
            sql.run("UPDATE sendings SET accepted_cents = 1")
            sql.run("DELETE FROM refusals")
    assert own_demo.installation.json("rebuild") == {"position": head}
    with own_demo.installation.opened() as quittance:
        assert rows_of(quittance) == before


def test_100_past_instants_show_what_the_log_cut_there_shows(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second set of views is built from the log up to each instant; whatever is printed must be the same."""
    random = Random(2)
    with (
        demo.installation.opened() as quittance,
        closing(open_database(f"sqlite:///{tmp_path / 'cut.db'}")) as database,
    ):
        (where,) = quittance.lookups.establishment_ids()
        cut = Runner(database, quittance.log, all_views(quittance.keys))
        cut.create()
        then = replace(quittance, store=SimpleNamespace(database=database))  # type: ignore[arg-type]
        seen = set()
        for instant in past_instants(quittance, random):
            at = quittance.log.position_at(instant)
            cut.catch_up(upto=at)
            show_all(quittance, where, at)
            whole = capsys.readouterr().out
            show_all(then, where, None)
            assert whole == capsys.readouterr().out, instant
            assert list(pages(quittance, where, at, Random(at))) == list(pages(then, where, None, Random(at)))
            seen.add(whole)
        assert len(seen) >= 20, "the instants show many different states"


def show_all(quittance: Quittance, where: Any, at: int | None) -> None:
    """As `history` and `refusals` print it."""
    voice = Voice("fr", as_json=True)
    for month in ("", MONTH):
        show_history(voice, history_of(quittance, [where], month, at))
        show_refusals(voice, causes_of(voice, quittance, [where], month, at))


def pages(quittance: Quittance, where: Any, at: int | None, random: Random) -> Iterator[Any]:
    """Days and invoices in a random order, cut into pages."""
    with quittance.store.database.snapshot() as sql:
        for listing, wanted in ((DAYS, DayFilter(month=MONTH)), (INVOICES, InvoiceFilter())):
            asked = Asked(random.choice(listing.sorts), random.random() < 0.5, None, 200, at)
            yield list(walk(listing, sql, conditions([where], wanted), asked))


def past_instants(quittance: Quittance, random: Random) -> list[datetime]:
    """Just at, before and after commits: a flat draw would mostly hit the days on which nothing happened."""
    recorded = sorted({entry.recorded_at for entry in quittance.log.read(0, 1_000_000)})
    drawn = [random.choice(recorded) + timedelta(milliseconds=random.choice((-1, 0, 1))) for _ in range(INSTANTS)]
    return sorted(drawn)


def test_the_command_line_shows_the_past_by_instant(demo: Demo) -> None:
    """Before the answers nothing is settled; at the end the figures of now."""
    with demo.installation.opened() as quittance:
        entries = quittance.log.read(0, 1_000_000)
        billed = max(entry.recorded_at for entry in entries if isinstance(entry.event, InvoiceIssued))
        last = entries[-1].recorded_at
    (then,) = demo.installation.json("history", "--as-of", billed.isoformat())["periods"]
    assert then["accepted_cents"] == then["refused_cents"] == 0
    assert then["open_cents"] == then["requested_cents"] > 0
    assert demo.installation.json("refusals", MONTH, "--as-of", billed.isoformat()) == []
    for words in (("history",), ("history", MONTH), ("refusals", MONTH)):
        assert demo.installation.json(*words, "--as-of", last.isoformat()) == demo.installation.json(*words)
        assert demo.installation.json(*words, "--as-of", AFTERWARDS.isoformat()) == demo.installation.json(*words)
