"""Every word that a person reads comes from a catalogue, in three languages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from babel.messages.pofile import read_po

from api import catalogue as codes
from api.web import render
from api.web import said as said_of_lines
from api.web.extract import LOCALE, TRANSLATED, Text, catalogue, missing, renewed, texts
from api.web.grids import GRIDS
from api.web.words import translations
from domain.rules import refusals
from infrastructure.sample import BE_NURSING, sample_tariff
from projections.users import all_users, opened
from tests.api.practice import rows as sample_rows
from tests.web.markup import Element, parse
from tests.web.matrix import own_pages
from tests.web.mistakes import KEPT, mistakes
from tests.web.site import NOTE, OTHER_NAME, RunningSite, tell_month
from tests.web.visitor import is_html

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
_OPEN, _CLOSE = "\u27e6", "\u27e7"
_ID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_TOGETHER = re.compile(rf"[^.:!?]{_CLOSE}[^{_OPEN}{_CLOSE}:;.,·|/()\u2013\u2192-]*{_OPEN}")
"""Two texts side by side with nothing but blanks or data between them, the first no sentence."""
EXPLANATIONS = Path(refusals.__file__).parent / "refusal_codes"
"""What refusal codes mean: a catalogue of its own, in three languages, tested where it is."""

_SAID = ("aria-label", "title", "placeholder", "alt", "content")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    places = texts()
    lacking = [(text, places[text]) for text in missing(language)]
    assert not lacking, f"{len(lacking)} in {language}.po, for instance {lacking[:8]}"


def test_dutch_has_one_word_for_a_thing_and_one_form_of_address() -> None:
    said = {key: words["nl"] for key, words in codes.all_messages().items()}
    said |= {str(one.id): " ".join(forms_of(one.string)) for one in catalogue("nl")}
    other = re.compile(r"facturering|medisch huis|(?<!\w)(je|jij|jou|jouw|jullie)(?!\w)", re.IGNORECASE)
    assert {key: words for key, words in said.items() if other.search(words)} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_is_in_line_with_the_pages(language: str) -> None:
    """Otherwise run `python -m api.web.extract`."""
    assert (LOCALE / f"{language}.po").read_bytes() == renewed(language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_says_the_same_of_the_same_things(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        asked = {name for form in forms_of(message.id) for name in placeholders(form)}
        for given in forms_of(message.string):
            if given:
                assert set(placeholders(given)) <= asked, message.id
                assert (given[0].isspace(), given[-1].isspace()) == spaces(forms_of(message.id)[0]), message.id
                assert ("<" in given) == ("<" in forms_of(message.id)[0]), message.id
        whole = message.string if isinstance(message.string, str) else message.string[-1]
        if whole:
            assert set(placeholders(whole)) == set(placeholders(forms_of(message.id)[-1])), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_plurals_have_the_forms_of_the_language(language: str) -> None:
    with (LOCALE / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    assert (read.num_plurals, read.plural_expr) == (2, "(n != 1)")
    for text in texts():
        if isinstance(text, tuple):
            assert "%(" in text[1], f"the plural says how many: {text}"
            message = read.get(text[0])
            assert message is not None
            assert len(forms_of(message.string)) == 2


def test_none_is_singular_in_french_and_plural_elsewhere() -> None:
    for number, expected in ((0, "ligne"), (1, "ligne"), (2, "lignes")):
        assert translations("fr").ngettext("ligne", "lignes", number) == expected
    made = render.environment("fr").from_string(
        "{% trans count=0 %}{{ count }} a{% pluralize %}{{ count }} b{% endtrans %}"
    )
    assert made.render() == "0 a"


def test_a_text_is_a_whole_sentence_or_name() -> None:
    """Pieces that only make sense side by side cannot be translated."""
    for text, where in texts().items():
        for form in forms_of(text):
            assert form.strip(), where
            assert not re.match(r"^[,;.:)]", form), (form, where)
            assert form == form.strip(), (form, where)
            assert not re.search(r"\w'\w", form) or "\u2019" not in form, (form, where)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English becomes a language that marks each text: what stands outside the marks came from nowhere."""
    english: Any = translations("en")
    for name in ("gettext", "ugettext"):
        monkeypatch.setattr(english, name, marked)
    for name in ("ngettext", "ungettext"):
        monkeypatch.setattr(english, name, lambda one, more, n: marked(one if n == 1 else more))
    for found in codes._groups().values():
        for given in found.values():
            monkeypatch.setitem(given, "en", marked(given["en"]))
    for file in sorted(EXPLANATIONS.glob("*.toml")):
        for texts_of_a_code in refusals._table(file.stem).values():
            mark(monkeypatch, texts_of_a_code)
    for cache in (render.environment, said_of_lines._explained):
        cache.cache_clear()
    yield
    for cache in (render.environment, said_of_lines._explained):
        cache.cache_clear()


def mark(monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any]) -> None:
    """In all languages: the page of a cause shows them side by side."""
    for language in codes.LANGUAGES:
        given = entry.get(language, {})
        if isinstance(given, str):
            monkeypatch.setitem(entry, language, marked(given))
        else:
            for name in given:
                monkeypatch.setitem(given, name, marked(given[name]))


