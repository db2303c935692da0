"""Every command: its JSON, its exit code, and words in three languages without a key of the catalogue among them."""

import json
import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.build import build
from api.catalogue import LANGUAGES, all_messages
from api.cli.main import app
from infrastructure.sample import sample_files
from infrastructure.simulator.scenario import Scenario
from infrastructure.simulator.unions import SimulatedUnions
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import AFTERWARDS, MONTH, OPERATOR, Installation, answers_of, typed
from tests.stores import SteppedClock

_GROUPS = "|".join(sorted({key.partition(".")[0] for key in all_messages()}))
KEY = re.compile(rf"(?<![\w./-])(?:{_GROUPS})\.[a-z][a-z_]+")
NOTHING = "0c1f7a52-8d6b-4f0e-9a57-1b2c3d4e5f60"
"""An id that nothing has."""
SENDING = {"sending_id", "national_union", "status", "outcome", "requested_cents", "accepted_cents", "refused_cents",
           "error_percentage", "is_archived", "sending_number", "provider_reference"}  # fmt: skip
RUN = {"run_id", "billed_month", "undecided_days", "undecided_cents", "stopped", "sendings", "blocked", "not_yet",
       "documents"}  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    """An installation on which only `init` ran."""
    made = Installation(tmp_path / "home", "", "cli")
    made.json("init")
    return made


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The shipped care, as a file."""
    (tmp_path / "care.csv").write_bytes(sample_files().care)
    return tmp_path


# The whole story by hand


def test_a_month_by_command_line_from_init_to_the_settled_refusals(empty: Installation, sample: Path) -> None:
    register = empty.enter_register()
    assert register["taken"] == {
        "establishment": 1,
        "provider": 6,
        "membership": 6,
        "registration": 1,
        "patient": 40,
        "authorisation": 13,
    }
    assert [warning["code"] for warning in register["warnings"]] == ["patient_looks_known"]
    assert register["rejected"] == []

    taken = empty.json("import", sample / "care.csv", "--all-or-nothing")
    assert (taken["outcome"], taken["added"], taken["possible_duplicates"]) == ("imported", 2_381, 9)
    assert empty.json("import", sample / "care.csv")["outcome"] == "already_imported"

    preview, again = empty.json("preview", MONTH), empty.json("preview", MONTH)
    assert set(preview) >= RUN
    assert preview == again, "a preview writes nothing"
    assert preview["run_id"] is None
    report = empty.json("bill", MONTH, "--reason", "end of the month")
    assert [total["amount_cents"] for total in report["sendings"]] == [
        total["amount_cents"] for total in preview["sendings"]
    ]
    assert report["blocked"] == preview["blocked"]
    assert empty.json("bill", MONTH)["sendings"] == [], "nothing is billed twice"

    first = report["sendings"][0]["sending_id"]
    (sent,) = empty.json("send", first)
    assert (sent["sending_id"], sent["outcome"]) == (first, "transmitted")
    assert {one["outcome"] for one in empty.json("send")} == {"transmitted"}
    assert empty.json("send") == []

    read = empty.json("answers")
    assert {one["outcome"] for one in read} == {"read"}
    assert len(read) == 3 * len(report["sendings"])
    assert empty.json("answers") == []
    rows = empty.json("history", MONTH)["rows"]
    assert {row["status"] for row in rows} == {"settled"}
    assert all(set(row) >= SENDING for row in rows)
    assert len(empty.json("refusals", MONTH)) >= 5
    undecided = empty.json("preview", "2026-11")
    assert undecided["undecided_days"] > 0, "refused days come first in the next preview"


def test_a_run_is_taken_back_and_its_numbers_are_void(empty: Installation, sample: Path) -> None:
    empty.enter_register()
    empty.cli("import", sample / "care.csv")
    assert empty.json("start-numbers", "sending", "2026", "40") == {"kind": "sending", "year": 2026, "first": 40}
    report = empty.json("bill", MONTH)
    cancelled = empty.json("cancel-run", report["run_id"], "--reason", "the profession code was wrong")
    assert cancelled["cancelled"] == [total["sending_id"] for total in report["sendings"]]
    assert cancelled["documents"] == [i for total in report["documents"] for i in total["document_ids"]] != []
    rows = empty.json("history", MONTH)["rows"]
    assert {row["status"] for row in rows} == {"cancelled"}
    assert sorted(row["sending_number"] for row in rows) == list(range(40, 48))
    empty.json("bill", MONTH)
    numbers = sorted(row["sending_number"] for row in empty.json("history", MONTH)["rows"])
    assert numbers == list(range(40, 56)), "void numbers are never given again"
    reasons = {entry["reason"] for entry in empty.json("timeline", report["run_id"])}
    assert "the profession code was wrong" in reasons
    refused = empty.json("cancel-run", report["run_id"], "--reason", "again", code=1)
    assert refused["error"] == "run_sent"
    assert empty.json("start-numbers", "sending", "2026", "41", code=1)["error"] == "number_already_given"


def test_an_import_is_taken_back_with_a_reason(empty: Installation, sample: Path) -> None:
    empty.enter_register()
    taken = empty.json("import", sample / "care.csv")
    undone = empty.json("undo-import", taken["import_id"], "--reason", "the wrong month")
    assert undone == {"import_id": taken["import_id"], "lines": 2_381}
    assert empty.json("preview", MONTH)["sendings"] == []
    assert empty.json("undo-import", taken["import_id"], "--reason", "again", code=1)["error"] == "import_undone"


def test_changed_values_ask_first_and_say_so_in_the_exit_code(empty: Installation, sample: Path) -> None:
    empty.enter_register()
    header, *care = (sample / "care.csv").read_text("utf-8").splitlines()
    lines = [header, *(line for line in care if dict(zip(header.split(";"), line.split(";"), strict=True))["time"])]
    few, changed = sample / "few.csv", sample / "changed.csv"
    few.write_text("\n".join(lines[:4]) + "\n", "utf-8")
    cells = dict(zip(lines[0].split(";"), lines[1].split(";"), strict=True))
    cells["units"] = "2"
    changed.write_text("\n".join([lines[0], ";".join(cells.values())]) + "\n", "utf-8")
    empty.cli("import", few)
    asked = empty.json("import", changed, code=1)
    assert asked["outcome"] == "needs_consent"
    assert asked["differences"][0]["fields"] == ["units"]
    done = empty.json("import", changed, "--accept-changes")
    assert (done["outcome"], done["corrected"]) == ("imported", 1)
    bad = sample / "bad.csv"
    bad.write_text("\n".join([lines[0], lines[4], lines[5].replace("2026-10", "2026-13")]) + "\n", "utf-8")
    refused = empty.json("import", bad, "--all-or-nothing", code=1)
    assert refused["outcome"] == "rejected"
    assert [(r["line"], r["field"], r["code"]) for r in refused["rejected"]] == [(3, "date", "date_invalid")]


def test_an_item_waits_until_a_person_closes_it(own_demo: Demo, tmp_path: Path) -> None:
    """An answer to nothing we know; then it is closed with a reason, once."""
    installation = own_demo.installation
    stray = bytearray(next(own_demo.inbox.glob("*931000*")).read_bytes())
    stray[20:34] = b"99999999999999"
    (tmp_path / "stray.txt").write_bytes(stray)
    (read,) = installation.json("answers", tmp_path / "stray.txt")
    assert (read["outcome"], read["items"]) == ("unmatched", ["sending_unknown"])
    with installation.opened() as quittance, quittance.store.database.snapshot() as sql:
        (row,) = sql.rows("SELECT item_id FROM items WHERE is_settled = 0")
    item = str(row["item_id"])
    assert installation.json("settle-item", item, "--reason", "not for us") == {"settled": item}
    assert "not for us" in {entry["reason"] for entry in installation.json("timeline", item)}
    assert installation.json("settle-item", NOTHING, "--reason", "x", code=1)["error"] == "item_unknown"


def test_a_duplicate_refusal_is_released_by_a_person(empty: Installation, sample: Path) -> None:
    empty.enter_register()
    empty.cli("import", sample / "care.csv")
    sending = empty.json("bill", MONTH)["sendings"][0]["sending_id"]
    with empty.opened() as quittance:
        refused = answers_of(quittance, sample / "unions", {"100": Scenario(envelope_refusal=True)})[0]
    assert refused[:6] == b"920999"
    duplicate = refused.replace(refused[67:], refused[67:78] + b"40" + refused[80:], 1)
    (sample / "duplicate.txt").write_bytes(duplicate[: 67 + 160])
    empty.cli("send", sending)
    (read,) = empty.json("answers", sample / "duplicate.txt")
    assert (read["status"], read["items"]) == ("outcome_unknown", ["duplicate_refusal"])
    assert empty.json("confirm-rejection", sending, "--reason", "asked by phone") == {"sending_id": sending}
    shown = next(row for row in empty.json("history", MONTH)["rows"] if row["sending_id"] == sending)
    assert shown["status"] == "rejected"
    assert empty.json("confirm-rejection", sending, "--reason", "x", code=1)["error"] == "no_duplicate_refusal"


@pytest.mark.parametrize(("said", "status", "sent_again"), [("--lost", "prepared", 1), ("--arrived", "transmitted", 0)])
def test_a_person_says_what_became_of_a_file_of_unknown_outcome(
    empty: Installation, sample: Path, said: str, status: str, sent_again: int
) -> None:
    empty.enter_register()
    empty.cli("import", sample / "care.csv")
    sending = empty.json("bill", MONTH)["sendings"][0]["sending_id"]
    silent = SimulatedUnions(sample / "unions", 1, SteppedClock(AFTERWARDS), Scenario(lose_file=True))
    with closing(build(empty.settings, SteppedClock(AFTERWARDS), silent)) as quittance:
        (where,) = quittance.lookups.establishment_ids()
        (sent,) = quittance.dispatch.send(OPERATOR, where, [UUID(sending)]).result
        assert sent.outcome == "outcome_unknown"
    assert empty.json("send", sending)[0]["code"] == "sending_not_prepared", "never sent again blindly"
    assert empty.json("resolve-sending", sending, said, "--reason", "asked by phone") == {"sending_id": sending}
    shown = next(row for row in empty.json("history", MONTH)["rows"] if row["sending_id"] == sending)
    assert shown["status"] == status
    assert [one["outcome"] for one in empty.json("send", sending)] == (["transmitted"] if sent_again else ["held_back"])


def test_every_refusal_code_is_explained_known_or_not(demo: Demo) -> None:
    known, unknown = demo.installation.json("refusal-code", "R502255"), demo.installation.json("refusal-code", "509999")
    assert (known["code"], known["letter"], known["source"]) == ("502255", "R", "catalogue")
    assert (unknown["code"], unknown["source"]) == ("509999", "anatomy")
    assert all(known[name] for name in ("meaning", "cause", "cure", "decision_label"))
    assert unknown["meaning"]
    assert demo.installation.json("refusal-code", "what?", code=1)["error"] == "refusal_code_invalid"


def test_official_numbers_are_shown_by_year(demo: Demo) -> None:
    found = {one["kind"]: one["years"] for one in demo.installation.json("numbers")}
    assert set(found) == {"sending", "reference", "invoice", "document"}
    (sending,) = found["sending"]
    assert sending == {"year": 2026, "used": [[1, 8]], "next": 9, "void": []}


# Small acts


def test_a_possible_duplicate_is_confirmed_or_withdrawn(empty: Installation, sample: Path) -> None:
    empty.enter_register()
    empty.cli("import", sample / "care.csv")
    blocked = {held["code"]: held for held in empty.json("preview", MONTH)["blocked"]}["possible_duplicate"]
    (one, first), (two, second), *_ = blocked["first"]
    assert empty.json("confirm-line", one, first, "--reason", "two visits") == {"id": one}
    assert empty.json("withdraw-line", two, second, "--reason", "typed twice") == {"id": two}
    after = {held["code"]: held for held in empty.json("preview", MONTH)["blocked"]}["possible_duplicate"]
    assert after["days"] == blocked["days"] - 2
    assert "typed twice" in {entry["reason"] for entry in empty.json("timeline", two)}
    assert empty.json("withdraw-line", two, second, "--reason", "again", code=1)["error"] == "line_unknown"
    assert empty.json("confirm-line", NOTHING, first, code=1)["error"] == "day_unknown"


INSURED, WITH_KATZ, INSURED_UNTIL_15 = "33020899851", "02010199820", "53122299824"


def enter_lines(home: Installation, folder: Path, *lines: str) -> None:
    """`lines`: number of the patient, day of October, code, amount."""
    rows = [[*line.split(), ""] for line in lines]
    file = folder / "lines.csv"
    file.write_text(
        "ssin;date;code;amount_cents;provider\n"
        + "".join(f"{who};{MONTH}-{day};{code};{amount};49991127401\n" for who, day, code, amount, *_ in rows),
        "utf-8",
    )
    home.json("import", file, "--all-or-nothing")


def test_a_preview_says_what_has_no_amount_and_what_one_might_not_expect(empty: Installation, tmp_path: Path) -> None:
    empty.enter_register()
    enter_lines(
        empty,
        tmp_path,
        f"{WITH_KATZ} 07 990033",
        f"{INSURED} 08 999998",
        f"{INSURED_UNTIL_15} 20 990033 300",
        f"{INSURED_UNTIL_15} 21 990033",
    )
    preview = empty.json("preview", MONTH)
    held = {one["code"]: (one["days"], one["amount_cents"], one["unpriced"]) for one in preview["blocked"]}
    assert held == {"code_unknown": (1, None, 1), "insurability_missing": (2, 300, 1)}
    assert [(one["code"], one["days"]) for one in preview["hints"]] == [("flat_fee_without_toilet", 1)]
    assert preview["blocked_once"] == {"days": 3, "amount_cents": 300, "unpriced": 2}
    assert "3 days held back in all, €3.00 (2 without amount)" in empty.cli("preview", MONTH).stdout
    for language, words in (("fr", "1 sans montant"), ("nl", "1 zonder bedrag"), ("en", "1 without amount")):
        said = empty.cli("preview", MONTH, lang=language).stdout
        assert words in said
        assert not KEY.findall(said)
    assert "no washing is noted" in empty.cli("preview", MONTH).stdout
    run = empty.json("bill", MONTH)["run_id"]
    kept = empty.json("show", run)["state"]["blocked"]
    assert {one["code"]: (one["days"], one["amount_cents"], one["unpriced"]) for one in kept} == held
    said = empty.cli("show", run).stdout
    assert "code_unknown · 1 · 1 without amount" in said
    assert "insurability_missing · 2 · €3.00 · 1 without amount" in said


def test_the_history_of_days_says_which_ones_a_run_would_leave_out(empty: Installation, tmp_path: Path) -> None:
    empty.enter_register()
    enter_lines(empty, tmp_path, f"{INSURED} 07 990033", f"{INSURED} 08 999998")
    rows = empty.json("history", "--of", "days")["rows"]
    told = {row["date"][-2:]: (row["phase"], row["held_back"]) for row in rows}
    assert told == {"07": ("prepared", []), "08": ("blocked", ["code_unknown"])}
    blocked = ("history", "--of", "days", "--status", "blocked")
    assert [row["date"][-2:] for row in empty.json(*blocked)["rows"]] == ["08"]
    assert empty.json(*blocked, "--as-of", "2020-01-01T12:00:00+01:00")["rows"] == []
    said = empty.cli(*blocked).stdout
    assert "blocked" in said
    assert "code not in the tariffs" in said


def test_an_amount_that_is_not_that_of_the_tariffs_is_confirmed(empty: Installation, tmp_path: Path) -> None:
    empty.enter_register()
    enter_lines(empty, tmp_path, f"{INSURED} 07 990033 3")
    (held,) = empty.json("preview", MONTH)["blocked"]
    ((day, line),) = held["first"]
    assert held["code"] == "amount_differs"
    assert empty.cli("confirm-amount", day, line, code=2).stdout == "", "nobody knows why"
    assert empty.json("confirm-amount", day, line, "--reason", "agreed with the fund") == {"id": day}
    after = empty.json("preview", MONTH)
    assert (after["blocked"], after["sendings"][0]["amount_cents"]) == ([], 3)
    last = empty.json("timeline", day)[-1]
    assert (last["type"], last["reason"]) == ("billing_day.amount_confirmed", "agreed with the fund")
    assert empty.json("confirm-amount", NOTHING, line, "--reason", "x", code=1)["error"] == "day_unknown"


def test_a_time_barred_day_is_billed_with_the_proof_of_a_letter(empty: Installation, sample: Path) -> None:
    late = datetime(2028, 11, 2, 12, 0, tzinfo=UTC)
    empty.enter_register()
    empty.cli("import", sample / "care.csv")
    before = empty.json("preview", MONTH, at=late)
    barred = {held["code"]: held for held in before["blocked"]}["time_barred"]
    assert before["sendings"] == []
    day = next(day for day, _ in barred["first"] if day not in _blocked_otherwise(before))
    words = ("lift-time-bar", day, "--proof", "RR 123", "--letter-date", "2028-10-20")
    assert empty.json(*words, at=late) == {"id": day}
    after = empty.json("preview", MONTH, at=late)
    assert sum(total["days"] for total in (*after["sendings"], *after["documents"])) == 1
    assert empty.cli(*words[:-1], "yesterday", code=2).stdout == ""


def _blocked_otherwise(report: dict[str, Any]) -> set[str]:
    return {day for held in report["blocked"] if held["code"] != "time_barred" for day, _ in held["first"]}


def test_a_patient_is_found_by_number_or_name_asked_for_and_not_typed_in_the_command(demo: Demo) -> None:
    row = next(json.loads(line) for line in sample_files().register.decode().splitlines() if "Crèvecœur" in line)
    by_number = demo.installation.json("find-patient", typed_in=row["ssin"])
    assert [found["name"] for found in by_number] == ["Crèvecœur André"]
    assert len(demo.installation.json("find-patient", typed_in="crevecœur")) == 2
    assert demo.installation.json("find-patient", typed_in="Nobody") == []


def test_two_records_of_one_person_are_merged_and_unmerged(own_demo: Demo) -> None:
    one, two = (found["patient_id"] for found in own_demo.installation.json("find-patient", typed_in="Crèvecœur"))
    merged = ("merge-patients", one, two, "--reason", "same person")
    assert own_demo.installation.json(*merged) == {"id": two}
    assert own_demo.installation.json(*merged, code=1)["error"] == "already_merged"
    assert own_demo.installation.json("unmerge-patient", one) == {"id": one}
    assert own_demo.installation.json("unmerge-patient", one, code=1)["error"] == "not_merged"


def test_an_erased_patient_is_not_found_any_more_and_comes_back_as_a_new_record(own_demo: Demo, tmp_path: Path) -> None:
    (found,) = own_demo.installation.json("find-patient", typed_in="Tack")
    assert own_demo.installation.json("erase-patient", found["patient_id"]) == {"id": found["patient_id"]}
    assert own_demo.installation.json("find-patient", typed_in="Tack") == []
    assert (own_demo.folder / "erased.list").read_text("ascii").split() == [found["patient_id"]]
    assert own_demo.installation.json("erase-patient", NOTHING, code=1)["error"] == "patient_unknown"
    row = next(line for line in sample_files().register.decode().splitlines() if '"Tack"' in line)
    (tmp_path / "again.jsonl").write_text(row + "\n", "utf-8")
    with own_demo.installation.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
    again = own_demo.installation.json("import", tmp_path / "again.jsonl", "--as", "register", "-e", str(where))
    assert again["taken"] == {"patient": 1}
    (new,) = own_demo.installation.json("find-patient", typed_in="Tack")
    assert new["patient_id"] != found["patient_id"]


# Looking


def test_one_thing_is_shown_down_to_its_lines(demo: Demo) -> None:
    installation = demo.installation
    row = installation.json("history", MONTH)["rows"][0]
    tree = installation.json("show", row["sending_id"], "--lines")
    assert sum(invoice["requested_cents"] for invoice in tree["invoices"]) == row["requested_cents"]
    days = [day for invoice in tree["invoices"] for day in invoice["days"]]
    assert len(days) == row["day_count"]
    assert sum(len(day["lines"]) for day in days) == row["line_count"]
    invoice = installation.json("show", tree["invoices"][0]["invoice_id"], "--lines")
    assert invoice["invoices"] == tree["invoices"][:1]
    day = installation.json("show", days[0]["day_id"])
    asked = [line["line_id"] for line in day["lines"] if line["care"]["amount_cents"] is not None]
    assert asked == [line["line_id"] for line in days[0]["lines"]], "what was done stands beside what was asked for it"
    assert len(day["lines"]) > len(asked)
    for shown, kind in ((tree, "sending"), (invoice, "invoice"), (day, "billing_day")):
        assert set(shown) >= {"kind", "id", "version", "state", "timeline"}
        assert shown["kind"] == kind
        assert shown["version"] == len(shown["timeline"])


def test_ref_09_refused_lines_of_a_cause_carry_their_reasons_and_their_day(demo: Demo) -> None:
    cause = demo.installation.json("refusals", MONTH)[0]
    lines = demo.installation.json("refusals", MONTH, "--cause", cause["code"])
    assert len(lines) == cause["lines"]
    assert sum(line["refused_cents"] for line in lines) == cause["refused_cents"]
    for line in lines:
        assert line["root_code"] == cause["code"]
        assert [line["letter"], line["code"]] in line["reasons"]
        said = {one["line_id"]: one["said"] for one in demo.installation.json("show", line["day_id"])["lines"]}
        assert said[line["line_id"]]["verdict"] == line["verdict"]


def test_a_timeline_says_what_who_when_and_why(demo: Demo) -> None:
    row = next(row for row in demo.installation.json("history", MONTH)["rows"] if row["is_read"])
    entries = demo.installation.json("timeline", row["sending_id"])
    assert [entry["type"] for entry in entries] == [
        "sending.prepared", "sending.handed_over", "sending.transmitted", "sending.acknowledged",
        "sending.accepted_for_processing", "sending.settled", "sending.read",
    ]  # fmt: skip
    for entry in entries:
        assert set(entry) >= {"position", "version", "type", "recorded_at", "actor", "on_behalf_of", "reason", "cause",
                              "command_id"}  # fmt: skip
        assert entry["actor"] == "operator"
    instants = [datetime.fromisoformat(entry["recorded_at"]) for entry in entries]
    assert instants == sorted(instants)


def test_keys_are_issued_and_revoked(empty: Installation) -> None:
    issued = empty.json("issue-key", "desk", "--scopes", "read,care", "--days", "30")
    assert set(issued) == {"prefix", "token"}
    assert issued["token"].startswith(f"qt_{issued['prefix']}_")
    assert empty.json("revoke-key", issued["prefix"]) == {"revoked": issued["prefix"]}
    with empty.opened() as quittance, pytest.raises(Exception) as refused:  # noqa: PT011 - its kind is looked at below
        quittance.access.authenticate(issued["token"])
    assert type(refused.value).__name__ == "NotAuthenticated"


def test_init_shows_the_first_key_once_and_warns_about_the_master_key(tmp_path: Path) -> None:
    home = Installation(tmp_path / "home", "", "cli")
    first, second = home.cli("init").stdout, home.json("init")
    assert "qt_" in first
    assert "IMPORTANT" in first
    assert "master.key" in first
    assert second["api_key"] is None
    assert (tmp_path / "home" / "master.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0


# Words


def test_no_command_prints_a_key_of_the_catalogue_in_any_language(own_demo: Demo, tmp_path: Path) -> None:
    row = own_demo.installation.json("history", MONTH)["rows"][0]
    day = own_demo.installation.json("refusals", MONTH, "--cause", own_demo.installation.json("refusals")[0]["code"])[0]
    inbox, outbox = sorted(own_demo.inbox.iterdir()), sorted(own_demo.outbox.iterdir())
    own_demo.installation.cli("cancel-run", row["run_id"], "--reason", "the documents that nobody has in hand yet")
    bad = tmp_path / "bad.csv"
    bad.write_text('ssin;date;code;provider;amount_cents;hair\n1;2;3;4;5;6\n;;;;;\n"\n1;2\n', "utf-8")
    register = tmp_path / "bad.jsonl"
    register.write_text('{"kind": "cat"}\n{"kind": "provider", "nihii": "1"}\nnonsense\n', "utf-8")
    looking: tuple[tuple[int, tuple[Any, ...]], ...] = (
        (0, ("history",)), (0, ("history", MONTH)), (0, ("history", MONTH, "--of", "invoices")),
        (0, ("history", MONTH, "--of", "days", "--limit", "5")), (0, ("refusals", MONTH)),
        (0, ("refusals", MONTH, "--cause", day["root_code"])), (0, ("show", row["sending_id"])),
        (0, ("show", day["invoice_id"])), (0, ("show", day["day_id"])), (0, ("show", day["patient_id"])),
        (0, ("timeline", row["sending_id"])), (0, ("timeline", day["day_id"])), (0, ("preview", MONTH)),
        (0, ("preview", "2026-11")), (0, ("bill", MONTH, "--leave-undecided")), (0, ("send",)), (0, ("answers",)), (0, ("answers", *inbox[:3])),
        (0, ("answers", bad)), (0, ("take-over", outbox[0], inbox[0], bad)), (0, ("import", bad)),
        (0, ("import", register, "--as", "register")), (0, ("rebuild",)), (0, ("init",)),
        (0, ("issue-key", "x")), (0, ("efact", "show", inbox[2])), (0, ("efact", "show", outbox[0])),
        (1, ("cancel-run", row["run_id"], "--reason", "x")), (1, ("show", "nonsense")), (1, ("history", "2026-99")),
        (1, ("revoke-key", "nobody")), (1, ("start-numbers", "letters", "2026", "1")),
    )  # fmt: skip
    for language in LANGUAGES:
        for code, words in looking:
            printed = own_demo.installation.cli(*words, code=code, lang=language).output
            assert KEY.findall(printed) == [], (language, words)
            assert printed.strip(), words


def test_the_demo_speaks_three_languages(tmp_path: Path) -> None:
    told = {
        language: typed("demo", "--dir", tmp_path / language, QUITTANCE_LANG=language).stdout for language in LANGUAGES
    }
    for language, printed in told.items():
        assert KEY.findall(printed) == [], language
    assert len(set(told.values())) == len(LANGUAGES)


# Mistakes


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("preview", "2026"), "month_invalid"),
        (("preview", "2026-13"), "month_invalid"),
        (("bill", "October"), "month_invalid"),
        (("bill", "2026-10-01"), "month_invalid"),
        (("history", "26-10"), "month_invalid"),
        (("refusals", "2026-00"), "month_invalid"),
        (("history", "--as-of", "yesterday"), "instant_invalid"),
        (("history", "--as-of", "2026-11-04T12:00:00"), "instant_invalid"),
        (("history", "--as-of", "2999-01-01T12:00:00+01:00"), "as_of_to_come"),
        (("refusals", "--as-of", "2026-11-31T12:00:00+01:00"), "instant_invalid"),
        (("history", MONTH, "--of", "letters"), "list_unknown"),
        (("history", MONTH, "--limit", "0"), "limit_invalid"),
        (("history", MONTH, "--after", "nonsense"), "cursor_invalid"),
        (("show", "12345"), "id_invalid"),
        (("timeline", "nobody"), "id_invalid"),
        (("timeline", NOTHING), "stream_unknown"),
        (("show", NOTHING), "stream_unknown"),
        (("send", "one"), "id_invalid"),
        (("cancel-run", "one", "--reason", "x"), "id_invalid"),
        (("cancel-run", NOTHING, "--reason", "x"), "run_unknown"),
        (("undo-import", "one", "--reason", "x"), "id_invalid"),
        (("undo-import", NOTHING, "--reason", "x"), "import_unknown"),
        (("settle-item", "one", "--reason", "x"), "id_invalid"),
        (("confirm-rejection", "one", "--reason", "x"), "id_invalid"),
        (("confirm-rejection", NOTHING, "--reason", "x"), "sending_unknown"),
        (("preview", MONTH, "-e", "here"), "id_invalid"),
        (("preview", MONTH, "-e", NOTHING), "establishment_unknown"),
        (("issue-key", "x", "--scopes", "everything"), "scope_unknown"),
        (("issue-key", "x", "--establishments", "here"), "id_invalid"),
        (("revoke-key", "nobody"), "api_key_unknown"),
        (("start-numbers", "letters", "2026", "1"), "number_kind_unknown"),
        (("start-numbers", "sending", "2026", "0"), "number_out_of_range"),
        (("import", "nothing.csv"), "file_unreadable"),
        (("answers", "nothing.txt"), "file_unreadable"),
        (("take-over", "nothing.txt"), "file_unreadable"),
        (("import", __file__, "--as", "music"), "import_kind_unknown"),
        (("import", __file__), "header_missing"),
        (("restore", "nothing.db"), "backup_unknown"),
    ],
    ids=lambda value: "-".join(map(str, value[:2])).rpartition("/")[2][:40] if isinstance(value, tuple) else value,
)  # fmt: skip
def test_a_mistake_is_one_clear_line_and_exit_code_1(demo: Demo, words: tuple[str, ...], error: str) -> None:
    """In JSON an object with the code; in words the code and a sentence of the reader's language, on the error output."""
    answered = demo.installation.json(*words, code=1)
    assert answered["error"] == error
    assert answered["detail"]
    sentences = set()
    for language in LANGUAGES:
        result = demo.installation.cli(*words, code=1, lang=language)
        assert result.stdout == ""
        assert result.stderr.startswith(f"{error}: ")
        assert "Traceback" not in result.stderr
        sentences.add(result.stderr)
    assert len(sentences) == len(LANGUAGES), "each language has its own words"


