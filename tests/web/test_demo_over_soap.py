"""`quittance serve --demo` as a newcomer meets it: a session with the demo P12, files over SOAP, their answers, the history."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from infrastructure.reader_agent.settings import DEFAULT_PORT
from tests.web.browser import Window

ROOT = Path(__file__).resolve().parents[2]
OWN = "une phrase de passe assez longue"
AGENT = f"http://127.0.0.1:{DEFAULT_PORT}/"
PATIENCE_MS = 60_000
PRINTED = {
    "password": r"one-time password: (\S+)",
    "files": r"^(\d+) files of \d{4}-\d{2} are ready",
    "month": r"files of (\d{4}-\d{2}) are ready",
    "p12": r"certificate (\S+), its password",
    "password_file": r"its password in (\S+)",
    "url": r"listens: (\S+)",
}


@dataclass(frozen=True)
class Served:
    """What the command printed, by `PRINTED`."""

    said: dict[str, str]

    @property
    def url(self) -> str:
        return self.said["url"]


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """The command in an empty folder, until Ctrl+C."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("QUITTANCE_")}
    environment = {**bare, "QUITTANCE_LANG": "en", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    words = (sys.executable, "-m", "api.cli", "serve", "--demo", "--port", str(port))
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(words, cwd=folder, env=environment, **pipes) as service:
        try:
            lines = []
            for line in service.stdout or ():
                lines.append(line)
                if "listens" in line:
                    break
            told = "".join(lines)
            found = {name: re.search(wanted, told, re.MULTILINE) for name, wanted in PRINTED.items()}
            assert all(found.values()), told
            yield Served({name: match[1] for name, match in found.items() if match})
        finally:
            service.terminate()


def sign_in(page: Page, password: str) -> None:
    """The first time: a password of one's own, and the second factor."""
    page.get_by_label("Utilisateur").fill("demo")
    page.locator("input[name=password]").fill(password)
    page.locator("main button[type=submit]").click()
    page.locator("input[name=old]").fill(password)
    for name in ("new", "again"):
        page.locator(f"input[name={name}]").fill(OWN)
    page.locator("main button[type=submit]").click()
    secret = page.locator("code").first.inner_text()
    page.locator("input[name=code]").fill(pyotp.TOTP(secret).now())
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("À faire")


@pytest.mark.browser
@pytest.mark.of_one_database
def test_a_newcomer_opens_a_session_sends_the_month_over_soap_and_reads_what_comes_back(
    chromium: Browser, tmp_path: Path
) -> None:
    with served(tmp_path) as there, Window.open(chromium, as_site(there)) as window:
        page, month = window.go("/"), there.said["month"]
        sign_in(page, there.said["password"])
        practice = page.url.removeprefix(there.url)
        window.go(f"{practice}/facturation/{month}")
        expect(page.get_by_role("link", name="MyCareNet : aucune session")).to_be_visible()
        page.get_by_role("link", name="MyCareNet : aucune session").click()
        page.get_by_label("Fichier P12").set_input_files(there.said["p12"])
        page.get_by_label("Mot de passe du fichier").fill(Path(there.said["password_file"]).read_text("ascii"))
        page.get_by_role("button", name="Ouvrir avec le certificat").click()
        expect(page.get_by_text("Une session est ouverte.")).to_be_visible()
        window.complaints[:] = [one for one in window.complaints if AGENT not in one]  # no reader agent runs here
        window.go(f"{practice}/facturation/{month}")
        page.get_by_role("button", name="Envoyer ce qui est coché").click()
        sendings = f"{practice}/historique/envois?month={month}"
        wait_for(window, f"{sendings}&status=prepared", "Aucune ligne avec ces filtres.")
        window.go(f"{practice}/facturation/{month}")
        page.get_by_role("button", name="Relever les réponses").click()
        expect(page.get_by_text("fichiers relevés")).to_be_visible(timeout=PATIENCE_MS)
        wait_for(window, f"{sendings}&status=settled", re.compile(rf"(?<!\d){there.said['files']}\slignes?\b"))
        settings = (tmp_path / "demo-data" / "mycarenet" / "settings.sh").read_text("utf-8")
        assert "QUITTANCE_MYCARENET_INVOICING=" in settings, "another terminal sends there, too"


def as_site(there: Served) -> Any:
    return SimpleNamespace(url=there.url)


def wait_for(window: Window, address: str, words: str | re.Pattern[str]) -> None:
    """Until the page says so: one file after the other leaves behind its back."""
    for _ in range(PATIENCE_MS // 500):
        if window.go(address).get_by_text(words).count():
            return
        window.page.wait_for_timeout(500)
    raise AssertionError(window.page.locator("main").inner_text())
