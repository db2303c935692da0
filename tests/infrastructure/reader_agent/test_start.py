"""What keeps the agent from starting is said in words, before anything is served."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from infrastructure.reader_agent import main, pcsc
from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.version import AGENT


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUITTANCE_AGENT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(pcsc, "is_installed", lambda: True)
    monkeypatch.setattr(main, "_serve", lambda *_: pytest.fail("nothing may be served"))


def test_without_pyscard(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "smartcard", None)
    assert pcsc.is_installed() is False
    with pytest.raises(CardError, match="pcsc_service_not_running"):
        pcsc.readers()
    assert main.run(["--no-browser"]) == 1
    assert "quittance[agent]" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "80", "70000"])
def test_a_port_that_is_none(port: str, capsys: pytest.CaptureFixture[str]):
    assert main.run(["--no-browser", "--port", port]) == 1
    assert "port" in capsys.readouterr().err


def test_anchors_that_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for file in (tmp_path / "nothing.pem", tmp_path):
        monkeypatch.setenv("QUITTANCE_AGENT_ANCHORS", str(file))
        assert main.run(["--no-browser"]) == 1
    assert "nothing.pem" in capsys.readouterr().err


def test_its_version(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        main.run(["--version"])
    assert (end.value.code, capsys.readouterr().out.strip()) == (0, AGENT)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (0x8010001D, "pcsc_service_not_running"),
        (0x8010001D - 2**32, "pcsc_service_not_running"),
        (0x8010001E, "pcsc_service_not_running"),
        (0x80100001, "reader_failed"),
    ],
)
def test_errors_of_the_card_service_have_codes(monkeypatch: pytest.MonkeyPatch, outcome: int, code: str):
    """Some systems tell them with a sign."""
    _service(monkeypatch, SCardEstablishContext=lambda _: (outcome, 0))
    with pytest.raises(CardError) as error:
        pcsc.readers()
    assert error.value.code == code


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (0x8010000B, "reader_busy"),
        (0x8010000C, "no_card"),
        (0x80100009, "no_reader"),
        (0x8010000F, "card_not_belgian_eid"),
        (0x80100066, "card_unresponsive"),
        (0x80100069, "card_removed"),
    ],
)
def test_errors_of_a_reader_have_codes(monkeypatch: pytest.MonkeyPatch, outcome: int, code: str):
    _service(monkeypatch, SCardConnect=lambda *_: (outcome, 0, 0))
    with pytest.raises(CardError) as error, pcsc.transaction("One"):
        pytest.fail("there is no card")
    assert error.value.code == code


def test_a_card_that_another_program_reset_is_taken_up_again(monkeypatch: pytest.MonkeyPatch):
    begun = [0x80100068, 0]
    done: list[str] = []
    _service(
        monkeypatch,
        SCardConnect=lambda *_: (0, 7, 1),
        SCardBeginTransaction=lambda _: begun.pop(0),
        SCardReconnect=lambda *_: done.append("again") or (0, 1),
        SCardTransmit=lambda *_: (0, [0x90, 0x00]),
        SCardEndTransaction=lambda card, way: done.append(f"end {way}"),
        SCardDisconnect=lambda card, way: done.append(f"off {way}"),
    )
    with pcsc.transaction("One", reset=True) as exchange:
        assert exchange(bytearray(5)) == b"\x90\x00"
    assert (begun, done) == ([], ["again", "end 1", "off 1"])


def _service(monkeypatch: pytest.MonkeyPatch, **calls: Any) -> None:
    """A card service that answers so; what is not told went well."""
    service = ModuleType("scard")
    names = ("SCOPE_USER", "SHARE_SHARED", "PROTOCOL_T0", "LEAVE_CARD", "RESET_CARD", "PCI_T0", "STATE_UNAWARE")
    vars(service).update({f"SCARD_{name}": 0 for name in names} | {"SCARD_RESET_CARD": 1})
    vars(service).update(SCardEstablishContext=lambda _: (0, 1), SCardReleaseContext=lambda _: 0)
    vars(service).update(calls)
    monkeypatch.setattr(pcsc, "_pyscard", lambda: service)
