"""The colours of app.css, computed: text at least 4.5 to 1 on what stands behind it, borders and graphics at least 3 to 1."""

import re
from itertools import product

import pytest

from api.web.assets import FOLDER

STYLE = re.sub(r"/\*.*?\*/", "", (FOLDER.parent / "assets" / "app.css").read_text("utf-8"), flags=re.DOTALL)
ROOT = re.search(r":root \{(.*?)\}", STYLE, re.DOTALL)
assert ROOT is not None
TOKENS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", ROOT[1]))

#: Whatever may stand behind a word of the list: the row's own colour, or the colour under the pointer.
ROWS = ("paper", "page", "sent-row", "refused-row")
STATES = ("sent", "refused", "error", "accent", "amber")

TEXT = {
    *product(
        ("ink", "accent", "accent-dark"),
        ("paper", "page", "head", "accent-soft", "amber-bar", "sent-row", "refused-row"),
    ),
    *product(STATES, ROWS),
    *product(
        ("muted",), ("paper", "page", "head", "amber-bar", "accent-soft")
    ),  # also placeholders and what is disabled
    *product(("done",), ("paper", "page")),  # grey rows have no colour of their own
    *product(("paper",), ("accent", "accent-dark", "bar")),  # primary buttons; top bar, counts, tips
    ("error", "head"),  # a dangerous button under the pointer
}
GRAPHICS = {
    *product(
        ("input",), ("paper", "page", "bar")
    ),  # borders of fields, chips, badges, dialogs; the menu of the top bar
    *product(("accent",), ("paper", "page", *ROWS)),  # focus, current tab, selected row, dots of the timeline
    *product(("amber",), ("paper", "page", "amber-bar")),  # dashed border, bar of as-of
    ("chart", "paper"),
    *product(("error",), ("paper", "page")),
    ("paper", "bar"),  # focus in the top bar
}
#: Lines that carry no meaning (between rows, around boxes) and the veil behind a dialog need no contrast.
DECORATION = {"line"}

#: Ui reference B3.
GIVEN = {
    "ink": "#1b2330",
    "muted": "#55606f",
    "accent": "#0b5cad",
    "bar": "#12233b",
    "input": "#8590a0",
    "page": "#f7f8fa",
    "amber": "#8a5200",
    "amber-bar": "#fff3dc",
    "chart": "#0b5cad",
    "sent": "#14693a",
    "sent-row": "#e3f4e9",
    "refused": "#9b1240",
    "refused-row": "#fbe3ea",
    "error": "#b3161f",
    "done": "#5b6573",
}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour.removeprefix("#")
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = (int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_formula_agrees_with_known_pairs():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize(("ink", "ground"), sorted(TEXT), ids=lambda name: name)
def test_text_can_be_read(ink: str, ground: str):
    assert contrast(TOKENS[ink], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize(("line", "ground"), sorted(GRAPHICS), ids=lambda name: name)
def test_borders_and_graphics_can_be_seen(line: str, ground: str):
    assert contrast(TOKENS[line], TOKENS[ground]) >= 3


def test_colours_are_those_of_the_reference():
    assert {name: TOKENS[name] for name in GIVEN} == GIVEN


def test_every_colour_is_a_token_and_every_token_is_in_a_pair():
    rules = STYLE.replace(ROOT[0], "")
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[^{}]*[;}])|rgba?\(|hsl", rules)
    assert set(TOKENS) - DECORATION == {name for pair in TEXT | GRAPHICS for name in pair}


def test_every_pair_set_in_one_rule_is_computed():
    """A rule that names both its colour and its ground names a pair of the table above."""
    for rule in re.findall(r"\{([^{}]*)\}", STYLE):
        ink = re.search(r"(?<![-\w])color: var\(--([a-z0-9-]+)\)", rule)
        ground = re.search(r"background: var\(--([a-z0-9-]+)\)", rule)
        if ink and ground:
            assert (ink[1], ground[1]) in TEXT, rule


def test_every_property_that_is_used_is_defined():
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", STYLE))
    defined = set(re.findall(r"--([a-z0-9-]+):", ROOT[1]))
    assert used == defined


def test_nothing_is_forced_but_what_paper_leaves_out():
    screen, _, paper = STYLE.partition("@media print")
    assert paper
    assert "!important" not in screen
