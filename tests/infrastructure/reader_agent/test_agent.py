"""The agent as pages and its person meet it, with a card in this process."""

import logging
import re
import sys
import time
import tomllib
from base64 import b64decode, b64encode
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi.testclient import TestClient
from lxml import etree

from infrastructure.ehealth.namespaces import SOAP, name
from infrastructure.reader_agent import errors, texts
from infrastructure.reader_agent.agent import build, read_anchors
from infrastructure.reader_agent.private import NotPrivate
from infrastructure.reader_agent.version import AGENT
from tests.infrastructure.reader_agent.asked import body, unsigned
from tests.infrastructure.reader_agent.computer import PAGES, PORT, Computer
from tests.infrastructure.reader_agent.issued import SSIN, Generation, personalised
from tests.infrastructure.reader_agent.virtual_card import VirtualCard

OTHER_PAGES = "https://elsewhere.example"
OWN = f"http://127.0.0.1:{PORT}"
BOTH = pytest.mark.parametrize("generation", ["1.7", "1.8"])


@pytest.fixture
def desk(tmp_path: Path) -> Computer:
    return Computer(tmp_path).paired()


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@BOTH
@pytest.mark.parametrize("protocol", ["saml", "ws-trust"])
def test_a_session_request_is_signed_with_the_pin_that_the_person_types(
    tmp_path: Path, generation: Generation, protocol: Any
):
    desk = Computer(tmp_path, generation).paired()
    (reader,) = desk.pages.get("/v1/readers").json()["readers"]
    assert reader == {"reader": "One", "has_card": True, "applet": generation, "tries_left": 3, "code": ""}
    certificate = desk.pages.post("/v1/certificate", json={"reader": "One"}).json()["certificate"]
    assert x509.load_der_x509_certificate(b64decode(certificate)) == desk.on_it.certificate
    request, window = desk.ask()
    page = desk.person.get(window).text
    for words in ("Fictive Nurse", "Les Tilleuls", PAGES, "Essais restants"):
        assert words in page
    assert desk.pages.get(request).json()["state"] == "waiting"
    assert refused(desk.pages.post(f"{request}/envelope", json=desk.envelope(protocol))) == (409, "request_without_pin")
    assert "Le code est correct" in desk.type(window, "1234")
    assert desk.pages.get(request).json()["state"] == "ready"
    answer = desk.pages.post(f"{request}/envelope", json=desk.envelope(protocol))
    assert answer.status_code == 200
    signed = etree.fromstring(b64decode(answer.json()["envelope"]))
    assert signed.find(".//{http://www.w3.org/2000/09/xmldsig#}SignatureValue").text
    assert signed.find(name(SOAP, "Body")) is not None
    assert desk.pages.get(request).json()["state"] == "signed"
    assert "La demande est signée" in desk.person.get(window).text
    assert refused(desk.pages.post(f"{request}/envelope", json=desk.envelope(protocol))) == (409, "request_over")
    assert desk.card is not None
    assert not desk.card.has_right
    assert [line for line in desk.card.asked if line.startswith(("20", "E6"))][-3:] == [
        "20 0001 0",
        "20 0001 8",
        "E6 0000 0",
    ]


def test_a_wrong_pin_says_what_is_left_and_the_last_try_wants_a_second_word(desk: Computer):
    request, window = desk.ask()
    assert re.search(r"Code PIN erroné.*Essais restants : <strong>2<", desk.type(window, "9999"), re.DOTALL)
    page = desk.type(window, "9999")
    assert re.search(r"<strong>1<.*dernier essai.*type=\"checkbox\"", page, re.DOTALL)
    assert desk.pages.get(request).json() | {"id": "", "until": ""} == {
        "id": "",
        "until": "",
        "state": "waiting",
        "code": "eid_pin_wrong",
        "tries_left": 1,
    }
    assert "rien n&#39;a été envoyé" in desk.type(window, "1234")
    assert desk.card is not None
    assert desk.card.tries == 1
    page = desk.type(window, "9999", last_try="yes")
    assert "Votre commune peut le débloquer" in page
    assert 'name="pin"' not in page
    assert desk.pages.get(request).json()["state"] == "over"
    assert refused(desk.pages.post("/v1/requests", json={"reader": "One"})) == (423, "eid_pin_blocked")


def test_the_last_try_can_be_right(desk: Computer):
    assert desk.card is not None
    desk.card.tries = 1
    request, window = desk.ask()
    assert "checkbox" in desk.person.get(window).text
    assert "Le code est correct" in desk.type(window, "1234", last_try="yes")
    assert desk.pages.get(request).json()["state"] == "ready"


