"""Codes, numbers, months and counts stand in one form on every page, in each of the three languages."""

import re
from pathlib import Path

import pytest

from api.catalogue import LANGUAGES, Language, text, unread, with_percent
from api.web.refusal_rows import SPEC
from api.web.render import environment
from api.web.written import of_month, refusal_code, sending_name
from application.register import plain
from infrastructure.efact import reader
from tests.web.markup import parse
from tests.web.matrix import own_pages
from tests.web.site import NOTE, RunningSite
from tests.web.test_texts import said
from tests.web.visitor import is_html

_CODE = re.compile(r"\b([BEFRS])(.?)([0-9]{6})\b|\b([0-9]{6}) ([BEFRS])\b")
_LONE_COLON = re.compile(r"\w :(\s|$)")


def test_a_refusal_is_named_by_severity_and_code_which_never_part() -> None:
    assert (refusal_code("502255", "R"), refusal_code("502255", None)) == ("R\u00a0502255", "502255")
    assert sending_name(2, "500") == "2 · 500"


@pytest.mark.parametrize(
    ("language", "october", "may"),
    [
        ("fr", "d'octobre 2026", "de mai 2026"),
        ("nl", "oktober 2026", "mei 2026"),
        ("en", "October 2026", "May 2026"),
    ],
)
def test_a_month_is_written_in_words(language: Language, october: str, may: str) -> None:
    assert (of_month("2026-10", language), of_month("2026-05", language)) == (october, may)


@pytest.mark.parametrize(
    ("language", "count", "share"), [("fr", "2\u202f862", "25\u00a0%"), ("nl", "2.862", "25%"), ("en", "2,862", "25%")]
)
def test_thousands_are_apart_in_sentences_cells_and_figures(language: Language, count: str, share: str) -> None:
    made = environment(language).from_string(
        '{% import "ui.html" as ui %}{% trans count=n %}{{ count }} ligne{% pluralize %}{{ count }} lignes{% endtrans %}'
        '{{ ngettext("%(num)s jour", "%(num)s jours", n) }}{{ n | number }}{{ ui.card("Lignes", n) }}'
    )
    shown = made.render(n=2862)
    assert (shown.count(count), "2862" in shown) == (4, False)
    assert count in text("print.rows", language, count=2862)
    assert with_percent(25, language) == share


def test_a_line_paid_less_is_as_pink_in_the_list_as_in_the_tree() -> None:
    looks = [SPEC.look({"verdict": verdict, "refused_cents": 5}) for verdict in ("refused", "accepted_less")]
    assert looks == ["is-refused", "is-refused"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_writes_codes_sendings_or_colons_in_another_way(site: RunningSite, language: Language) -> None:
    who, odd = site.sign_in("administrator", language), set()
    for way in own_pages(site):
        answer = who.followed(who.get(way.address(site)))
        if not is_html(answer) or "/messages/" in way.path:
            continue
        for run in said(parse(answer.text)):
            odd |= {f"{way.path}: {run}" for found in _CODE.finditer(run) if found[2] != "\u00a0"}
            if language != "fr" and run != NOTE and _LONE_COLON.search(run):
                odd.add(f"{way.path}: {run}")
    assert not odd


def test_the_chips_of_a_list_have_the_colon_of_the_language(site: RunningSite) -> None:
    for language, chip in (("fr", "Archivé : non"), ("nl", "Gearchiveerd: nee"), ("en", "Archived: no")):
        page = site.sign_in("office", language).see(site.at("/historique/envois?is_archived=false"))
        assert chip in page.by_id("list").text


def test_a_cedilla_sorts_as_the_letter_below_it(fresh_site: RunningSite) -> None:
    office, form = fresh_site.sign_in("office"), fresh_site.at("/prestataires/nouveau")
    given = {"nihii": "41234502401", "last_name": "Çelik", "first_name": "An", "valid_from": "2026-01-01"}
    assert office.post_form(form, form, given).status_code == 303
    names = [row.all("th")[0].text for row in office.see(fresh_site.at("/prestataires")).one("tbody").all("tr")]
    assert names == sorted(names, key=plain)
    assert names[-1] != "Çelik An"


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_every_reason_why_bytes_were_not_read_has_words(language: Language) -> None:
    """Those that stand in the reader, whatever lengths it fills into them."""
    folder = Path(reader.__file__).parent
    source = "".join((folder / name).read_text("utf-8") for name in ("reader.py", "cutting.py"))
    given = re.findall(r'(?:Piece|Unread)\([^"\n]*"([^"]+)"', source)
    assert len(given) == 9
    for reason in given:
        filled = re.sub(r"\{[^}]*\}", "12", reason)
        assert unread(filled, language) not in (filled, reason)
