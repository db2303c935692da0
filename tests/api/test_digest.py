"""The daily mail: counts and links for who asked, through a real SMTP conversation; nothing about patients."""

import json
from datetime import date as Date

import pytest

from api.cli.console import context
from api.digest import PREFERENCE, digests
from infrastructure.mail.smtp import Mail, MailFault, SmtpServer
from infrastructure.sample import sample_files
from tests.api.post_office import post_office
from tests.api.practice import care_file, enter
from tests.api.service import Service, ok

URL = "https://quittance.example"


def test_mails_arrive_and_a_refused_address_keeps_nothing_back() -> None:
    sent = [Mail("nobody@example.be", "a", "b"), Mail("office@example.be", "Objet é", "Bonjour é")]
    with post_office() as (server, mails):
        assert server.send(sent) == ["nobody@example.be"]
    (mail,) = mails
    assert "To: office@example.be" in mail
    assert "Auto-Submitted: auto-generated" in mail


def test_a_server_that_is_not_there_is_said_so() -> None:
    with pytest.raises(MailFault):
        SmtpServer("127.0.0.1", 1, "a@example.be", "none").send([Mail("b@example.be", "x", "y")])


def test_who_asked_gets_what_waits_and_nobody_else(service: Service) -> None:
    practice, quittance = enter(service), service.quittance
    ok(service.post("/imports", params={"establishment_id": str(practice.where)}, content=care_file()))
    accounts, first = quittance.accounts, Date(2026, 1, 1)
    wants, silent, absent = (
        accounts.add(context(), login, login.split("@")[0], "nl").result.user_id
        for login in ("wants@example.be", "silent@example.be", "absent@example.be")
    )
    for user in (wants, silent):
        accounts.grant(context(), user, practice.where, "office", first)
    accounts.grant(context(), absent, practice.where, "office", first, Date(2026, 1, 31))
    for user in (wants, absent):
        accounts.set_preference(user, PREFERENCE, True)
    quittance.views.catch_up()
    (mail,) = digests(quittance, URL)
    assert mail.to == "wants@example.be"
    assert mail.subject.startswith("Quittance: wat")
    assert f"{URL}/c/{practice.where}" in mail.text
    assert "te factureren maanden : 1" in mail.text
    rows = [json.loads(row) for row in sample_files().register.decode().splitlines()]
    for row in (row for row in rows if row["kind"] == "patient"):
        assert row["last_name"] not in mail.text
        assert row.get("ssin", "no number") not in mail.text