@pytest.mark.usefixtures("pseudo")
def test_no_word_of_a_page_comes_from_elsewhere(site: RunningSite) -> None:
    """Screens, the same as they were, errors, and what the sign-in says."""
    who = site.sign_in("administrator", "en")
    answers = []
    for way in own_pages(site):
        address = way.address(site)
        answers += [(way.path, who.followed(who.get(address)))]
        if way.is_of_practice:
            answers += [(f"{way.path} as of", who.followed(who.get(f"{address}?as_of={site.today}")))]
    nobody = site.anonymous()
    nobody.cookies["quittance-language"] = "en"
    answers += [("/login", nobody.get("/login"))]
    refused = nobody.post_form("/login", "/login", {"login": "personne", "password": "faux"})
    answers += [("/login refused", refused)]
    reader = site.sign_in("accountant", "en")
    for path in ("/il-n-y-a-rien", "/facturation", "/historique/envois?sort=nothing", "/historique/envois?as_of=hier"):
        answers += [(path, reader.get(site.at(path)))]
    assert_marked(answers, names(site))


@pytest.mark.usefixtures("pseudo")
def test_no_word_of_an_empty_screen_comes_from_elsewhere(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("administrator", "en")
    ways = [way for way in own_pages(fresh_site) if set(way.names) <= {"where", "month", "grid"}]
    answers = [(way.path, who.followed(who.get(way.address(fresh_site)))) for way in ways]
    for shown in GRIDS.values():
        usual = [choice for choice in shown.spec.choices if choice.kind == "flag"]
        answers += [(shown.spec.path, who.get(fresh_site.at(f"{shown.spec.path}?{one.name}=true"))) for one in usual]
    assert_marked(answers, names(fresh_site))


@pytest.mark.usefixtures("pseudo")
def test_no_word_about_a_mistake_comes_from_elsewhere(fresh_site: RunningSite) -> None:
    tell_month(fresh_site)
    refused = [one for one in mistakes(fresh_site, "en") if one.is_refused]
    assert len(refused) > 10
    assert_marked([(one.route, one.answer) for one in refused], names(fresh_site) | {KEPT.casefold()})


def assert_marked(answers: list[tuple[str, httpx.Response]], known: set[str]) -> None:
    """Every word outside the marks is data, and no key of the catalogue; no sentence is put together of several texts."""
    groups = "|".join(sorted({key.partition(".")[0] for key in codes.all_messages()}))
    key, strange = re.compile(rf"\b({groups})\.[a-z_]+\b"), dict[str, set[str]]()
    for place, answer in answers:
        if not is_html(answer):
            continue
        for run in said(parse(_ID.sub("", answer.text))):
            if key.search(run):
                strange.setdefault(place, set()).add(f"a key: {run.strip()[:80]!r}")
            if _TOGETHER.search(outermost(run)):
                strange.setdefault(place, set()).add(f"put together: {run.strip()[:80]!r}")
            bare = re.sub(rf"{_OPEN}[^{_CLOSE}]*{_CLOSE}", " ", outermost(run))
            for word in re.findall(r"\w{3,}", bare):
                if word.casefold() not in known and word.isalpha():
                    strange.setdefault(place, set()).add(f"{word} in {run.strip()[:80]!r}")
    assert not strange, "\n".join(f"{place}: {sorted(words)[:8]}" for place, words in strange.items())


# ---- what the tests above have in common


def marked(text: str) -> str:
    return f"{_OPEN}{text}{_CLOSE}"


def outermost(run: str) -> str:
    """Marks within marks taken away: a text may be filled in into another one."""
    made, depth = [], 0
    for letter in run:
        if letter == _OPEN:
            depth += 1
        if depth in (0, 1) or letter not in (_OPEN, _CLOSE):
            made.append(letter)
        if letter == _CLOSE:
            depth -= 1
    return "".join(made)


def said(element: Element) -> Iterator[str]:
    """What a person reads or hears. What stands in `<code>` and in fields is data."""
    for name in _SAID:
        if element.get(name) and element.tag != "meta":
            yield element.get(name)
    for child in element.children:
        if isinstance(child, Element):
            if child.tag not in ("code", "pre", "script", "svg", "textarea"):
                yield from said(child)
        else:
            yield child


def names(site: RunningSite) -> set[str]:
    """Words that are data: people, practices, the product, languages, keys."""
    values = [str(value) for row in sample_rows() for value in row.values()]
    values += [
        OTHER_NAME,
        "Wouters Anke",
        "Quittance",
        "eFact",
        "CSV",
        "XLSX",
        "PDF",
        "lettre txt",
        "tests",
    ]
    values += [NOTE, *(str(row["name"]) for row in site.rows("SELECT name FROM api_keys"))]
    values += [str(row["name"]) for row in site.rows("SELECT name FROM establishments")]
    with site.quittance.store.database.transaction() as sql:
        for user in opened(site.quittance.keys, all_users(sql)):
            values += [user.login, user.name]
    tariff = json.loads(sample_tariff(BE_NURSING))
    values += [tariff["name"], tariff["source"], tariff["currency"], *(one["name"] for one in tariff["entitlements"])]
    values += [text for code in tariff["codes"] for text in code["texts"].values()]
    roles = ("administrator", "office", "care_giver", "dentist", "assistant", "accountant", "auditor", "steps", "other")
    return {word.casefold() for value in (*values, *roles) for word in re.findall(r"[^\W\d_]{3,}", value)}


def forms_of(given: Text | tuple[str, ...]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def placeholders(form: str) -> list[str]:
    return [one or other for one, other in _PLACEHOLDER.findall(form)]


def spaces(form: str) -> tuple[bool, bool]:
    return form[0].isspace(), form[-1].isspace()
