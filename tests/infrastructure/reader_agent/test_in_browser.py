"""Pages of another origin and the agent in a real browser: what it lets them ask, and the window where the PIN is typed."""

import socket
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from lxml import etree
from playwright.sync_api import Browser, Page

from tests.infrastructure.reader_agent.computer import Computer
from tests.web.browser import Window, require_browser, started

pytestmark = pytest.mark.browser
_ASK = """async ([url, method, token, body]) => {
    const answer = await fetch(url, {
        method,
        headers: {...(token && {Authorization: `Bearer ${token}`}), ...(body && {"Content-Type": "application/json"})},
        body: body && JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started(require_browser()) as browser:
        yield browser


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><html lang=fr><title>Quittance</title><link rel=icon href=data:,>")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def pages_elsewhere() -> Iterator[str]:
    """Pages on another origin of this machine; https ones are told apart by their name alone."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def served(folder: Path) -> Iterator[Computer]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    computer = Computer(folder, port=listening.getsockname()[1])
    server = uvicorn.Server(
        uvicorn.Config(computer.app, loop="asyncio", http="h11", ws="none", lifespan="off", log_config=None)
    )
    thread = Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield computer
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


def ask(page: Page, computer: Computer, method: str, path: str, token: str = "", body: Any = None) -> Any:
    return page.evaluate(_ASK, [f"{computer.own}/v1/{path}", method, token, body])


def test_from_a_page_elsewhere_to_a_signed_message(chromium: Browser, tmp_path: Path):
    with served(tmp_path) as computer, pages_elsewhere() as origin:
        context = chromium.new_context(locale="fr-BE")
        page, own = context.new_page(), context.new_page()
        page.goto(origin)
        assert ask(page, computer, "GET", "version")[0] == 200
        assert ask(page, computer, "GET", "readers", "guessed") == [401, {"code": "not_paired"}]
        own.goto(f"{computer.own}/?key={computer.agent.key}")
        assert "key" not in own.url
        own.get_by_role("button", name="afficher un code").click()
        code = own.locator(".digits").inner_text()
        window = Window(SimpleNamespace(url=computer.own), context, own)  # type: ignore[arg-type]
        assert window.violations() == []
        status, paired = ask(page, computer, "POST", "pairing", body={"code": code})
        assert status == 200
        token = paired["token"]
        own.get_by_role("link", name="Actualiser").click()
        assert origin in own.locator("main").inner_text()
        status, asked = ask(page, computer, "POST", "requests", token, {"reader": "One", "practice": "Les Tilleuls"})
        assert status == 201
        own.set_viewport_size({"width": 360, "height": 640})
        own.goto(asked["pin_page"])
        assert window.violations() == []
        assert window.overflow() == []
        own.get_by_label("Code PIN").fill("9999")
        own.get_by_role("button", name="Confirmer").click()
        own.get_by_text("Code PIN erroné").wait_for()
        own.get_by_label("Code PIN").press_sequentially("1234")
        own.keyboard.press("Enter")
        own.get_by_text("Le code est correct").wait_for()
        assert ask(page, computer, "GET", f"requests/{asked['id']}", token)[1]["state"] == "ready"
        message = computer.envelope()
        status, signed = ask(page, computer, "POST", f"requests/{asked['id']}/envelope", token, message)
        assert status == 200
        assert etree.fromstring(b64decode(signed["envelope"])).find(".//{*}SignatureValue").text
        own.get_by_text("La demande est signée").wait_for()  # by itself, without a script
        context.close()


def test_the_last_try_cannot_be_sent_without_its_box(chromium: Browser, tmp_path: Path):
    with served(tmp_path) as computer:
        computer.paired()
        assert computer.card is not None
        computer.card.tries = 1
        _, path = computer.ask()
        context = chromium.new_context(locale="nl-BE", java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{computer.own}{path}?lang=nl")
        page.get_by_label("Pincode").fill("1234")
        page.get_by_role("button", name="Bevestigen").click()
        assert computer.agent.desk.of_window(path.removeprefix("/pin/")).state == "waiting"
        page.get_by_label("de laatste poging gebruiken").check()
        page.get_by_role("button", name="Bevestigen").click()
        page.get_by_role("status").wait_for()
        assert computer.agent.desk.of_window(path.removeprefix("/pin/")).state == "ready"
        context.close()


def test_no_page_shows_the_agents_windows_in_a_frame(chromium: Browser, tmp_path: Path):
    with served(tmp_path) as computer, pages_elsewhere() as origin:
        computer.paired()
        _, path = computer.ask()
        context = chromium.new_context()
        page = context.new_page()
        page.goto(origin)
        page.evaluate(
            "(url) => { const frame = document.createElement('iframe'); frame.src = url; document.body.append(frame); }",
            f"{computer.own}{path}",
        )
        page.wait_for_timeout(500)
        (frame,) = page.frames[1:]
        assert frame.url.startswith("chrome-error:")
        assert frame.get_by_label("Code PIN").count() == 0
        context.close()
