"""Where things stand on the sheets: inside the margins, under each other, on as many sheets as needed, nothing lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.pdf.blocks import Block, Column, Document, Facts, Heading, Paragraph, Table
from infrastructure.pdf.flow import Flow
from infrastructure.pdf.letters import Letters, letters_of
from infrastructure.pdf.sheet import BOTTOM, SIDE, TOP, Sheet, Words
from infrastructure.pdf.table import SIZES, shared
from tests.infrastructure.pdf.samples import FONTS, FRAME

REGULAR, BOLD = letters_of(FONTS.regular), letters_of(FONTS.bold)
NARROW = 0.5
"""Points that a letter may stand out of its column."""


def laid(*blocks: Block, is_wide: bool = True, title: str = "Titre") -> list[Sheet]:
    return Flow(REGULAR, BOLD).sheets_of(Document(title, blocks, is_wide=is_wide))


def letters(words: Words) -> Letters:
    return BOLD if words.is_bold else REGULAR


def end(words: Words) -> float:
    return words.x + letters(words).width(words.text, words.size)


def texts(sheet: Sheet) -> list[str]:
    return [words.text for words in sheet.words]


def rows(count: int, *cells: str) -> list[list[str]]:
    return [[f"{number}", *cells] for number in range(count)]


def test_figures_end_at_the_same_place_and_are_as_wide_as_each_other() -> None:
    amounts = ["1,11 €", "9 999,99 €", "–", "0,00 €"]
    (sheet,) = laid(Table([Column("Nom"), Column("Montant", is_figure=True)], [["a", text] for text in amounts]))
    figures = [words for words in sheet.words if words.text in ("Montant", *amounts)]
    assert len(figures) == 5
    assert {round(end(words), 3) for words in figures} == {round(end(figures[0]), 3)}
    for weight in (REGULAR, BOLD):
        assert len({weight.widths[figure] for figure in "0123456789"}) == 1


def test_the_head_stands_on_every_sheet_and_every_row_on_one() -> None:
    sheets = laid(Table([Column("Numéro"), Column("Nom")], rows(300, "Crèvecœur")))
    assert len(sheets) > 5
    seen = []
    for sheet in sheets:
        start = sheet.words[1:] if sheet is sheets[0] else sheet.words
        assert [(words.text, words.is_bold) for words in start[:2]] == [("Numéro", True), ("Nom", True)]
        seen += [int(text) for text in texts(sheet) if text.isdecimal()]
    assert seen == list(range(300))


def test_a_row_that_no_sheet_could_hold_goes_on_on_the_next_ones() -> None:
    words = [f"mot{number}" for number in range(4_000)]
    sheets = laid(Table([Column("A"), Column("B")], [["1", " ".join(words)], ["2", "fin"]]))
    assert len(sheets) > 2
    found = " ".join(text for sheet in sheets for text in texts(sheet)).split()
    assert [word for word in found if word.startswith("mot")] == words
    assert found[-1] == "fin"
    assert all("A" in texts(sheet) for sheet in sheets)


def test_a_row_is_not_cut_when_a_sheet_can_hold_it() -> None:
    sheets = laid(Table([Column("A"), Column("B")], rows(40, "x\n" * 9 + "y")))
    assert all(texts(sheet).count("x") == 9 * texts(sheet).count("y") for sheet in sheets)


def test_a_heading_stays_with_what_follows() -> None:
    for count in range(20, 60):
        sheets = laid(Table([Column("A")], rows(count)), Heading("Suite"), Table([Column("B")], rows(3)))
        place = next(number for number, sheet in enumerate(sheets) if "Suite" in texts(sheet))
        assert texts(sheets[place])[texts(sheets[place]).index("Suite") + 1 :][:2] == ["B", "0"]


def test_many_columns_are_printed_smaller_before_a_word_is_broken() -> None:
    few = laid(Table([Column("Mot")] * 3, [["mutualité"] * 3]))
    many = laid(Table([Column("Mot")] * 19, [["mutualité"] * 19]))
    too_many = laid(Table([Column("Mot")] * 40, [["mutualité"] * 40]))
    sizes = [next(words.size for words in pile[0].words if words.text[:2] == "mu") for pile in (few, many, too_many)]
    assert sizes[0] == SIZES[0] > sizes[1] > sizes[2] == SIZES[-1]
    assert "mutualité" in texts(many[0])
    assert "mutualité" not in texts(too_many[0])


def test_one_endless_word_makes_nothing_else_smaller() -> None:
    (sheet,) = laid(Table([Column("A"), Column("B")], [["x" * 900, "court"]]))
    assert next(words.size for words in sheet.words if words.text == "court") == SIZES[0]


@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), min_size=1, max_size=30),
    st.floats(50, 800),
)
def test_columns_never_take_more_than_there_is(columns: list[tuple[float, float]], free: float) -> None:
    least = [min(pair) for pair in columns]
    wanted = [max(pair) for pair in columns]
    widths = shared(least, wanted, free)
    assert sum(widths) <= free + 0.001
    assert all(width >= 0 for width in widths)
    if sum(least) <= free:
        assert all(width >= low - 0.001 for width, low in zip(widths, least, strict=True))


TEXT = st.text(st.sampled_from("abc MWÉ€0123456789 \n-œŁ"), max_size=200)
BLOCKS = st.lists(
    st.one_of(
        st.builds(Paragraph, TEXT),
        st.builds(Heading, TEXT),
        st.builds(Facts, st.lists(st.tuples(TEXT, TEXT), max_size=8)),
        st.integers(1, 14).flatmap(
            lambda count: st.builds(
                Table,
                st.lists(st.builds(Column, TEXT), min_size=count, max_size=count),
                st.lists(st.lists(TEXT, min_size=count, max_size=count), max_size=12),
            )
        ),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(BLOCKS, st.booleans(), TEXT)
def test_nothing_stands_outside_the_margins_and_no_letter_is_lost(
    blocks: list[Block], is_wide: bool, title: str
) -> None:
    sheets = laid(*blocks, is_wide=is_wide, title=title)
    for number, sheet in enumerate(sheets, 1):
        Flow(REGULAR, BOLD).surround(sheet, FRAME, number, len(sheets))
        for words in sheet.words:
            assert words.x >= SIDE - NARROW
            assert end(words) <= sheet.width - SIDE + NARROW, words
            assert TOP <= words.y <= sheet.height - BOTTOM + NARROW, words
    told = "".join(title.split()) + "".join("".join(said(block)) for block in blocks)
    shown = "".join(text for sheet in sheets for text in texts(sheet))
    assert all(shown.count(letter) >= told.count(letter) for letter in "abcMWÉ€0123456789œŁ")


def said(block: Block) -> list[str]:
    match block:
        case Table():
            return [*(column.label for column in block.columns), *(cell for row in block.rows for cell in row)]
        case Facts():
            return [text for pair in block.pairs for text in pair]
    return [block.text]


@pytest.mark.parametrize("is_wide", [True, False])
def test_sheets_are_a4(is_wide: bool) -> None:
    (sheet,) = laid(Paragraph("x"), is_wide=is_wide)
    sides = (841.89, 595.28) if is_wide else (595.28, 841.89)
    assert (sheet.width, sheet.height) == sides