@pytest.mark.parametrize("digits", ["", "12", "abcd", "1234567890123", "12%2034"])
def test_what_is_no_pin_never_reaches_the_card(desk: Computer, digits: str):
    _, window = desk.ask()
    assert "4 à 12 chiffres" in desk.type(window, digits)
    assert desk.card is not None
    assert "20 0001 8" not in desk.card.asked


def test_a_pin_lives_for_a_minute_at_most(tmp_path: Path):
    desk = Computer(tmp_path).paired()
    desk.agent.desk.pin_seconds = 0.05
    request, window = desk.ask()
    desk.type(window, "1234")
    asked = desk.agent.desk.of_window(window.removeprefix("/pin/"))
    pin = asked.pin
    assert pin is not None
    for _ in range(100):
        if asked.pin is None:
            break
        time.sleep(0.02)
    assert pin._digits == b""
    assert refused(desk.pages.post(f"{request}/envelope", json=desk.envelope())) == (409, "request_over")


@pytest.mark.parametrize(
    "end", ["signed", "refused", "cancelled", "deleted", "replaced", "expired", "closed", "pulled"]
)
def test_the_pin_is_wiped_however_it_ends(desk: Computer, end: str):
    request, window = desk.ask()
    desk.type(window, "1234")
    asked = desk.agent.desk.of_window(window.removeprefix("/pin/"))
    pin = asked.pin
    assert pin is not None
    assert pin._digits == b"1234"
    if end == "signed":
        assert desk.pages.post(f"{request}/envelope", json=desk.envelope()).status_code == 200
    elif end == "refused":
        wrong = {"envelope": b64encode(b"<SignedInfo/>").decode()}
        assert refused(desk.pages.post(f"{request}/envelope", json=wrong)) == (422, "sts_request_not_recognised")
    elif end == "cancelled":
        assert "terminée" in desk.person.post(f"{window}/cancel").text
    elif end == "deleted":
        assert desk.pages.delete(request).json()["state"] == "over"
    elif end == "replaced":
        desk.ask()
    elif end == "expired":
        desk.clock.forward(minutes=5)
        assert desk.pages.get(request).json()["state"] == "over"
    elif end == "closed":
        desk.agent.desk.close()
    elif end == "pulled":
        desk.card = None
        assert refused(desk.pages.post(f"{request}/envelope", json=desk.envelope())) == (409, "no_card")
    assert (asked.pin, pin._digits) == (None, b"")


def test_a_button_pressed_twice_costs_one_try(desk: Computer, monkeypatch: pytest.MonkeyPatch):
    _, window = desk.ask()
    cards, twice = desk.agent.cards, []
    once = cards.try_pin

    def pressed_again(*wanted: Any, **more: Any) -> None:
        if not twice:
            twice.append(Thread(target=desk.type, args=(window, "9999")))
            twice[0].start()
            time.sleep(0.2)
        once(*wanted, **more)

    monkeypatch.setattr(cards, "try_pin", pressed_again)
    assert "Essais restants : <strong>2<" in desk.type(window, "9999")
    twice[0].join()
    assert desk.card is not None
    assert desk.card.tries == 2
    assert "Essais restants : <strong>1<" in desk.type(window, "9999"), "who types again is heard"


def test_while_the_card_signs_the_window_says_so_and_looks_again(desk: Computer, monkeypatch: pytest.MonkeyPatch):
    request, window = desk.ask()
    desk.type(window, "1234")
    cards, meanwhile = desk.agent.cards, []
    sign = cards.sign

    def seen(*wanted: Any) -> bytes:
        meanwhile.append(desk.person.get(window).text)
        return sign(*wanted)

    monkeypatch.setattr(cards, "sign", seen)
    assert desk.pages.post(f"{request}/envelope", json=desk.envelope()).status_code == 200
    assert "Le code est correct" in meanwhile[0]
    assert 'http-equiv="refresh"' in meanwhile[0]
    assert "La demande est signée" in desk.person.get(window).text


def test_digits_that_come_too_late_are_written_over(desk: Computer):
    class Watched(bytearray):
        wiped = False

        def __setitem__(self, place: Any, value: Any) -> None:
            self.wiped = self.wiped or bytes(value) == bytes(len(self))
            super().__setitem__(place, value)

    request, window = desk.ask()
    desk.pages.delete(request)
    asked, digits = desk.agent.desk.of_window(window.removeprefix("/pin/")), Watched(b"1234")
    desk.agent.desk.typed(asked, digits, last_try_confirmed=False)
    assert (digits.wiped, bytes(digits)) == (True, b"")


