"""What commands print: whole ids at any width, progress for who watches, JSON of the demo, of checks and of codes."""

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from api.catalogue import LANGUAGES
from api.cli.voice import Voice
from domain.rules.refusals import known_codes
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import MONTH, typed

IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# Tables


@pytest.mark.parametrize("width", ["20", "80", "250"])
def test_tables_never_cut_an_id(demo: Demo, width: str) -> None:
    row = demo.installation.json("history", MONTH)["rows"][0]
    for words, wanted in (
        (("history", MONTH), "sending_id"),
        (("history", MONTH, "--of", "invoices"), "invoice_id"),
        (("history", MONTH, "--of", "days", "--limit", "50"), "day_id"),
    ):
        ids = {one[wanted] for one in demo.installation.json(*words)["rows"]}
        assert ids <= set(IDS.findall(demo.installation.cli(*words, COLUMNS=width).stdout)), words
    printed = demo.installation.cli("show", row["sending_id"], COLUMNS=width).stdout
    shown = demo.installation.json("show", row["sending_id"])
    assert {invoice["invoice_id"] for invoice in shown["invoices"]} <= set(IDS.findall(printed))
    assert all(answer in printed for answer in shown["state"]["answers"])
    causes = {entry["cause"] for entry in demo.installation.json("timeline", row["sending_id"])}
    assert all(cause in demo.installation.cli("timeline", row["sending_id"], COLUMNS=width).stdout for cause in causes)


def test_brackets_in_a_text_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    """What an insurer or a file says is never taken for the markup of the terminal."""
    Voice("en", as_json=False).table([("column.comment", False)], [("[red]refused[/red] [R]",)])
    assert "[red]refused[/red] [R]" in capsys.readouterr().out


# Progress


def watched(*, as_json: bool, is_terminal: bool) -> tuple[Voice, io.StringIO]:
    voice, screen = Voice("en", as_json=as_json), io.StringIO()
    voice.errors = Console(file=screen, force_terminal=is_terminal, width=80)
    return voice, screen


def test_progress_shows_on_a_terminal_and_passes_everything_on() -> None:
    voice, screen = watched(as_json=False, is_terminal=True)
    assert list(voice.each("progress.send", [1, 2, 3])) == [1, 2, 3]
    with voice.waiting("progress.rebuild"):
        pass
    assert "Sendings" in screen.getvalue()
    assert "3/3" in screen.getvalue()
    assert "Rebuilding" in screen.getvalue()


@pytest.mark.parametrize(("as_json", "is_terminal"), [(True, True), (False, False)])
def test_nothing_moves_in_a_pipe_or_beside_json(as_json: bool, is_terminal: bool) -> None:
    voice, screen = watched(as_json=as_json, is_terminal=is_terminal)
    assert list(voice.each("progress.send", [1, 2, 3])) == [1, 2, 3]
    with voice.waiting("progress.rebuild"):
        pass
    assert screen.getvalue() == ""


