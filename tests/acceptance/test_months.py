"""Months of corrections: what the books say of each line is what plain arithmetic finds in outbox and inbox, and no
line is asked for while an answer about it is awaited or its payment stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from api.build import Quittance
from api.catalogue import text
from api.cli import demo_days
from api.cli.console import context
from api.cli.demo import export, price_from, stage, tell
from api.cli.demo_days import collect_and_read
from api.cli.demo_months import Month, books_of, months_of
from api.cli.voice import Voice
from api.register_file import load_register
from domain import billing_day as days
from domain.care import reference_of
from domain.day_states import CLOSED, OPEN
from infrastructure.sample import SampleFiles, sample_files
from infrastructure.simulator.unions import SimulatedUnions
from tests.acceptance.practice import received
from tests.acceptance.slices import ANSWER_HEAD, ANSWER_RECORD, RECORD, REQUEST_HEAD, cut, message, pieces, reference
from tests.effort import SOAK

FIRST, MONTHS = Date(2026, 5, 1), 6
SEEDS = range(1, 21 if SOAK == 1 else 201)
UNSHIELDED = 5
"""Of so many seeds one has a practice without tariffs: its care comes with amounts, and no check of maxima holds a day.
There one union answers so late that the next month is billed meanwhile.
"""
_LATE_UNION, _LATE = "200", timedelta(days=45)
_DAYS = {"02", "05", "11", "12", "20"}
"""Days of each month of which the care is entered: enough for every cause, quick enough for many seeds."""


@dataclass
class Asked:
    """A record 50 of a file that left. `kind`: of invoicing, 0, 1 or 3. `care`: what was done, whatever is asked for it."""

    reference: str
    cents: int
    invoice: int
    kind: str
    care: tuple[str, ...]


@dataclass
class File:
    """A 920000 by its positions."""

    union: str
    lines: dict[int, Asked] = field(default_factory=dict)


@dataclass
class Ledger:
    """What stands paid of each line, by its zone 28, and what was asked of it and is not answered."""

    paid: dict[str, int] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    most: dict[str, int] = field(default_factory=dict)


def read_file(content: bytes) -> File:
    text = content.decode("ascii")
    made, invoice, kind = File(""), 0, ""
    for record in pieces(text[REQUEST_HEAD:], RECORD):
        if record[:2] == "20":
            invoice, kind = int(cut(record, 3, 6)), cut(record, 51, 1)
        elif record[:2] == "50":
            order, place = int(cut(record, 3, 6)), cut(record, 138, 25).strip()
            made.lines[order] = Asked(place, int(cut(record, 88, 12)), invoice, kind, care_in(record))
        elif record[:2] == "96":
            made.union = cut(record, 5, 3)
    return made


def care_in(record: str) -> tuple[str, ...]:
    """Patient, date, code, units without their sign, care giver, hour, and which of several alike it is."""
    zones = ((36, 13), (17, 8), (11, 6), (109, 4), (68, 12), (179, 4), (113, 2), (163, 2), (177, 1))
    return tuple([cut(record, start, length) for start, length in zones])


def settle(file: File, answer: bytes) -> Iterator[tuple[Asked, int]]:
    """Each line of a settled file and what is accepted of it."""
    text = answer.decode("ascii")
    told: dict[int, int] = {}
    refused: set[int] = set()
    for record in pieces(text[ANSWER_HEAD:], ANSWER_RECORD):
        letters = {cut(record, start, 1) for start in (457, 464, 471)}
        if record[:2] == "20" and letters & {"B", "F"}:
            refused.add(int(cut(record, 3, 6)))
        if record[:2] == "50":
            told[int(cut(record, 3, 6))] = int(cut(record, 478, 12))
    for order, line in file.lines.items():
        yield line, 0 if line.invoice in refused else told.get(order, line.cents)


def ledger_of(folder: Path) -> tuple[Ledger, dict[str, int]]:
    """Plain arithmetic on the files, in the order in which the unions settled them; and how often mishaps came."""
    files = {reference(content): read_file(content) for content in received(folder / "outbox")}
    ledger, seen = (
        Ledger(),
        {"rejected": 0, "settled": 0, "credits": 0, "unions": len({f.union for f in files.values()})},
    )
    answered: set[str] = set()
    for content in received(folder / "inbox"):
        which = reference(content)
        if message(content) in ("920099", "920999"):
            seen["rejected"] += 1
            answered.add(which)
        if message(content) != "920900" or which in answered:
            continue
        answered.add(which)
        seen["settled"] += 1
        for line, accepted in settle(files[which], content):
            ledger.paid[line.reference] = ledger.paid.get(line.reference, 0) + accepted
            ledger.most[line.reference] = max(ledger.most.get(line.reference, 0), line.cents)
            seen["credits"] += line.kind == "3" and accepted < 0
    for which, file in files.items():
        if which not in answered:
            ledger.waiting |= {line.reference for line in file.lines.values()}
    return ledger, seen


def asked_twice(folder: Path) -> list[Asked]:
    """Lines that a file asks for while another one waits for its answer about them, or while they stand paid and the
    file does not give that back: all files in the order in which they were written and came.
    """
    open_files: dict[str, File] = {}
    waiting: dict[tuple[str, ...], str] = {}
    paid: dict[tuple[str, ...], int] = {}
    found: list[Asked] = []
    paths = [*(folder / "outbox").iterdir(), *(folder / "inbox").iterdir()]
    for path in sorted(paths, key=lambda one: int(one.name.partition("-")[0])):
        content = path.read_bytes()
        which = reference(content)
        if path.parent.name == "outbox":
            file = open_files[which] = read_file(content)
            given_back = {line.care for line in file.lines.values() if line.kind == "3"}
            for line in file.lines.values():
                if line.kind == "3" or not line.cents:
                    continue
                if line.care in waiting or (paid.get(line.care, 0) > 0 and line.care not in given_back):
                    found.append(line)
                waiting[line.care] = which
        elif which in open_files and message(content) in ("920099", "920999", "920900"):
            file = open_files.pop(which)
            waiting = {care: asker for care, asker in waiting.items() if asker != which}
            for line, accepted in settle(file, content) if message(content) == "920900" else ():
                paid[line.care] = paid.get(line.care, 0) + accepted
    return found


def books_by_line(quittance: Quittance) -> dict[str, int]:
    """What the product says stands paid of each line."""
    with quittance.store.database.snapshot() as sql:
        ids = [row["day_id"] for row in sql.rows("SELECT day_id FROM days")]
    paid: dict[str, int] = {}
    for events in quittance.log.load(ids).values():
        day = days.fold(events)
        assert day is not None
        mine = {reference_of(line.line_id): cents for line, cents in day.paid_lines if cents}
        assert sum(mine.values()) == day.accepted_cents
        paid |= mine
    return paid


@dataclass
class Told:
    quittance: Quittance
    folder: Path
    where: UUID
    months: list[Month]


@pytest.fixture
def told(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    is_shielded = request.param % UNSHIELDED != 0
    monkeypatch.setattr(demo_days, "sample_files", some_care if is_shielded else care_with_amounts)
    folder = tmp_path / "story"
    with stage(folder, request.param) as (quittance, clock):
        clock.wait_for(FIRST)
        where = load_register(quittance, context(), sample_files().register, None).result.establishment_id
        assert where is not None
        if is_shielded:
            price_from(quittance, where)
        else:
            unions = quittance.transport
            assert isinstance(unions, SimulatedUnions)
            unions.by_union[_LATE_UNION] = replace(unions.by_union[_LATE_UNION], settled_after=_LATE)
        months = months_of(quittance, clock, where, FIRST, MONTHS)
        clock.instant += _LATE
        collect_and_read(quittance, clock, where)
        export(quittance, folder)
        yield Told(quittance, folder, where, months)


def some_care() -> SampleFiles:
    whole = sample_files()
    header, *rows = whole.care.decode().splitlines()
    kept = [row for row in rows if any(cell[-2:] in _DAYS for cell in row.split(";")[:3] if cell[4:5] == "-")]
    return SampleFiles(whole.register, "\n".join([header, *kept]).encode())


def care_with_amounts() -> SampleFiles:
    """Ten euros and some cents a line, another amount for each code."""
    some = some_care()
    header, *rows = some.care.decode().splitlines()
    code, cents, share, supplement = map(
        header.split(";").index, ("code", "amount_cents", "patient_share_cents", "supplement_cents")
    )
    made = [header]
    for row in rows:
        cells = row.split(";")
        cells[cents], cells[share], cells[supplement] = f"10{cells[code][-2:]}", "0", "0"
        made.append(";".join(cells))
    return SampleFiles(some.register, "\n".join(made).encode())


@pytest.mark.parametrize("told", SEEDS, indirect=True, ids=lambda seed: f"seed-{seed}")
def test_ref_21_every_line_is_paid_given_up_or_in_a_listed_open_state(told: Told) -> None:
    """Also REF-12 to REF-17 in their order of the months: nothing is paid twice, and the books are the files'."""
    ledger, seen = ledger_of(told.folder)
    assert seen["unions"] >= 4
    assert seen["rejected"] >= 1
    assert seen["credits"] > 0
    assert sum(month.again_days for month in told.months) > 0
    assert not asked_twice(told.folder)
    assert all(0 <= cents <= ledger.most[line] for line, cents in ledger.paid.items()), "paid twice, or below nothing"
    assert {line: cents for line, cents in ledger.paid.items() if cents} == books_by_line(told.quittance)
    assert not ledger.waiting, "every file was answered"
    entries = books_of(told.quittance, told.where)
    states = {entry.state for entry in entries}
    assert states <= {*CLOSED, *OPEN}
    assert {"paid", "justified", "regularised", "on_document"} <= states
    assert sum(entry.accepted_cents for entry in entries) == sum(ledger.paid.values())
    assert not states & {"in_sending", "credit_asked", "regularise_asked"}
    for entry in entries:
        if entry.state in CLOSED:
            assert entry.unpriced == 0
    with told.quittance.store.database.snapshot() as sql:
        assert len(sql.rows("SELECT DISTINCT patient_id FROM days WHERE line_count > 0")) >= 20
        kept: Mapping[str, int] = sql.rows("SELECT count(*) AS days FROM days WHERE line_count > 0")[0]
    assert sum(entry.days for entry in entries) == kept["days"]


def test_the_demo_tells_its_months_and_where_every_day_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_days, "sample_files", some_care)
    told = tell(Voice("en", as_json=False), tmp_path / "story", 1, Date(2026, 11, 22), 2)
    assert [month.month for month in told["months"]] == ["2026-09", "2026-10"]
    printed = capsys.readouterr().out
    assert "Where every day stands" in printed
    for entry in told["books"]:
        assert entry.month in printed
        assert text(f"day_state.{entry.state}", "en") in printed
    assert list((tmp_path / "story" / "outbox").iterdir())
