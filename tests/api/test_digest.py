"""The daily mail: counts and links for who asked, through a real SMTP conversation; nothing about patients."""

import json
from datetime import date as Date
from datetime import timedelta

import pytest

from api.cli.console import context
from api.digest import digests, want_at
from application.ports import Context, Meta
from domain.local_time import local_date
from domain.run_plan import RunOptions
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
        want_at(accounts, user, f"{user}@example.be")
    quittance.views.catch_up()
    (mail,) = digests(quittance, URL)
    assert mail.to == f"{wants}@example.be"
    assert mail.subject.startswith("Quittance: wat")
    assert f"{URL}/c/{practice.where}" in mail.text
    assert "te factureren maanden: 1" in mail.text
    rows = [json.loads(row) for row in sample_files().register.decode().splitlines()]
    for row in (row for row in rows if row["kind"] == "patient"):
        assert row["last_name"] not in mail.text
        assert row.get("ssin", "no number") not in mail.text


def test_a_deputy_is_told_how_much_of_it_is_the_work_of_who_is_away(service: Service) -> None:
    practice, quittance = enter(service), service.quittance
    ok(service.post("/imports", params={"establishment_id": str(practice.where)}, content=care_file()))
    accounts, today = quittance.accounts, local_date(quittance.clock.now())
    names = {"deputy@example.be": "Jo", "anne@example.be": "Anne Claes", "other@example.be": "Kim"}
    deputy, anne, other = (accounts.add(context(), *person, "fr").result.user_id for person in names.items())
    for user in (deputy, anne, other):
        accounts.grant(context(), user, practice.where, "office", Date(2026, 1, 1))
        want_at(accounts, user, next(login for login in names if accounts.user_id(login) == user))
    report = quittance.billing.run(context(), practice.where, RunOptions("2026-10")).result
    first, second, third, *_ = [made.sending_id for made in report.sendings if made.sending_id]
    for target, who in ((first, anne), (second, anne), (third, other)):
        quittance.casework.assign(context(), practice.where, target, who)

    def told() -> dict[str, list[str]]:
        quittance.views.catch_up()
        mails = digests(quittance, URL)
        return {mail.to: [line for line in mail.text.splitlines() if "absence" in line] for mail in mails}

    assert told() == {login: [] for login in names}
    accounts.name_deputy(context(), anne, deputy, today, today, practice.where)
    said = [f"- pour Anne Claes, absence jusqu'au {today:%d/%m/%Y} : 2"]
    assert told() == {login: said if login.startswith("deputy") else [] for login in names}
    why = Context(Meta("operator", reason="Attendre", reason_subject=practice.where))
    quittance.casework.snooze(why, practice.where, second, today + timedelta(days=1))
    assert told()["deputy@example.be"] == [f"- pour Anne Claes, absence jusqu'au {today:%d/%m/%Y} : 1"]
    accounts.withdraw_deputy(context(), anne, practice.where, today)
    assert told()["deputy@example.be"] == []
