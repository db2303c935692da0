"""The page of the session with MyCareNet without a script: by P12, renewed, closed, and its time in the bar of every page."""

import logging
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from api.web import live
from domain.registration import Wanted
from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.p12 import keystore
from tests.acceptance.practice import OPERATOR
from tests.conftest import require_postgres
from tests.web.browser import Window
from tests.web.markup import Element, forms, parse
from tests.web.over_mycarenet import There, free_port, over_mycarenet
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import PARTIAL, Visitor

CLOSED = "MyCareNet : aucune session"
LEFT = "encore 3 h 09, jusqu'à 22:00"
LONG = "MyCareNet : encore 12 h 00, jusqu'à 22:00"
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
    for words in (
        "session est ouverte",
        "Personne office",
        "12 h 0 min",
        "un certificat eHealth",
        "une personne",
        "qu'un essai",
    ):
        assert words in told(page), words
    for address in (site.at(), site.at("/historique/envois"), site.at("/session")):
        assert bar(who.see(address)) == LONG, address
    assert bar(site.sign_in("accountant").see(site.at())) == LONG
    assert bar(who.see(site.at("/historique/envois?as_of=2026-11-02"))) == "", "it is of now"
    assert bar(who.see("/account")) == "", "of no practice"


def test_the_bar_tells_the_time_left_and_in_the_last_quarter_offers_to_renew(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    open_with(there, who)
    address, renew = site.at("/historique/envois"), site.at("/session/renouveler")
    site.clock.forward(hours=8, minutes=51)
    who, _ = site.sign_in_again("office")
    for language, told_there in (("nl", "nog 3 u. 09, tot 22:00"), ("en", "3 h 09 left, until 22:00"), ("fr", LEFT)):
        who.cookies["quittance-language"] = language
        assert bar(who.see(address)).endswith(told_there)
    site.clock.forward(hours=2, minutes=53)
    who, _ = site.sign_in_again("office")
    page = who.see(address)
    assert bar(page) == "MyCareNet : encore 15 min, jusqu'à 22:00"
    assert not forms(page, renew)
    site.clock.forward(seconds=1)
    part = who.get(site.at("/session/reste"), headers=PARTIAL)
    assert "plus que 15 min, jusqu'à 22:00" in " ".join(part.text.split())
    assert "triangle-alert" in part.text
    assert "<html" not in part.text
    assert f'action="{renew}"' in part.text
    assert not forms(site.sign_in("accountant").see(address), renew), "whose role does not open it"
    assert "04/11/2026 09:45" in told(parse(who.followed(who.post_form(address, renew)).text))
    assert bar(who.see(address)) == "MyCareNet : encore 12 h 00, jusqu'à 09:45"


def test_when_it_is_over_the_bar_says_so_and_the_page_since_when(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    open_with(there, who)
    site.clock.forward(hours=12)
    who, _ = site.sign_in_again("office")
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
    assert "Personne office a fermé la dernière le 03/11/2026 10:20" in told(page)


def test_a_session_that_a_service_no_longer_believed_says_so(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    open_with(there, who)
    known = site.quittance.sessions_over_mycarenet
    opened = known.current(site.where)
    assert opened is not None
    known.not_believed(OPERATOR, opened)
    assert "Le 03/11/2026 10:00, MyCareNet n'a plus reconnu la dernière" in told(who.see(site.at("/session")))


def test_a_session_that_no_restored_database_knows_is_not_said_to_have_ended(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    open_with(there, who)
    with site.quittance.store.database.transaction() as sql:
        sql.run("DELETE FROM mycarenet_sessions")
    page = told(who.see(site.at("/session")))
    assert "Aucune session n'est ouverte" in page
    assert "La dernière" not in page


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


def test_a_password_is_taken_as_it_was_typed(there: There) -> None:
    site, who, nurse = there.site, there.site.sign_in("office"), demo.NURSE
    held = pki.person(there.simulator.authority, nurse.ssin, "Amélie Delvaux", site.clock.instant, "p-384")
    content, address = keystore(held, [], " mot de passe ", b"0" * 20), site.at("/session")
    files = {"p12": ("cle.p12", content)}
    page = parse(who.followed(who.post_form(address, f"{address}/p12", {"password": " mot de passe "}, files)).text)
    assert "Une session est ouverte" in told(page)


def test_a_password_does_not_wait_behind_the_sign_in(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    address = site.at("/session")
    (form,) = forms(who.see(address), f"{address}/p12")
    site.clock.forward(hours=2)
    content, password = there.p12()
    late = who.submit(form, address, {"password": password}, {"p12": ("cle.p12", content)})
    assert "lost=true" in late.headers["location"]
    assert site.rows("SELECT form FROM pending_forms") == []


def test_whose_role_opens_no_session_sees_it_and_reads_which_roles_do(there: There) -> None:
    site = there.site
    for role in ("accountant", "assistant", "auditor"):
        page = site.sign_in(role).see(site.at("/session"))
        assert "administrateur, secrétariat, soignant, dentiste" in told(page).lower()
        assert not forms(page, site.at("/session/p12"))
        assert not page.all(id="card")
        assert not page.all("script", src="session")


def test_who_gives_care_opens_it_for_the_practice_and_bills_nothing(there: There) -> None:
    site, nurse = there.site, there.site.sign_in("care_giver")
    site.enter_care(60)
    made, month = site.bill(), site.at(f"/facturation/{MONTH}")
    office = site.sign_in("office")
    office.followed(office.post_form(month, f"{month}/envoyer"))
    waiting = site.at("/historique/envois?status=queued")
    assert nurse.see(site.at()).all("a", href=site.at("/session")), "what waits for a session leads there"
    assert nurse.see(site.at("/session")).all("a", href=waiting)
    page = open_with(there, nurse)
    assert "Ouvrir une session" not in told(nurse.see(site.at())), "it goes by itself by now"
    assert "Le fichier 1 pour l'union 100 part bientôt" in told(nurse.see(site.at()))
    assert "Personne care_giver" in told(page)
    assert f"{len(made)} envois partent bientôt" in told(page)
    assert bar(office.see(site.at())) == LONG
    assert not forms(nurse.see(month), f"{month}/envoyer")
    assert "Aucune session n'est ouverte" in told(read_after(nurse, site.at("/session"), "fermer"))


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


def test_a_file_that_no_session_could_let_go_says_so_when_it_is_queued(there: There) -> None:
    site, who = there.site, there.site.sign_in("office")
    site.enter_care(60)
    made, month = site.bill(), site.at(f"/facturation/{MONTH}")
    nothing = "Aucun enregistrement MyCareNet n'est en vigueur"
    assert nothing not in told(who.see(site.at("/session")))
    desk = site.quittance.registrations
    (group,) = desk.known(site.where)
    desk.end(OPERATOR, site.where, group.registration_id, site.today - timedelta(days=1))
    (sent, *_) = site.quittance.dispatch.send(OPERATOR, site.where, made).result
    assert (sent.outcome, sent.code) == ("queued", "registration_none")
    site.quittance.views.catch_up()
    waits = "aucun enregistrement MyCareNet en vigueur pour le numéro de tiers payant"
    page = who.see(month)
    assert told(page).count(waits) == len(made)
    assert page.by_id("main").all("a", href=site.at("/enregistrements"))
    assert nothing in told(who.see(site.at("/session")))
    desk.create(OPERATOR, site.where, Wanted("group", group.nihii, "", site.today))
    assert waits not in told(who.see(month))
    assert "Ouvrir une session" in told(who.see(month))


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
            expect(other.page.locator("#mycarenet")).to_have_text(LONG, timeout=30_000)


def test_where_unions_are_simulated_no_page_speaks_of_a_session(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    assert bar(who.see(fresh_site.at())) == ""
    page = who.see(fresh_site.at("/session"))
    assert "aucune session n'est nécessaire" in told(page)
    assert not forms(page, fresh_site.at("/session/p12"))
    assert who.get(fresh_site.at("/session/reste"), headers=PARTIAL).status_code == 204
