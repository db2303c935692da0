"""The agent as a person starts it, with a card in a real PC/SC service: from its sources, and as the one file."""

import os
import re
import socket
import subprocess
import sys
import time
import warnings
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from infrastructure.reader_agent.version import AGENT
from tests.infrastructure.reader_agent.asked import body, unsigned
from tests.infrastructure.reader_agent.issued import SSIN, Generation, Personalised, personalised
from tests.infrastructure.reader_agent.pcscd import only_pcscd, require_pcscd
from tests.infrastructure.reader_agent.virtual_card import Inserted, VirtualCard

pytestmark = pytest.mark.card
PAGES = "https://quittance.example"
ROOT = Path(__file__).parents[3]
ONE_FILE = ROOT / "dist" / "quittance-agent"


@pytest.fixture(params=["sources", "one file"])
def command(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "sources":
        return [sys.executable, "-m", "infrastructure.reader_agent.main"]
    if not _is_of_now():
        if os.environ.get("CI") == "true":
            pytest.fail("the one file must be built in CI: make agent")
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn("ONE FILE NOT TESTED: make agent", stacklevel=1)
        pytest.skip("dist/quittance-agent is not there, or older than its sources: make agent")
    return [str(ONE_FILE)]


def _is_of_now() -> bool:
    sources = (ROOT / "infrastructure" / "reader_agent").rglob("*.*")
    return ONE_FILE.exists() and ONE_FILE.stat().st_mtime > max(
        one.stat().st_mtime for one in sources if "__pycache__" not in one.parts
    )


@pytest.fixture(autouse=True)
def pcscd() -> Iterator[None]:
    require_pcscd()
    with only_pcscd():
        yield


class Started:
    """The process, its address, and the one that pages and person use."""

    def __init__(self, command: list[str], folder: Path, on_it: Personalised) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.url = folder, f"http://127.0.0.1:{self.port}"
        anchors = folder / "anchors.pem"
        anchors.write_bytes(on_it.root.public_bytes(Encoding.PEM))
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "QUITTANCE_AGENT_HOME": str(folder / "agent"),
            "QUITTANCE_AGENT_ANCHORS": str(anchors),
        }
        self.command = [*command, "--no-browser", "--port", str(self.port)]

    def run(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @contextmanager
    def up(self) -> Iterator[httpx.Client]:
        """A client as the pages are; all that it printed is in `said` afterwards."""
        process = self.run()
        with httpx.Client(base_url=self.url, headers={"Origin": PAGES}, timeout=30, trust_env=False) as pages:
            try:
                deadline = time.monotonic() + 60
                while True:
                    try:
                        pages.get("/v1/version")
                        break
                    except httpx.TransportError:
                        assert process.poll() is None, process.stdout and process.stdout.read()
                        assert time.monotonic() < deadline
                        time.sleep(0.05)
                yield pages
            finally:
                process.terminate()
                self.said, _ = process.communicate(timeout=30)
        self.code = process.returncode

    @contextmanager
    def person(self) -> Iterator[httpx.Client]:
        key = (self.folder / "agent" / "key").read_text()
        with httpx.Client(
            base_url=self.url, headers={"Origin": self.url}, timeout=30, trust_env=False, follow_redirects=True
        ) as person:
            person.get("/", params={"key": key})
            yield person


def card_seen(pages: httpx.Client) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for one in pages.get("/v1/readers").json()["readers"]:
            if one["applet"]:
                return str(one["reader"])
        time.sleep(0.05)
    raise AssertionError("the card was not noticed")


def holds(message: bytes, on_it: Personalised) -> None:
    root = etree.fromstring(message)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    pem = on_it.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.verify(root.find(".//{http://www.w3.org/2000/09/xmldsig#}Signature"))


@pytest.mark.parametrize("generation", ["1.7", "1.8"])
def test_from_the_start_to_a_signed_request(command: list[str], tmp_path: Path, generation: Generation):
    on_it = personalised(generation, at=datetime.now(UTC))
    started = Started(command, tmp_path, on_it)
    with Inserted(VirtualCard(on_it)), started.up() as pages, started.person() as person:
        assert pages.get("/v1/version").json()["agent"] == AGENT
        shown = re.search(r'class="digits">(\d{4} \d{4})<', person.post("/code").text)
        assert shown is not None
        token = pages.post("/v1/pairing", json={"code": shown[1]}).json()["token"]
        pages.headers["Authorization"] = f"Bearer {token}"
        reader = card_seen(pages)
        assert pages.post("/v1/identity", json={"reader": reader}).json()["identity"]["ssin"] == SSIN
        found = pages.post("/v1/certificate", json={"reader": reader}).json()["certificate"]
        certificate = x509.load_der_x509_certificate(b64decode(found))
        asked = pages.post("/v1/requests", json={"reader": reader, "practice": "Les Tilleuls"}).json()
        window = asked["pin_page"].removeprefix(started.url)
        assert "<strong>2<" in person.post(window, data={"pin": "9999"}).text
        person.post(window, data={"pin": "1234"})
        assert pages.get(f"/v1/requests/{asked['id']}").json()["state"] == "ready"
        now = datetime.now(UTC)
        message = unsigned(certificate, body(certificate, "saml", now=now), now=now)
        answer = pages.post(f"/v1/requests/{asked['id']}/envelope", json={"envelope": b64encode(message).decode()})
        assert answer.status_code == 200, answer.text
        holds(b64decode(answer.json()["envelope"]), on_it)
        assert "La demande est signée" in person.get(window).text
    assert "Le lecteur est prêt" in started.said
    for secret in (SSIN, "Nurse", "1234", "9999", token, window):
        assert secret not in started.said


def test_a_second_start_leads_to_the_first(command: list[str], tmp_path: Path):
    started = Started(command, tmp_path, personalised("1.8"))
    with started.up():
        second = started.run()
        said, _ = second.communicate(timeout=60)
        assert (second.returncode, "fonctionne déjà" in said) == (0, True)


def test_a_port_that_another_program_holds_is_told(command: list[str], tmp_path: Path):
    started = Started(command, tmp_path, personalised("1.8"))
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", started.port))
        stranger.listen()
        third = started.run()
        said, _ = third.communicate(timeout=60)
    assert (third.returncode, str(started.port) in said) == (1, True)


def test_it_listens_on_loopback_alone(command: list[str], tmp_path: Path):
    started = Started(command, tmp_path, personalised("1.8"))
    with started.up():
        listening = [
            line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"
        ]
        own = [one.partition(":")[0] for one in listening if int(one.partition(":")[2], 16) == started.port]
    assert own == ["0100007F"]
