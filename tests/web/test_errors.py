"""Pages of errors: what happened, what did not, what to do next, and a reference that stands in the log.

What became of a form is never guessed: refused, done all the same, or not certain.
"""

import json
import logging
import re
from collections.abc import Iterator
from time import sleep
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import httpx
import pytest

from api.catalogue import LANGUAGES, Language, all_messages
from api.rest.problems import Problem
from api.web import todo, visit
from api.web.words import translations
from domain.roles import RIGHTS
from infrastructure.store.errors import StoreUnavailable
from tests.web.markup import Element, filled, forms, parse
from tests.web.mistakes import Mistake, mistakes
from tests.web.site import RunningSite, tell_month
from tests.web.test_policy import check_answer, check_page, way_to
from tests.web.test_roles import csrf_of
from tests.web.visitor import is_html

NOTHING_READ = "Aucune donnée n'a été modifiée."
NOTHING_DONE = "Rien n'a été enregistré ni envoyé par cette action."
NOT_CERTAIN = "Il n'est pas certain que cette action ait été exécutée : vérifiez avant de recommencer."
DONE = "L'action a été enregistrée ; seul l'affichage du résultat a échoué."
NOTE = "La mutualité rappelle demain"


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSite, list[Mistake]]]:
    """A site of its own, and what every form of it answers when it is sent without sense."""
    with RunningSite.open(tmp_path_factory.mktemp("wrong")) as opened:
        tell_month(opened)
        yield opened, [one for one in mistakes(opened) if one.is_refused]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_says_what_happened_and_what_did_not_and_its_reference_is_in_the_log(
    site: RunningSite, language: Language, caplog: pytest.LogCaptureFixture
) -> None:
    who, say = site.sign_in("accountant", language), translations(language).gettext
    csrf = who.see(site.at("/historique")).all("input", name="csrf")[0].get("value")
    ours = {"csrf": csrf, "command_id": "f" * 32}
    read = {
        site.at("/il-n-y-a-rien"): 404,
        site.at("", site.elsewhere): 404,
        site.at("/audit"): 403,
        site.at("/historique/envois?sort=nothing"): 422,
        site.at("/historique/envois?as_of=hier"): 422,
        site.at("/historique/envois?cursor=x"): 422,
        f"{site.at('/suivi')}/{UUID(int=1)}/notes": 405,
    }
    sent: dict[str, tuple[int, dict[str, str]]] = {
        site.at("/recherche"): (403, {"q": "x"}),
        site.at("/facturation/2026-10"): (403, ours),
        f"{site.at('/suivi')}/{UUID(int=1)}/notes": (404, {**ours, "note": NOTE}),
        site.at("/travaux/1/arreter"): (422, ours),
        site.at("/colonnes/sendings"): (413, {**ours, "x": "x" * 5_000_000}),
    }
    with caplog.at_level(logging.INFO, "quittance.requests"):
        answers = [(who.get(path), status, NOTHING_READ) for path, status in read.items()]
        answers += [(who.post(path, given), status, NOTHING_DONE) for path, (status, given) in sent.items()]
        logged = lines_about([answer for answer, *_ in answers], caplog)
    for answer, status, outcome in answers:
        told = f"{answer.request.method} {answer.request.url.path}"
        assert answer.status_code == status, told
        page = parse(answer.text)
        assert page.one("html").get("lang") == language
        assert page.one("h1").text, told
        assert say(outcome) in page.one("main").text, told
        assert len(page.one("main").all("p")[0].text) > 20, told
        assert logged[reference(page)]["status"] == status, told
        assert answer.headers["quittance-correlation-id"] == reference(page), told
        check_answer(told, answer)
        check_page(told, answer, page)


