"""An identity card opens the practice's session, from the page to the end: a real browser, card service and agent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from infrastructure.mycarenet_simulator import demo
from tests.infrastructure.reader_agent.issued import personalised
from tests.infrastructure.reader_agent.pcscd import only_pcscd, require_pcscd
from tests.infrastructure.reader_agent.virtual_card import Inserted, VirtualCard
from tests.web.browser import Window
from tests.web.over_mycarenet import AgentDesk, There, free_port, over_mycarenet

pytestmark = [pytest.mark.browser, pytest.mark.card]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[There]:
    require_pcscd()
    monkeypatch.setenv("QUITTANCE_AGENT_PORT", str(free_port()))
    with over_mycarenet(tmp_path) as opened:
        yield opened


@pytest.fixture
def desk(there: There, tmp_path: Path) -> Iterator[AgentDesk]:
    with only_pcscd(), there.agent(tmp_path) as started:
        yield started


@pytest.fixture
def window(chromium: Browser, there: There) -> Iterator[Window]:
    """On the page of the session, of the care giver whose card it is."""
    with Window.open(chromium, there.site, there.site.sign_in("care_giver")) as opened:
        opened.go(there.site.at("/session"))
        yield opened


def linked(window: Window, desk: AgentDesk) -> Page:
    """Type the agent's code on the page."""
    own = window.context.new_page()
    code = desk.code(own)
    own.close()
    window.page.get_by_label("Code affiché par le lecteur").fill(code)
    window.page.get_by_role("button", name="Relier le lecteur").click()
    return window.page


def says(page: Page, words: str) -> None:
    """The one line about the reader."""
    expect(page.locator("#card [data-code]:visible")).to_have_count(1)
    expect(page.locator("#card [data-code]:visible")).to_contain_text(words)


def pin_window(page: Page) -> Page:
    """Press the button; what opens."""
    with page.expect_popup() as shown:
        page.get_by_role("button", name="Ouvrir avec la carte").click()
    return shown.value


def type_pin(pin: Page, digits: str) -> None:
    pin.get_by_label("Code PIN").fill(digits)
    pin.get_by_role("button", name="Confirmer").click()


def forget(window: Window, words: str) -> None:
    """The browser itself complains of a request that failed, which is what the test is about."""
    assert any(words in one for one in window.complaints), window.complaints
    window.complaints[:] = [one for one in window.complaints if words not in one]


@pytest.mark.parametrize("generation", ["1.7", "1.8"])
def test_from_the_page_to_an_open_session(desk: AgentDesk, window: Window, there: There, generation: str) -> None:
    with Inserted(VirtualCard(there.card(generation))):  # type: ignore[arg-type]
        says(window.page, "n'est pas reliée au lecteur")
        page = linked(window, desk)
        says(page, "Une carte d'identité est dans le lecteur.")
        pin = pin_window(page)
        expect(pin.get_by_text("Amélie Delvaux")).to_be_visible()
        expect(pin.get_by_text("Soins à domicile Les Tilleuls")).to_be_visible()
        type_pin(pin, "9999")
        says(page, "Code PIN erroné")
        expect(page.locator("#card-tries")).to_have_text("Essais restants : 2")
        type_pin(pin, "1234")
        expect(page.get_by_text("Une session est ouverte.")).to_be_visible()
        expect(page.locator("#mycarenet")).to_contain_text("jusqu'à 22:00")
        expect(pin.get_by_text("La demande est signée")).to_be_visible()
    session = there.site.quittance.sessions_over_mycarenet.current(there.site.where)
    assert session is not None
    assert (session.method, session.holder_kind) == ("card", "person")


def test_the_browser_stays_linked_and_a_card_is_noticed_by_itself(
    desk: AgentDesk, window: Window, there: There
) -> None:
    page = linked(window, desk)
    says(page, "Le lecteur est vide")
    with Inserted(VirtualCard(there.card())):
        says(page, "Une carte d'identité est dans le lecteur.")
        window.go(there.site.at("/session"))
        says(page, "Une carte d'identité est dans le lecteur.")
    desk.agent.pairings.remove(there.site.url)
    window.expected = 401
    window.page.reload()
    says(page, "n'est pas reliée au lecteur")
    expect(page.get_by_label("Code affiché par le lecteur")).to_be_visible()


def test_without_the_agent_the_page_says_what_to_start(window: Window, there: There, tmp_path: Path) -> None:
    page = window.page
    says(page, "Lancez quittance-agent")
    page.get_by_text("Le programme du lecteur", exact=True).click()
    expect(page.get_by_text("make agent")).to_be_visible()
    forget(window, "ERR_CONNECTION_REFUSED")
    with only_pcscd(), there.agent(tmp_path):
        page.get_by_role("button", name="Chercher le lecteur").click()
        says(page, "n'est pas reliée au lecteur")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"json": {"agent": "0.0.1", "protocol": 0}}, "trop ancien"),
        ({"body": "<html>", "content_type": "text/html"}, "n'est pas celui du lecteur"),
    ],
)
def test_another_program_or_an_old_agent_is_told(
    window: Window, answer: dict[str, object], words: str, there: There
) -> None:
    def stranger(route: Route) -> None:
        route.fulfill(headers={"Access-Control-Allow-Origin": there.site.url}, **answer)  # type: ignore[arg-type]

    says(window.page, "Lancez quittance-agent")
    forget(window, "ERR_CONNECTION_REFUSED")
    window.page.route("**/v1/version", stranger)
    window.page.get_by_role("button", name="Chercher le lecteur").click()
    says(window.page, words)