def test_another_card_is_not_tried_with_this_pin(desk: Computer):
    request, window = desk.ask()
    desk.card = VirtualCard(personalised("1.8", "90010100155", serial=b"\x55" * 16))
    assert "plus la même carte" in desk.type(window, "1234")
    assert not any(line.startswith("20") for line in desk.card.asked)
    assert desk.pages.get(request).json()["state"] == "over"


def test_a_card_that_was_pulled_can_be_inserted_again(desk: Computer):
    request, window = desk.ask()
    kept, desk.card = desk.card, None
    assert "Le lecteur est vide" in desk.type(window, "1234")
    desk.card = kept
    assert "Le code est correct" in desk.type(window, "1234")
    assert desk.pages.get(request).json()["state"] == "ready"


def test_a_message_in_another_name_is_not_signed(desk: Computer):
    other = personalised("1.7").certificate
    for content in (unsigned(other, body(other, "saml")), b"digest to sign", b""):
        request, window = desk.ask()
        desk.type(window, "1234")
        message = {"envelope": b64encode(content).decode()}
        assert refused(desk.pages.post(f"{request}/envelope", json=message))[0] == 422
        assert desk.card is not None
        assert not any(line.startswith("2A") for line in desk.card.asked)
    request, window = desk.ask()
    desk.type(window, "1234")
    assert refused(desk.pages.post(f"{request}/envelope", json={"envelope": "not base64!"})) == (
        422,
        "sts_request_unreadable",
    )


def test_identity_and_address(desk: Computer):
    read = desk.pages.post("/v1/identity", json={"reader": "One"}).json()
    assert read["identity"]["ssin"] == SSIN
    assert read["address"]["zip_code"] == "1000"
    assert read["is_own_chip"] is True
    desk.agent.cards.anchors = []
    assert refused(desk.pages.post("/v1/identity", json={"reader": "One"})) == (409, "trust_anchors_missing")


def test_without_reader_card_or_service(desk: Computer):
    desk.card = None
    (reader,) = desk.pages.get("/v1/readers").json()["readers"]
    assert (reader["has_card"], reader["code"]) == (False, "")
    for path in ("certificate", "identity", "requests"):
        assert refused(desk.pages.post(f"/v1/{path}", json={"reader": "One"})) == (409, "no_card")
    desk.service_off = True
    assert refused(desk.pages.get("/v1/readers")) == (503, "pcsc_service_not_running")
    assert "redémarrez" in desk.person.get("/").text