def test_a_fault_of_ours_says_nothing_of_itself_but_the_reference(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> NoReturn:
        raise RuntimeError("85010112345")

    monkeypatch.setattr(todo, "worklist", fail)
    with caplog.at_level(logging.INFO):
        answer = site.sign_in("office").get(site.at())
    page = parse(answer.text)
    assert answer.status_code == 500
    assert NOTHING_READ in page.text
    assert page.all("nav", class_="sidebar"), "one can go on from there"
    assert "85010112345" not in answer.text + caplog.text
    assert "RuntimeError" not in answer.text
    assert [line["fault"] for line in lines_of(caplog) if line["correlation_id"] == reference(page) and "fault" in line]


def test_a_database_that_is_away_still_gives_a_page(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    who = site.sign_in("office")

    def fail(*_: object) -> NoReturn:
        raise StoreUnavailable

    monkeypatch.setattr(site.quittance.store.database, "snapshot", fail)
    answer = who.get(site.at("/historique/envois?sort=month"))
    assert (answer.status_code, is_html(answer)) == (503, True)
    assert NOTHING_READ in parse(answer.text).text
    assert answer.headers["retry-after"]


def test_what_was_done_before_the_page_failed_is_said_and_shown(
    fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent again, the same form does nothing twice."""
    site, who = fresh_site, fresh_site.sign_in("office")
    sending_id, form, page = note_form(site)

    def fail(*_: object) -> NoReturn:
        raise Problem(503, "views_behind")

    with monkeypatch.context() as patched:
        patched.setattr(visit, "catch_up", fail)
        answer = who.submit(form, page, {"note": NOTE})
    assert answer.status_code == 503
    told = parse(answer.text)
    assert DONE in told.text
    assert NOTHING_DONE not in told.text
    (link,) = [one for one in told.one("main").all("a") if one.text == "Voir le résultat"]
    assert NOTE in who.see(link.get("href")).text
    assert who.submit(form, page, {"note": NOTE}).status_code == 303
    assert len(site.quittance.casework.of(sending_id).notes) == 1


def test_what_may_have_been_done_is_not_denied(fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    _, form, page = note_form(fresh_site)

    def fail(*_: object) -> NoReturn:
        raise RuntimeError

    monkeypatch.setattr(fresh_site.quittance.casework, "note", fail)
    answer = fresh_site.sign_in("office").submit(form, page, {"note": NOTE})
    assert answer.status_code == 500
    assert NOT_CERTAIN in parse(answer.text).text
    assert NOTHING_DONE not in parse(answer.text).text


def test_a_field_is_called_what_people_call_it(site: RunningSite) -> None:
    told = parse(site.sign_in("office").get(site.at("/historique/envois?as_of=hier")).text).by_id("main").text
    assert "« Situation au »" in told
    assert "as_of" not in told


def test_a_missing_right_is_named_and_who_gives_it(site: RunningSite) -> None:
    who = site.sign_in("accountant")
    for path, right in {
        "/patients": "voir les patients",
        "/audit": "audit",
    }.items():
        told = parse(who.get(site.at(path)).text).one("main").text
        assert right in told
        assert "Un administrateur du cabinet attribue les rôles" in told


def test_a_closed_page_keeps_the_menu_and_names_the_roles_and_who_gives_them(site: RunningSite) -> None:
    site.sign_in("administrator")
    who = site.sign_in("accountant")
    open_page, closed = who.see(site.at("/tarifs")), who.get(site.at("/audit"))
    assert closed.status_code == 403
    page = parse(closed.text)
    menus = [[link.get("href") for link in one.one("nav", class_="sidebar").all("a")] for one in (open_page, page)]
    assert menus[0] == menus[1]
    told = page.one("main").text
    assert "administrateur, auditeur" in told
    assert "secrétariat" not in told
    assert "Personne administrator" in told
    told = parse(who.get(site.at("/patients/nouveau")).text).one("main").text
    assert "administrateur, secrétariat, dentiste, assistant" in told
    form = who.post(site.at("/facturation/2026-10"), {"csrf": csrf_of(who, site)})
    assert (form.status_code, bool(parse(form.text).one("nav", class_="sidebar"))) == (403, True)


def test_every_right_has_its_words() -> None:
    assert {key.partition(".")[2] for key in all_messages() if key.startswith("right.")} == RIGHTS


def test_no_page_speaks_to_programs() -> None:
    """What a problem tells a program (repeat with the same key, see errors) is told a person in other words."""
    known = all_messages()
    for key, told in known.items():
        group, _, code = key.partition(".")
        if group == "problem" and code not in FOR_PROGRAMS and FOR_PROGRAM.search(told["fr"]):
            assert f"page_problem.{code}" in known, told["fr"]
        if group == "page_problem":
            assert f"problem.{code}" in known, code
            assert not FOR_PROGRAM.search(told["fr"]), told["fr"]


FOR_PROGRAM = re.compile(r"(cette|même|une) clé|la clé n'a|requête|en-tête|Wait-For|Bearer|errors|docs/", re.IGNORECASE)
FOR_PROGRAMS = frozenset(
    {
        "api_key_unknown",
        "event_type_unknown",
        "header_invalid",
        "idempotency_key_missing",
        "key_limited",
        "not_authenticated",
    }
)
"""Problems that no page has."""


# ---- forms


def test_a_refused_form_says_what_is_wrong_where_and_keeps_what_was_typed(
    wrong: tuple[RunningSite, list[Mistake]],
) -> None:
    """On top, with a way to the field; at the field, told to who cannot see it; and nothing was done."""
    _, refused = wrong
    shown = [one for one in refused if one.shows_errors]
    assert len(shown) > 10
    for mistake in shown:
        page = mistake.read
        (box,) = page.of_class("errors")
        assert box.get("role") == "alert", mistake.route
        assert mistake.answer.status_code == 422, mistake.route
        for link in box.all("a", "href"):
            field = page.by_id(link.get("href").removeprefix("#"))
            assert field.get("aria-invalid") == "true", mistake.route
            said = [page.by_id(name).text for name in field.get("aria-describedby").split()]
            assert link.text in said, mistake.route
        standing = dict(filled(mistake.form_in(page), {}))
        for name, value in mistake.fields:
            assert name in standing, (mistake.route, name)
            assert value.strip() in (standing[name], ""), (mistake.route, name)
    assert sum(len(one.read.of_class("errors")[0].all("a", "href")) for one in shown) > 10


def test_a_refused_form_without_a_page_of_its_own_leads_back(wrong: tuple[RunningSite, list[Mistake]]) -> None:
    bare = [one for one in wrong[1] if not one.shows_errors]
    for mistake in bare:
        page = mistake.read
        assert 400 <= mistake.answer.status_code < 500, mistake.route
        assert NOTHING_DONE in page.text, mistake.route
        back = [one.get("href") for one in page.one("main").all("a") if one.text == "Revenir à la page précédente"]
        assert back == [mistake.page], mistake.route
    assert len(bare) < len(wrong[1]) / 3, "most forms say it where they stand"


def test_from_a_refused_form_every_way_on_leads_somewhere(wrong: tuple[RunningSite, list[Mistake]]) -> None:
    """The languages and the day as of which things are shown, too: the address of a form is no page, and what is
    relative begins there.
    """
    site, refused = wrong
    for mistake in refused:
        page = mistake.read
        check_answer(mistake.route, mistake.answer)
        check_page(mistake.route, mistake.answer, page)
        leads = [link.get("href") for link in page.all("a", "href") if not link.get("href").startswith("#")]
        assert all(leads), "the address of a form is not opened again"
        leads += [form.get("action") for form in forms(page, method="get")]
        for lead in leads:
            parts = urlsplit(urljoin(mistake.action, lead))
            assert way_to(site, "GET", parts.path), (mistake.route, lead)
        (language,) = page.by_id("languages").all("a", lang="nl")
        assert way_to(site, "GET", urlsplit(back_of(language.get("href"))).path), mistake.route


# ---- what the tests above have in common


def lines_of(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Lines of the service's own log."""
    return [json.loads(one.getMessage()) for one in caplog.records if one.name.startswith("quittance.")]


def lines_about(answers: list[httpx.Response], caplog: pytest.LogCaptureFixture) -> dict[str, dict[str, Any]]:
    """By reference; a line is written just after its answer has left."""
    wanted = {answer.headers["quittance-correlation-id"] for answer in answers}
    for _ in range(500):
        found = {line["correlation_id"]: line for line in lines_of(caplog)}
        if wanted <= found.keys():
            break
        sleep(0.01)
    return found


def reference(page: Element) -> str:
    return page.one("main").all("code")[-1].text


def note_form(site: RunningSite) -> tuple[UUID, Element, str]:
    """A sending, the form for a note on it, and the page where that stands."""
    site.enter_care(200)
    (sending_id, *_) = site.bill()
    page = site.at(f"/envois/{sending_id}")
    (form,) = forms(site.sign_in("office").see(page), site.at(f"/suivi/{sending_id}/notes"))
    return sending_id, form, page


def back_of(address: str) -> str:
    """Where a link to a language leads in the end."""
    return httpx.URL(address).params["next"]


def test_an_address_that_is_nobodys_is_answered_with_a_page_in_a_browser(site: RunningSite) -> None:
    who = site.anonymous()
    for path in ("/nulle-part", "/nulle/part", "/cabinet"):
        page = who.get(path, headers={"accept": "text/html,application/xhtml+xml"})
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        assert parse(page.text).one("h1").text
        told = who.get(path, headers={"accept": "application/json"})
        assert (told.status_code, told.headers["content-type"]) == (404, "application/problem+json"), path
    assert who.get("/patients", headers={"accept": "text/html"}).headers["content-type"] == "application/problem+json"
