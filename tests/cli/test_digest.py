"""`quittance digest`: a mail to who asked for it, through a real server of this machine; without one a clear cure."""

from pathlib import Path

import pytest

from api.digest import want_at
from infrastructure.sample import sample_files
from tests.acceptance.practice import Installation
from tests.api.post_office import post_office

LOGIN = "anna@practice.be"


@pytest.fixture
def office(tmp_path: Path) -> Installation:
    """A month of care, and a user."""
    made = Installation(tmp_path / "home", "", "cli")
    made.json("init")
    (tmp_path / "care.csv").write_bytes(sample_files().care)
    made.enter_register()
    made.cli("import", tmp_path / "care.csv")
    made.json("user", "add", LOGIN, "--role", "office")
    return made


@pytest.mark.parametrize("lang", ["fr", "nl", "en"])
def test_without_a_mail_server_the_settings_are_named(office: Installation, lang: str) -> None:
    assert "QUITTANCE_MAIL_HOST" in office.cli("digest", code=1, lang=lang).stderr


def test_who_asked_gets_a_mail_and_before_that_nobody_does(office: Installation) -> None:
    with post_office() as (server, mails):
        settings = {
            "QUITTANCE_MAIL_HOST": server.host,
            "QUITTANCE_MAIL_PORT": str(server.port),
            "QUITTANCE_MAIL_SECURITY": "none",
            "QUITTANCE_MAIL_FROM": "quittance@example.be",
            "QUITTANCE_PUBLIC_URL": "https://quittance.example",
        }
        assert office.json("digest", **settings) == {"sent": 0, "refused": 0}
        with office.opened() as quittance:
            want_at(quittance.accounts, quittance.accounts.user_id(LOGIN), LOGIN)
        assert "1" in office.cli("digest", **settings).stdout
    (mail,) = mails
    assert f"To: {LOGIN}" in mail


def test_a_server_that_is_not_there_is_one_line(office: Installation) -> None:
    settings = {
        "QUITTANCE_MAIL_HOST": "127.0.0.1",
        "QUITTANCE_MAIL_PORT": "1",
        "QUITTANCE_MAIL_SECURITY": "none",
        "QUITTANCE_MAIL_FROM": "quittance@example.be",
        "QUITTANCE_PUBLIC_URL": "https://quittance.example",
    }
    with office.opened() as quittance:
        want_at(quittance.accounts, quittance.accounts.user_id(LOGIN), LOGIN)
    assert "QUITTANCE_MAIL_" in office.cli("digest", code=1, **settings).stderr
