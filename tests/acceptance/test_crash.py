"""Killed at any point: what was acknowledged is there, what was not is there whole or not at all."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
import pytest

from api.build import Quittance
from api.register_file import load_register
from application.ports import ConcurrencyConflict
from domain import billing_day as days
from domain import sending as sendings
from domain.billing_run import BillingRunCompleted
from domain.day_events import CareRecorded
from domain.invoice import InvoiceIssued
from domain.sending import SendingPrepared
from infrastructure.sample import sample_files
from projections.views import all_views
from tests.acceptance.crash_worker import LINES_AT_ONCE, kill, record_and_bill, record_and_die, record_under_key, start
from tests.acceptance.practice import OPERATOR, Installation, rows_of
from tests.acceptance.slices import read_request

KILLS = 20


@dataclass
class Told:
    """Everything that was acknowledged."""

    lines: set[tuple[UUID, UUID]] = field(default_factory=set)
    billed: set[UUID] = field(default_factory=set)
    cancelled: set[UUID] = field(default_factory=set)


@pytest.fixture
def practice(kind: str, tmp_path: Path) -> tuple[Installation, UUID, list[UUID]]:
    """An installation whose patients are registered, and those who can be billed."""
    made = Installation.make(kind, tmp_path)
    with made.opened() as quittance:
        where = load_register(quittance, OPERATOR, sample_files().register, None).result.establishment_id
        assert where is not None
        quittance.views.catch_up()
        with quittance.store.database.snapshot() as sql:
            rows = sql.rows("SELECT patient_id FROM patients WHERE sickness_fund <> '' AND destination = ''")
    return made, where, sorted(row["patient_id"] for row in rows)[:12]


def test_killed_20_times_nothing_acknowledged_is_lost_and_no_run_is_half_applied(
    practice: tuple[Installation, UUID, list[UUID]],
) -> None:
    installation, where, patients = practice
    told, random = Told(), Random(7)
    for salt in range(KILLS):
        process, said = start(record_and_bill, installation.settings, where, patients, salt)
        for _ in range(random.randint(1, 12)):
            note(told, *said.recv())
        kill(process)
        while said.poll():
            try:
                note(told, *said.recv())
            except EOFError:
                break
        said.close()
        with installation.opened() as quittance:
            check(quittance, told)
    assert len(told.lines) > KILLS * LINES_AT_ONCE
    assert told.billed > told.cancelled > set(), "runs were made, and some taken back"
    with installation.opened() as quittance:
        before = rows_of(quittance)
        quittance.views.rebuild()
        assert rows_of(quittance) == before
        assert len(before) == 2 * len(all_views(quittance.keys))


def note(told: Told, what: str, which: list[object]) -> None:
    {"recorded": told.lines, "billed": told.billed, "cancelled": told.cancelled}[what].update(which)  # type: ignore[arg-type]


def check(quittance: Quittance, told: Told) -> None:
    """Sums over the log itself, and over the files as a stranger reads them."""
    entries = quittance.log.read(0, 1_000_000)
    by_stream: dict[UUID, list[object]] = {}
    for entry in entries:
        by_stream.setdefault(entry.stream_id, []).append(entry.event)
    opened = {s: e for s, e in by_stream.items() if isinstance(e[0], CareRecorded)}
    day_of = {stream: day for stream, events in opened.items() if (day := days.fold(events))}
    sending_of = {
        stream: made
        for stream, events in by_stream.items()
        if isinstance(events[0], SendingPrepared) and (made := sendings.fold(events, stream))
    }
    assert told.lines <= {(stream, line.line_id) for stream, day in day_of.items() for line in day.lines}
    for entry in entries:
        if isinstance(entry.event, CareRecorded):
            assert len(entry.event.lines) == LINES_AT_ONCE, "a commit is there whole"
        if isinstance(entry.event, BillingRunCompleted):
            assert set(entry.event.sending_ids) <= set(sending_of)
    assert told.billed <= set(sending_of)
    assert told.cancelled <= {stream for stream, made in sending_of.items() if made.status == "cancelled"}
    for stream, made in sending_of.items():
        issued = [by_stream[invoice][0] for invoice in made.made.invoice_ids]
        in_file = read_request(quittance.messages.get(made.made.message))
        assert in_file.asked == in_file.total == made.made.requested_cents
        asked = 0
        for invoice in issued:
            assert isinstance(invoice, InvoiceIssued)
            mine = [day_of[day_id] for day_id in invoice.day_ids]
            living = [day for day in mine if day.sending_id == stream]
            assert len(living) == (0 if made.status == "cancelled" else len(mine)), "all of a run or nothing"
            if living:  # days that came back may have taken more care since
                assert invoice.requested_cents == sum(line.care.amount_cents for day in mine for line in day.active)
            asked += invoice.requested_cents
        assert asked == made.made.requested_cents
    assert {day.sending_id for day in day_of.values() if day.sending_id} <= set(sending_of)


def test_killed_between_commit_and_answer_the_retry_finds_the_answer_and_changes_nothing(
    practice: tuple[Installation, UUID, list[UUID]],
) -> None:
    installation, where, (patient, *_) = practice
    process, said = start(record_and_die, installation.settings, where, patient)
    process.join()
    assert process.exitcode == -9
    with pytest.raises(EOFError):
        said.recv()
    with installation.opened() as quittance:
        kept, head = quittance.log.stored_answer("the key"), quittance.log.head()
        assert kept is not None
        assert (kept.status, kept.digest, kept.position) == (201, "the digest", head)
        ((line),) = msgspec.json.decode(kept.body)["lines"]
        day = days.fold(quittance.log.load([UUID(line["day_id"])])[UUID(line["day_id"])])
        assert day is not None
        assert [str(one.line_id) for one in day.lines] == [line["line_id"]]
        with pytest.raises(ConcurrencyConflict):
            record_under_key(quittance, where, patient)
        assert quittance.log.head() == head
        assert quittance.log.stored_answer("the key") == kept
