"""Where zone 13 is 000 a union takes two files a month: the practice sees it coming, waits, and is right to."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from application.ports import Context, Meta
from application.run_report import RunReport
from domain.run_plan import RunOptions
from infrastructure.sample import sample_files
from tests.acceptance.practice import MONTH, OPERATOR, Installation
from tests.stores import SteppedClock

NOVEMBER = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
SLICES = 4


def slices_of_care(folder: Path) -> list[Path]:
    """The sample month in parts, each with some days of everybody."""
    header, *lines = sample_files().care.decode().splitlines()
    at = header.split(";").index("date")
    dates = sorted({line.split(";")[at] for line in lines})
    made = []
    for part in range(SLICES):
        mine = set(dates[part::SLICES])
        path = folder / f"care {part}.csv"
        path.write_text("\n".join([header, *(line for line in lines if line.split(";")[at] in mine)]) + "\n", "utf-8")
        made.append(path)
    return made


def test_ref_20_the_third_file_of_a_month_waits_until_the_next(kind: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    office = Installation.make(kind, tmp_path / "home")
    office.enter_register(at=NOVEMBER)
    content(office, tmp_path, content_code="000")
    parts = slices_of_care(tmp_path)
    for part in parts[:2]:
        office.cli("import", part, at=NOVEMBER)
        bill(office)
        assert {one["outcome"] for one in office.json("send", at=NOVEMBER)} == {"transmitted"}

    office.cli("import", parts[2], at=NOVEMBER)
    assert {total["earliest"] for total in office.json("preview", MONTH, at=NOVEMBER)["sendings"]} == {"2026-12-01"}
    bill(office)
    held = office.json("send", at=NOVEMBER)
    assert {(one["outcome"], one["code"], one["until"]) for one in held} == {
        ("held_back", "files_per_month", "2026-12-01")
    }
    told = office.cli("send", at=NOVEMBER, lang="nl").stdout
    assert "kan vertrekken op 2026-12-01" in told
    assert {one["outcome"] for one in office.json("send", at=DECEMBER)} == {"transmitted"}
    answers = office.json("answers", at=DECEMBER)
    assert {one["outcome"] for one in answers} == {"read"}
    rows = office.json("history", MONTH, at=DECEMBER)["rows"]
    assert len(rows) == len(held) * 3
    assert {row["status"] for row in rows} == {"settled"}, "no union refused a file"


def test_a_union_refuses_a_third_file_that_it_did_not_allow(kind: str, tmp_path: Path) -> None:
    """By a derogation it leaves; a union that knows of none refuses it with 100723, and its days are prepared again."""
    (tmp_path / "home").mkdir()
    office = Installation.make(kind, tmp_path / "home")
    office.enter_register(at=NOVEMBER)
    content(office, tmp_path, content_code="000", files_derogation_from="2026-11-01")
    statuses: list[set[str]] = []
    with office.opened(SteppedClock(NOVEMBER)) as quittance:
        (where,) = quittance.lookups.establishment_ids()
    for part in slices_of_care(tmp_path):
        office.cli("import", part, at=NOVEMBER)
        command = Context(Meta("operator", command_id=part.name))
        with office.opened(SteppedClock(NOVEMBER)) as quittance:
            if len(statuses) == SLICES - 1:
                quittance.transport.has_derogation = lambda _tpp, _day: False  # type: ignore[attr-defined]
            report: RunReport = quittance.billing.run(command, where, RunOptions(MONTH), leave_undecided=True).result
            assert {total.earliest for total in report.sendings} == {NOVEMBER.date()}
            quittance.views.catch_up()
            sent = quittance.dispatch.send(OPERATOR, where).result
            assert {one.outcome for one in sent} == {"transmitted"}
            quittance.answers.collect(OPERATOR, where)
            quittance.views.catch_up()
        rows = {row["sending_id"]: row for row in office.json("history", MONTH, at=NOVEMBER)["rows"]}
        statuses.append({rows[str(one.sending_id)]["status"] for one in sent})
    assert statuses == [{"settled"}] * (SLICES - 1) + [{"rejected"}]


def content(office: Installation, folder: Path, **details: Any) -> None:
    """The practice with other details."""
    register = json.loads(sample_files().register.splitlines()[0])
    path = folder / "establishment.jsonl"
    path.write_text(json.dumps({**register, **details}), "utf-8")
    office.cli("import", path, "--as", "register", at=NOVEMBER)


def bill(office: Installation) -> None:
    assert office.json("bill", MONTH, at=NOVEMBER)["sendings"]