def test_long_work_says_how_far_it_is(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, files and sendings, one by one; results on the other output."""
    seen: list[tuple[str, int]] = []

    def noting(self: Voice, key: str, things: list[object]) -> list[object]:
        seen.append((key, len(things)))
        return things

    monkeypatch.setattr(Voice, "each", noting)
    from infrastructure.sample import sample_files
    from tests.acceptance.practice import Installation

    home = Installation(tmp_path / "home", "", "cli")
    (tmp_path / "care.csv").write_bytes(sample_files().care)
    home.cli("init")
    home.enter_register()
    home.cli("import", tmp_path / "care.csv")
    home.cli("bill", MONTH)
    home.cli("send")
    home.cli("answers")
    home.cli("answers", *list(demo.inbox.iterdir())[:2])
    home.cli("take-over", *list(demo.outbox.iterdir())[:2], *list(demo.inbox.iterdir())[:1])
    assert seen == [
        ("progress.register", 67), ("progress.send", 8), ("progress.answers", 24), ("progress.answers", 2),
        ("progress.take_over", 2), ("progress.take_over", 1),
    ]  # fmt: skip


# JSON


def test_the_demo_in_json_is_one_object_with_the_figures_of_the_story(demo: Demo, tmp_path: Path) -> None:
    told = json.loads(typed("demo", "--dir", tmp_path / "story", "--seed", "1", "--json").stdout)
    assert set(told) == {"register", "tariffs", "imported", "preview", "run", "sent", "answers", "history", "refusals", "folder",
                         "outbox", "inbox"}  # fmt: skip
    assert told["imported"]["added"] == 2_381
    assert told["run"]["sendings"][0]["amount_cents"] == told["preview"]["sendings"][0]["amount_cents"]
    assert len(told["sent"]) == len(told["run"]["sendings"]) == len(list(Path(told["outbox"]).iterdir()))
    assert len(told["answers"]) == len(list(Path(told["inbox"]).iterdir()))
    (month,) = told["history"]["periods"]
    assert month["refused_cents"] == sum(row["refused_cents"] for row in told["history"]["sendings"])
    assert sum(union["refused_cents"] for union in told["history"]["unions"]) == month["refused_cents"]
    causes = demo.installation.json("refusals", MONTH)
    assert [(cause["code"], cause["lines"]) for cause in told["refusals"]] == [
        (cause["code"], cause["lines"]) for cause in causes
    ]


def test_efact_check_in_json_lists_the_faults_of_the_lines_with_the_same_exit_code(demo: Demo, tmp_path: Path) -> None:
    whole = next(demo.outbox.iterdir())
    assert json.loads(typed("efact", "check", whole, "--json").stdout) == []
    broken = tmp_path / "broken.txt"
    broken.write_bytes(whole.read_bytes()[:-1_500])
    lines = typed("efact", "check", broken, code=1).stdout.splitlines()
    faults = json.loads(typed("efact", "check", broken, "--json", code=1).stdout)
    assert faults
    assert [f"{f['order'] or ''}\t{f['zone']}\t{f['code']}\t{f['text']}" for f in faults] == lines
    (tmp_path / "none.txt").write_bytes(b"hello")
    for command in ("check", "show"):
        told = json.loads(typed("efact", command, tmp_path / "none.txt", "--json", code=2).stdout)
        assert told["error"] == "efact.unrecognised"


# Codes


def test_any_refusal_code_is_explained_with_its_official_text(own_demo: Demo, tmp_path: Path) -> None:
    installation = own_demo.installation
    plain = installation.json("refusal-code", "R502255")
    assert (plain["code"], plain["letter"], plain["level"], plain["official"]) == ("502255", "R", "line", None)
    assert installation.json("refusal-code", "502255", "--letter", "r") == plain
    assert all(plain[name] for name in ("meaning", "cause", "cure", "field", "decision", "consequence"))
    assert installation.json("refusal-code", "301/40")["level"] == "envelope"
    assert installation.json("refusal-code", "509999")["source"] == "anatomy"
    (tmp_path / "list.csv").write_text("code;letter;fr;nl\n502255;R;texte officiel;officiële tekst\n", "utf-8")
    installation.json("import", tmp_path / "list.csv", "--as", "codes")
    assert installation.json("refusal-code", "502255")["official"]["fr"] == "texte officiel"
    assert "officiële tekst" in installation.cli("refusal-code", "502255", lang="nl").stdout
    assert installation.json("refusal-code", "x y", code=1)["error"] == "refusal_code_invalid"


def test_every_known_code_is_explained_in_words_of_the_reader(demo: Demo) -> None:
    codes = (known_codes()[0], known_codes()[-1], "301/40", "509999")
    for language in LANGUAGES:
        for code in codes:
            assert "state." not in demo.installation.cli("refusal-code", code, lang=language).stdout


def test_refusals_say_level_and_field(demo: Demo) -> None:
    printed = demo.installation.cli("refusals", MONTH).stdout
    assert {"Level", "Field"} <= set(printed.splitlines()[0].split())
    assert re.search(r"R502255 +line +Number of units", printed)