class TestGate:
    PATHS = ("/v1/version", "/v1/readers", "/", "/agent.css")

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        "host", ["evil.example", "evil.example:47632", "127.0.0.1", "127.0.0.1:80", "localhost:1", ""]
    )
    def test_called_by_another_name_it_does_not_answer(self, desk: Computer, path: str, host: str):
        assert refused(desk.pages.get(path, headers={"Host": host})) == (400, "host_refused")

    @pytest.mark.parametrize(
        "origin",
        [
            "null",
            "http://quittance.example",
            "https://",
            "file://",
            "chrome-extension://abc",
            "https://a.example/path",
            "http://127.0.0.1.evil.example",
            "https://u@",
        ],
    )
    def test_what_is_no_page_is_not_answered(self, desk: Computer, origin: str):
        assert refused(desk.pages.get("/v1/version", headers={"Origin": origin})) == (403, "origin_refused")
        del desk.pages.headers["Origin"]
        assert refused(desk.pages.get("/v1/version")) == (403, "origin_refused")

    def test_pages_see_the_answer_and_the_browser_may_ask_before(self, desk: Computer):
        answer = desk.pages.get("/v1/version")
        assert answer.json() == {"agent": AGENT, "protocol": 1}
        assert answer.headers["access-control-allow-origin"] == PAGES
        asked = desk.pages.options("/v1/requests", headers={"Access-Control-Request-Method": "POST"})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == PAGES
        assert asked.headers["access-control-allow-private-network"] == "true"
        assert "Authorization" in asked.headers["access-control-allow-headers"]

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/v1/readers"),
            ("POST", "/v1/certificate"),
            ("POST", "/v1/identity"),
            ("POST", "/v1/requests"),
            ("GET", "/v1/requests/x"),
            ("POST", "/v1/requests/x/envelope"),
            ("DELETE", "/v1/requests/x"),
        ],
    )
    def test_nothing_else_without_the_token_of_these_pages(self, desk: Computer, method: str, path: str):
        content = {"POST": {"json": {"reader": "One"} if "x" not in path else {"envelope": ""}}}.get(method, {})
        for headers in ({"Authorization": ""}, {"Authorization": "Bearer x"}, {"Origin": OTHER_PAGES}):
            assert refused(desk.pages.request(method, path, headers=headers, **content)) == (401, "not_paired")

    def test_only_the_origins_of_the_settings_when_there_are_any(self, tmp_path: Path):
        desk = Computer(tmp_path, origins=(PAGES,)).paired()
        assert desk.pages.get("/v1/version").status_code == 200
        assert refused(desk.pages.get("/v1/version", headers={"Origin": OTHER_PAGES})) == (403, "origin_refused")

    @pytest.mark.parametrize("path", ["/code", "/unpair", "/pin/x", "/pin/x/cancel"])
    def test_no_other_page_can_send_the_agents_own_forms(self, desk: Computer, path: str):
        for origin in (PAGES, "null", f"http://127.0.0.1:{PORT + 1}"):
            assert refused(desk.person.post(path, headers={"Origin": origin})) == (403, "origin_refused")
        del desk.person.headers["Origin"]
        assert refused(desk.person.post(path)) == (403, "origin_refused")

    def test_bodies_are_bounded(self, desk: Computer):
        assert refused(desk.pages.post("/v1/pairing", content=b"x" * 600_000)) == (413, "body_too_large")
        assert refused(desk.pages.post("/v1/pairing", content=iter([b"{}"]))) == (411, "length_missing")
        assert refused(desk.pages.post("/v1/pairing", json={"code": "12"})) == (422, "request_invalid")
        assert refused(desk.pages.post("/v1/requests", json={"reader": "One", "digest": "aa"})) == (
            422,
            "request_invalid",
        )

    def test_own_pages_are_in_no_frame_and_run_nothing(self, desk: Computer):
        _, window = desk.ask()
        for path in ("/", window):
            policy = desk.person.get(path).headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy
            assert "default-src 'none'" in policy
            assert "script" not in policy
            assert "<script" not in desk.person.get(path).text

    def test_nothing_describes_it_to_strangers(self, desk: Computer):
        for path in ("/docs", "/openapi.json", "/redoc", "/v1/nothing"):
            assert refused(desk.pages.get(path)) == (404, "address_unknown")


class TestPairing:
    def test_the_own_page_is_for_whoever_started_the_agent(self, tmp_path: Path):
        desk = Computer(tmp_path)
        for answer in (desk.person.get("/"), desk.person.post("/code"), desk.person.get("/", params={"key": "guess"})):
            assert answer.status_code == 403
            assert "digits" not in answer.text
        assert refused(desk.pages.post("/v1/pairing", json={"code": "00000000"})) == (403, "pairing_closed")
        opened = desk.person.get("/", params={"key": desk.agent.key})
        assert opened.status_code == 200
        assert desk.agent.key not in opened.text + str(opened.url)

    def test_five_guesses_and_two_minutes(self, tmp_path: Path):
        desk = Computer(tmp_path)
        for _ in range(2):
            code = desk.agent.pairings.new_code()
            wrong = f"{(int(code) + 1) % 10**8:08}"
            for _ in range(5):
                assert refused(desk.pages.post("/v1/pairing", json={"code": wrong})) == (403, "pairing_code_wrong")
            assert refused(desk.pages.post("/v1/pairing", json={"code": code})) == (403, "pairing_closed")
        code = desk.agent.pairings.new_code()
        desk.clock.forward(minutes=2)
        assert refused(desk.pages.post("/v1/pairing", json={"code": code})) == (403, "pairing_closed")

    def test_a_code_serves_once(self, tmp_path: Path):
        desk = Computer(tmp_path)
        code = desk.agent.pairings.new_code()
        assert desk.pages.post("/v1/pairing", json={"code": f"{code[:4]} {code[4:]}"}).status_code == 200
        assert refused(desk.pages.post("/v1/pairing", json={"code": code})) == (403, "pairing_closed")

    def test_what_was_linked_stays_linked_and_can_be_removed(self, desk: Computer, tmp_path: Path):
        kept = (tmp_path / "home" / "pairings.json").read_text()
        token = desk.pages.headers["Authorization"].removeprefix("Bearer ")
        assert token not in kept
        again = build(desk.agent.settings, desk.clock.now, desk.agent.cards)
        assert again.pairings.holds(PAGES, token)
        assert again.key == desk.agent.key
        assert PAGES in desk.person.get("/").text
        assert PAGES not in desk.person.post("/unpair", data={"origin": PAGES}).text
        assert refused(desk.pages.get("/v1/readers")) == (401, "not_paired")

    def test_only_the_own_page_removes(self, desk: Computer):
        stranger = TestClient(desk.app, base_url=OWN, headers={"Origin": OWN})
        assert stranger.post("/unpair", data={"origin": PAGES}).status_code == 403
        assert desk.pages.get("/v1/readers").status_code == 200

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the profile's own rights")
    def test_secrets_that_others_can_read_stop_the_start(self, desk: Computer, tmp_path: Path):
        for file in ("pairings.json", "key"):
            path = tmp_path / "home" / file
            assert path.stat().st_mode & 0o777 == 0o600
            path.chmod(0o644)
            with pytest.raises(NotPrivate, match=file):
                build(desk.agent.settings, desk.clock.now, desk.agent.cards)
            path.chmod(0o600)