def test_a_browser_that_forbids_it_is_told_apart_from_an_agent_that_is_missing(window: Window) -> None:
    says(window.page, "Lancez quittance-agent")
    browser = window.context.new_cdp_session(window.page)
    own = browser.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    denied = {"permission": {"name": "loopback-network"}, "setting": "denied", "origin": window.site.url}
    browser.send("Browser.setPermission", {**denied, "browserContextId": own})
    window.page.get_by_role("button", name="Chercher le lecteur").click()
    says(window.page, "Votre navigateur interdit")
    forget(window, "ERR_")


def test_a_wrong_code_of_the_agent_is_told_and_may_be_typed_again(desk: AgentDesk, window: Window) -> None:
    page, digits = window.page, desk.agent.pairings.new_code()
    window.expected = 403
    page.get_by_label("Code affiché par le lecteur").fill(f"{(int(digits) + 1) % 10**8:08}")
    page.get_by_role("button", name="Relier le lecteur").click()
    says(page, "Ce n'est pas le code affiché")
    page.get_by_label("Code affiché par le lecteur").fill(digits)
    page.get_by_role("button", name="Relier le lecteur").click()
    says(page, "Le lecteur est vide")


def test_the_last_try_is_confirmed_in_the_agents_window_and_a_blocked_pin_is_told(
    desk: AgentDesk, window: Window, there: There
) -> None:
    card = VirtualCard(there.card(), tries=2)
    with Inserted(card):
        page = linked(window, desk)
        pin = pin_window(page)
        type_pin(pin, "9999")
        says(page, "il ne reste qu'un essai")
        type_pin(pin, "9999")  # its box is not ticked: the browser sends nothing
        assert card.tries == 1
        pin.get_by_label("utiliser le dernier essai").check()
        type_pin(pin, "9999")
        says(page, "Votre commune peut le débloquer")
        page.get_by_role("button", name="Chercher le lecteur").click()
        says(page, "Votre commune peut le débloquer")
    assert card.tries == 0


def test_giving_up_asks_nobody_for_anything(desk: AgentDesk, window: Window, there: There) -> None:
    with Inserted(VirtualCard(there.card())):
        page = linked(window, desk)
        pin_window(page)
        page.get_by_role("button", name="Annuler").click()
        says(page, "Cette demande est terminée")
        page.get_by_role("button", name="Chercher le lecteur").click()
        says(page, "Une carte d'identité est dans le lecteur.")
    assert there.site.quittance.sessions_over_mycarenet.current(there.site.where) is None


def test_what_our_server_refuses_is_told_in_its_words(desk: AgentDesk, window: Window, there: There) -> None:
    card = personalised("1.8", demo.NURSE.ssin)  # issued by somebody whom the token service does not know
    with Inserted(VirtualCard(card)):
        page = linked(window, desk)
        window.expected = 422
        type_pin(pin_window(page), "1234")
        expect(page.locator("[data-code=refused]")).to_be_visible()
        expect(page.locator("[data-code=refused]")).to_contain_text("ne reconnaît pas ce certificat")
        assert card.certificate.subject.rfc4514_string() not in page.content()


def test_the_agents_window_leads_to_the_same_page(desk: AgentDesk, window: Window, there: There) -> None:
    linked(window, desk)
    says(window.page, "Le lecteur est vide")
    own = window.context.new_page()
    desk.home(own)
    own.get_by_role("link", name="Ouvrir une session").click()
    expect(own).to_have_url(there.site.url + there.site.at("/session"))
    expect(own.get_by_role("heading", level=1)).to_have_text("Session MyCareNet")


def test_no_other_page_may_reach_the_agent(window: Window, there: There) -> None:
    says(window.page, "Lancez quittance-agent")
    forget(window, "ERR_CONNECTION_REFUSED")
    agent = f"http://127.0.0.1:{there.site.quittance.settings.agent_port}"
    who = there.site.sign_in("office")
    for path, asks in (("/session", True), ("", False), ("/historique/envois", False)):
        answer = who.get(there.site.at(path))
        policy = who.followed(answer).headers["content-security-policy"]
        assert (f"connect-src 'self' {agent};" in policy) is asks, path
        assert ("127.0.0.1" in policy) is asks, path


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_axe_finds_nothing_at_any_step_nor_does_anything_stick_out(
    chromium: Browser, there: There, desk: AgentDesk, language: str
) -> None:
    site = there.site
    token = desk.agent.pairings.pair(site.url, desk.agent.pairings.new_code())
    who = site.sign_in("office", language)
    with Window.open(chromium, site, who, language=language) as window:

        def look(state: str) -> None:
            window.unfold()
            for width in (None, 320):
                window.narrow(width)
                assert window.violations() == [], (state, width)
                assert window.overflow() == [], (state, width)

        page = window.go(site.at("/session"))
        expect(page.locator("[data-code=not_paired]")).to_be_visible()
        look("not linked")
        who.cookies["__Host-quittance-reader"] = token
        window.context.add_cookies(
            [{"name": "__Host-quittance-reader", "value": token, "url": site.url.replace("http:", "https:")}]
        )
        with Inserted(VirtualCard(there.card())):
            page.reload()
            expect(page.locator("[data-part=open]")).to_be_visible()
            look("ready")
            window.narrow(None)
            with page.expect_popup() as shown:
                page.locator("[data-part=open] button").click()
            expect(page.locator("[data-code=pin_awaited]")).to_be_visible()
            look("PIN")
            shown.value.locator("#pin").fill("1234")
            shown.value.locator("button.main").click()
            expect(page.locator("#now + p .state-sent")).to_be_visible()
            look("open")