def test_commands_without_an_installation_say_what_is_missing(tmp_path: Path) -> None:
    nowhere = Installation(tmp_path / "nowhere", "", "cli")
    for words in (("history",), ("preview", MONTH), ("rebuild",), ("answers",)):
        assert "master_key" in nowhere.cli(*words, code=1).stderr
    assert not (tmp_path / "nowhere").exists(), "looking makes nothing"


def test_a_wrong_setting_is_named_and_exits_with_2(demo: Demo) -> None:
    for words in (("history",), ("init",), ("demo",)):
        assert "QUITTANCE_LANG" in demo.installation.cli(*words, code=2, lang="de").stderr


def test_every_command_is_tested_here_or_in_acceptance() -> None:
    """A new command must show its JSON and its mistakes somewhere."""
    import typer

    tested = "".join(
        path.read_text("utf-8")
        for folder in ("cli", "acceptance")
        for path in (Path(__file__).parents[1] / folder).glob("test_*.py")
    )
    named = set(typer.main.get_command(app).commands) - {"serve"}  # type: ignore[attr-defined]
    assert len(named) > 20
    assert {name for name in named if f'"{name}"' not in tested} == set()


def test_json_is_one_value_and_nothing_else(demo: Demo) -> None:
    for words in (("history",), ("history", MONTH), ("refusals",), ("preview", MONTH), ("rebuild",)):
        printed = demo.installation.cli(*words, "--json").stdout
        json.loads(printed)
        assert printed.endswith("\n")
        assert AFTERWARDS.year == 2026
