"""Tables of commands: whatever the width, nothing of a figure is cut."""

from collections.abc import Sequence

import pytest

from api.catalogue import Language, euros
from api.cli.voice import Voice

HEADS = (
    ("column.date", False),
    ("column.id", False),
    ("what_if.former", False),
    ("what_if.new", False),
    ("what_if.difference", True),
    ("what_if.patient_difference", True),
    ("column.reason", False),
)


def printed(capsys: pytest.CaptureFixture[str], rows: Sequence[Sequence[object]], language: Language) -> str:
    Voice(language, as_json=False).table(HEADS, rows)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [20, 40, 80, 100, 120, 131, 140, 150, 160, 175, 200, 240])
@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("is_seen", [False, True])
def test_no_width_cuts_a_figure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, language: Language, is_seen: bool
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    if is_seen:
        monkeypatch.setenv("FORCE_COLOR", "1")
    codes = "425110 425294 425375 426093 425751 426370"
    why = "pas de tarif pour ce code à cette date · doublon possible à confirmer avant de facturer le jour"
    day = "0197b6f2-7a86-7cc2-9a3c-0d6b8f6f2a11"
    cells = [
        ("2026-10-07", day, codes, codes, euros(cents, language), euros(-46, language), why)
        for cents in (-46, 1_234_567)
    ]
    shown = printed(capsys, cells, language)
    for row in cells:
        for cell in row[:6]:
            assert str(cell) in shown, f"{cell!r} is cut"
    assert is_seen or shown.count(why) == 2, "written to a file, each row is one line"
