"""The page of the session with MyCareNet without a script: by P12, renewed, closed, and its time in the bar of every page."""

import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from api.web import live
from tests.conftest import require_postgres
from tests.web.browser import Window
from tests.web.markup import Element, forms, parse
from tests.web.over_mycarenet import There, free_port, over_mycarenet
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import PARTIAL, Visitor

CLOSED = "MyCareNet : aucune session"
READER = "__Host-quittance-reader"
TOKEN = "t" * 43


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[There]:
    if request.param == "postgres":
        require_postgres()
    with over_mycarenet(tmp_path, request.param) as opened:
        yield opened


def bar(page: Element) -> str:
    """What the bar of a page says of the session, empty when it says nothing."""
    return "".join(one.text for one in page.all(id="mycarenet"))


def told(page: Element) -> str:
    """What the page itself says."""
    return page.by_id("main").text


def open_with(there: There, who: Visitor, name: str = "nurse", password: str = "") -> Element:
    content, right = there.p12(name)
    address = there.site.at("/session")
    fields, files = {"password": password or right}, {"p12": ("cle.acc-p12", content)}
    return parse(who.followed(who.post_form(address, f"{address}/p12", fields, files)).text)


def test_a_p12_opens_a_session_that_every_page_tells(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    assert bar(who.see(site.at("/historique/envois"))) == CLOSED
    page = open_with(there, who)
    for words in ("Une session est ouverte", "Personne office", "12 h 0 min", "un certificat eHealth", "une personne"):
        assert words in told(page), words
    for address in (site.at(), site.at("/historique/envois"), site.at("/session")):
        assert bar(who.see(address)) == "MyCareNet jusqu'à 22:00", address
    assert bar(site.sign_in("accountant").see(site.at())) == "MyCareNet jusqu'à 22:00"
    assert bar(who.see(site.at("/historique/envois?as_of=2026-11-02"))) == "", "it is of now"
    assert bar(who.see("/account")) == "", "of no practice"


def test_the_bar_warns_half_an_hour_before_the_end_and_says_when_it_is_over(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    open_with(there, who)
    site.clock.forward(hours=11, minutes=29)
    who, _ = site.sign_in_again("office")
    assert bar(who.see(site.at())) == "MyCareNet jusqu'à 22:00"
    site.clock.forward(seconds=60)
    part = who.get(site.at("/session/reste"), headers=PARTIAL)
    assert "plus que 30 minutes" in part.text
    assert "triangle-alert" in part.text
    assert "<html" not in part.text
    site.clock.forward(minutes=30)
    assert bar(who.see(site.at())) == CLOSED
    assert "La dernière s'est terminée le 03/11/2026 22:00" in told(who.see(site.at("/session")))


def test_it_is_renewed_and_closed_at_one_press_each(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    open_with(there, who)
    site.clock.forward(seconds=20)
    assert "12 h 0 min" in told(who.see(site.at("/session"))), "and not 11 h 60 min"
    site.clock.forward(minutes=19, seconds=40)
    address = site.at("/session")
    assert "03/11/2026 22:20" in told(read_after(who, address, "renouveler"))
    page = read_after(who, address, "fermer")
    assert "Aucune session n'est ouverte" in told(page)
    assert bar(page) == CLOSED
    assert "La dernière" not in told(page), "it was closed, it did not end"


def read_after(who: Visitor, address: str, act: str) -> Element:
    return parse(who.followed(who.post_form(address, f"{address}/{act}")).text)


def test_what_is_wrong_with_a_p12_is_said_and_nothing_of_it_shown_or_kept(
    there: There, caplog: pytest.LogCaptureFixture
) -> None:
    site, who = there.site, there.site.sign_in("office")
    with caplog.at_level(logging.DEBUG):
        page = open_with(there, who, password="pas-le-bon-mot")
    assert "Une session est ouverte" not in told(page)
    (problem,) = page.of_class("errors")
    assert problem.text
    assert page.by_id("p12").get("aria-invalid") == "true"
    assert not any("pas-le-bon-mot" in str(value) for one in page.walk() for value in one.attributes.values())
    assert "pas-le-bon-mot" not in page.text + caplog.text
    stranger = open_with(there, who, "company")
    assert "Aucun enregistrement MyCareNet" in stranger.of_class("errors")[0].text
    kept = "\n".join(str(dict(row)) for row in site.rows("SELECT * FROM pending_forms"))
    assert kept == ""


def test_a_password_does_not_wait_behind_the_sign_in(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    address = site.at("/session")
    (form,) = forms(who.see(address), f"{address}/p12")
    site.clock.forward(hours=2)
    content, password = there.p12()
    late = who.submit(form, address, {"password": password}, {"p12": ("cle.p12", content)})
    assert "lost=true" in late.headers["location"]
    assert site.rows("SELECT form FROM pending_forms") == []


def test_who_may_not_bill_sees_the_session_and_no_way_to_open_one(there: There) -> None:
    site = there.site
    page = site.sign_in("accountant").see(site.at("/session"))
    assert "demandez-le à la personne qui facture" in told(page)
    assert not forms(page, site.at("/session/p12"))
    assert not page.all(id="card")
    assert not page.all("script", src="session")


def test_what_was_sent_without_a_session_is_shown_to_wait_for_one(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    site.enter_care(60)
    made = site.bill()
    assert "attend une session" not in told(who.see(site.at("/session")))
    month = site.at(f"/facturation/{MONTH}")
    who.followed(who.post_form(month, f"{month}/envoyer"))
    page = who.see(site.at("/session"))
    assert f"{len(made)} envois attendent une session" in told(page)
    assert page.all("a", href=site.at("/historique/envois?status=queued"))


def test_the_token_of_the_agent_is_kept_in_a_cookie_that_no_script_reads(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    link = site.at("/session/lecteur")
    csrf = {"csrf": who.see(site.at("/session")).all("input", name="csrf")[0].get("value")}
    assert who.see(site.at("/session")).by_id("card").get("data-token") == ""
    answer = who.post(link, {**csrf, "token": TOKEN})
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(READER)]
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert who.see(site.at("/session")).by_id("card").get("data-token") == TOKEN
    assert TOKEN not in who.get(site.at("/historique/envois")).text
    for wrong in ("", "x", "é" * 43, "a b" * 20, "x" * 500):
        refused = who.post(link, {**csrf, "token": wrong})
        assert (refused.status_code, set(refused.json())) == (422, {"code", "text"}), wrong


def test_what_a_script_may_send_wrongly_is_refused_in_words(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    own = {"csrf": who.see(site.at("/session")).all("input", name="csrf")[0].get("value"), "command_id": uuid4().hex}
    junk = b64encode(b"junk").decode()
    for path, fields in (
        ("/session/carte/demande", {}),
        ("/session/carte/demande", {"certificate": "no base64!"}),
        ("/session/carte/demande", {"certificate": junk}),
        ("/session/carte", {}),
        ("/session/carte", {"request_id": "x", "envelope": junk}),
        ("/session/carte", {"request_id": str(uuid4()), "envelope": junk}),
    ):
        answer = who.post(site.at(path), {**own, **fields})
        assert answer.status_code == 422, (path, fields)
        assert answer.json()["text"], (path, fields)
    assert "Aucune session n'est ouverte" in told(who.see(site.at("/session")))


def test_the_agents_window_leads_to_the_practice_or_to_the_choice(there: There) -> None:
    site = there.site
    assert site.sign_in("office").get("/session").headers["location"] == site.at("/session")
    other = site.enter_other_practice()
    both = site.add_user("both", (site.where, "office", site.today, None), (other, "office", site.today, None))
    who = site.first_sign_in("both", both)
    links = [one.get("href") for one in who.see("/session").by_id("main").all("a", "href")]
    assert sorted(links) == sorted(site.at("/session", where) for where in (site.where, other))
    assert site.anonymous().get("/session").headers["location"] == "/login?next=%2Fsession"


@pytest.mark.browser
def test_a_p12_needs_no_script_and_pages_that_stay_open_learn_of_the_session(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 8.0)
    monkeypatch.setenv("QUITTANCE_AGENT_PORT", str(free_port()))
    with over_mycarenet(tmp_path) as there:
        site, (content, password) = there.site, there.p12()
        who, reader = site.sign_in("office"), site.sign_in("accountant")
        with Window.open(chromium, site, who, scripts=False) as window, Window.open(chromium, site, reader) as other:
            page = window.go(site.at("/session"))
            expect(page.locator("#card noscript p")).to_be_visible()
            expect(page.locator("#card form")).to_have_count(2)
            expect(page.locator("#card form:visible")).to_have_count(0)
            file = {"name": "cle.acc-p12", "mimeType": "application/x-pkcs12", "buffer": content}
            page.get_by_label("Fichier P12").set_input_files(file)  # type: ignore[arg-type]
            page.get_by_label("Mot de passe du fichier").fill(password)
            other.go(site.at("/historique/envois"))
            expect(other.page.locator("#mycarenet")).to_have_text(CLOSED)
            page.get_by_role("button", name="Ouvrir avec le certificat").click()
            expect(page.get_by_text("Une session est ouverte.")).to_be_visible()
            expect(other.page.locator("#mycarenet")).to_have_text("MyCareNet jusqu'à 22:00", timeout=30_000)


def test_where_unions_are_simulated_no_page_speaks_of_a_session(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    assert bar(who.see(fresh_site.at())) == ""
    page = who.see(fresh_site.at("/session"))
    assert "aucune session n'est nécessaire" in told(page)
    assert not forms(page, fresh_site.at("/session/p12"))
    assert who.get(fresh_site.at("/session/reste"), headers=PARTIAL).status_code == 204