def test_a_request_belongs_to_the_pages_that_made_it(desk: Computer):
    request, _ = desk.ask()
    token = desk.agent.pairings.pair(OTHER_PAGES, desk.agent.pairings.new_code())
    other = {"Origin": OTHER_PAGES, "Authorization": f"Bearer {token}"}
    assert refused(desk.pages.get(request, headers=other)) == (404, "request_unknown")
    assert refused(desk.pages.delete(request, headers=other)) == (404, "request_unknown")
    assert desk.person.get("/pin/unknown").status_code == 404


def test_an_error_is_logged_by_its_place_and_answered_by_a_code(desk: Computer, caplog: pytest.LogCaptureFixture):
    def broken(_: object) -> Any:
        raise RuntimeError(f"of Fictive Nurse {SSIN}")

    desk.agent.cards.read = broken  # type: ignore[method-assign]
    with caplog.at_level(logging.DEBUG):
        assert refused(desk.pages.post("/v1/identity", json={"reader": "One"})) == (500, "agent_failed")
    assert "RuntimeError at broken" in caplog.text
    assert SSIN not in caplog.text
    assert "Nurse" not in caplog.text


def test_nothing_of_a_person_is_logged(desk: Computer, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        request, window = desk.ask()
        desk.type(window, "9999")
        desk.type(window, "1234")
        desk.pages.post(f"{request}/envelope", json=desk.envelope())
        desk.pages.post("/v1/identity", json={"reader": "One"})
    for secret in (SSIN, "Nurse", "1234", "9999", desk.agent.key):
        assert secret not in "\n".join(one.getMessage() for one in caplog.records if one.name != "httpx")


@pytest.mark.parametrize(
    ("accepted", "words"), [("", "Lecteur de cartes"), ("nl-BE,fr;q=0.5", "Kaartlezer"), ("de,en;q=0.7", "card reader")]
)
def test_it_speaks_the_language_of_the_browser(desk: Computer, accepted: str, words: str):
    assert words in desk.person.get("/", headers={"Accept-Language": accepted}).text
    assert "Kaartlezer" in desk.person.get("/?lang=nl").text


def test_every_code_has_its_words_in_three_languages():
    """Those that a person can meet: all that the modules list."""
    listed = set()
    for text in (errors.__doc__, errors.RequestError.__doc__):
        listed |= set(re.findall(r"^ {4}(\w+) {2,}", text or "", re.MULTILINE))
    assert len(listed) > 35
    assert listed == set(texts._all()["code"])
    for section in texts._all().values():
        for words in section.values():
            assert set(words) == set(texts.LANGS)
            assert all(words.values())


def test_anchors_come_from_a_file(tmp_path: Path):
    root = personalised("1.8").root
    file = tmp_path / "anchors.pem"
    file.write_bytes(root.public_bytes(Encoding.PEM) * 2)
    assert read_anchors(file) == [root, root]
    assert read_anchors(None) == []
    file.write_text("nothing")
    with pytest.raises(ValueError, match="PEM"):
        read_anchors(file)


def test_its_version_is_the_products():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["project"]["version"] == AGENT


def test_times_of_a_request_are_those_of_this_computer(desk: Computer):
    request, window = desk.ask()
    desk.type(window, "1234")
    late = desk.envelope()
    desk.clock.forward(minutes=4, seconds=59)
    assert desk.pages.post(f"{request}/envelope", json=late).status_code == 200
