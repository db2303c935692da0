"""The bytes: read back they say what was given; every Latin name prints, no text at all makes it fail."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infrastructure.pdf import UNKNOWN, Column, Document, Facts, Heading, Paragraph, Table, pdf_of
from infrastructure.pdf.letters import letters_of
from tests.infrastructure.pdf.samples import FONTS, FRAME
from tests.printed import plain, reader, sheets

REGULAR = letters_of(FONTS.regular)
NAMES = [
    "Łukasz Żółć",
    "Nguyễn Thị Hồng Ánh",
    "Crèvecœur Lætitia",
    "Straßer Käthe",
    "Özdemir Gülşen İpek",
    "Ångström Bjørn",
    "Jánošík Tomáš",
    "Ștefănescu Țiriac",
    "O’Brien d'Hôte",
    "Ðorđević Ljiljana",
    "Þórðarson Sæmundur",
    "Ọbasanjọ Ẹniọlá",
    "Ġużè Ħasan",
]


def page_of(*texts: str) -> str:
    return sheets(pdf_of([Document("Titre", [Paragraph(text) for text in texts])], FRAME, FONTS))[0]


def written(text: str) -> str:
    return plain(REGULAR.written(text))


def test_what_is_given_is_read_back() -> None:
    table = Table([Column("Nom"), Column("Montant", is_figure=True)], [["Brûlé", "1\u202f234,56 €"], ["Gérard", "–"]])
    blocks = [Facts([("Union", "319")]), Heading("Détail"), table, Paragraph("Fini.", is_bold=True)]
    (text,) = sheets(pdf_of([Document("Décompte", blocks, ["Filtre : octobre"])], FRAME, FONTS))
    assert text == (
        "Décompte Filtre : octobre Union 319 Détail Nom Montant Brûlé 1 234,56 € Gérard – Fini."
        " Cabinet des Érables (fictif) Imprimé le 03/11/2026 10:00 Page 1 / 1"
    )


def test_each_document_begins_on_its_own_sheet_and_sheets_are_counted_over_all() -> None:
    long = Table([Column("A")], [[f"ligne {number}"] for number in range(90)])
    documents = [Document("Premier", [long], is_wide=True), Document("Deuxième", []), Document("Troisième", [])]
    found = sheets(pdf_of(documents, FRAME, FONTS))
    total = len(found)
    assert [text.split()[0] for text in found] == ["Premier", *["A"] * (total - 3), "Deuxième", "Troisième"]
    assert all(text.endswith(f"Page {number} / {total}") for number, text in enumerate(found, 1))
    assert all("Premier" in text for text in found[:-2]), "a sheet says which document goes on"
    boxes = [page.mediabox for page in reader(pdf_of(documents, FRAME, FONTS)).pages]
    assert [box.width > box.height for box in boxes] == [True] * (total - 2) + [False, False]


def test_same_input_same_bytes() -> None:
    documents = [Document("Titre", [Paragraph("Texte Łódź")])]
    assert pdf_of(documents, FRAME, FONTS) == pdf_of(documents, FRAME, FONTS)


def test_the_file_names_nobody() -> None:
    made = reader(pdf_of([Document("Brûlé Clémence", [])], FRAME, FONTS))
    assert made.metadata is not None
    assert made.metadata.title == "Liste"
    assert made.metadata.author is None
    assert made.trailer["/Root"]["/Lang"] == "fr"  # type: ignore[index]
    assert {"/Names", "/AA", "/AcroForm"}.isdisjoint(made.trailer["/Root"])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_a_latin_name_is_printed_as_it_is(name: str) -> None:
    assert name in page_of(name)
    assert name in page_of(unicodedata.normalize("NFD", name))


def test_every_letter_of_the_latin_alphabets_is_there() -> None:
    blocks = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x1E00, 0x1F00)]
    kinds = ("L", "N", "P", "S")
    letters = [chr(code) for code in blocks if unicodedata.category(chr(code))[0] in kinds]
    lacking = "".join(letter for letter in letters if UNKNOWN in REGULAR.written(letter))
    assert lacking == "ẜ", "of medieval manuscripts"
    assert letters_of(FONTS.bold).widths.keys() == REGULAR.widths.keys()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("שלום", UNKNOWN * 4),
        ("Иван", UNKNOWN * 4),
        ("Anne 🦷", f"Anne {UNKNOWN}"),
        ("\N{FAMILY}", UNKNOWN),
        ("\ud800", UNKNOWN),
        ("a\u200fb\u202ec\ufe0f", "abc"),
        ("1\u202f234\u00a0€", "1\u00a0234\u00a0€"),
        ("a\tb\x00c\u2028d", "a b c d"),
        ("ﬁn Ⅻ", "fin XII"),
    ],
)
def test_what_has_no_glyph_is_a_visible_mark_and_what_nobody_sees_is_nothing(text: str, shown: str) -> None:
    assert REGULAR.written(text) == shown
    assert plain(shown) in page_of(text)


def test_nothing_of_a_text_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING"):
        page_of("שלום 🦷 Łukasz")
    assert not caplog.records


def test_the_mark_is_visible() -> None:
    assert REGULAR.widths[UNKNOWN] > 400


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), min_size=4, max_size=4))
@example(["\ud800"] * 4)
def test_no_text_makes_it_fail(texts: list[str]) -> None:
    title, label, cell, head = texts
    blocks = [Table([Column(label), Column(cell, is_figure=True)], [[cell, label]]), Facts([(label, cell)])]
    content = pdf_of([Document(title, blocks, [head])], replace(FRAME, head=head, title=title), FONTS)
    shown = "".join("".join(sheets(content)).split())
    for text in (title, label, cell):
        assert all(letter in shown for letter in written(text) if not letter.isspace())
