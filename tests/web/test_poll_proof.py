"""Who fetches what a poll brought is noted for everybody in it: by the page and by the API."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from api.poll_proof import patients_in
from api.rest.sendings import patients_of
from application.insurability import of_month
from domain import sending as sendings
from tests.acceptance.practice import MONTH, OPERATOR
from tests.conftest import require_postgres
from tests.web.over_mycarenet import There, over_mycarenet

LATER = timedelta(hours=1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[There]:
    if request.param == "postgres":
        require_postgres()
    with over_mycarenet(tmp_path, request.param) as opened:
        yield opened


def sent(there: There) -> set[UUID]:
    """A few files over SOAP in an open session; everybody whose care is in them."""
    site = there.site
    site.enter_care(40)
    ids = site.bill()
    content, password = there.p12("nurse")
    site.quittance.sessions_over_mycarenet.open_with_p12(OPERATOR, site.where, content, password)
    assert {one.outcome for one in site.quittance.dispatch.send(OPERATOR, site.where, ids).result} == {"transmitted"}
    streams = site.quittance.log.load(ids)
    states = [state for one in ids if (state := sendings.fold(streams[one], one))]
    return {who for state in states for who in patients_of(site.quittance.log, state)}


def test_the_proof_of_a_poll_is_noted_for_every_patient_in_its_messages(there: There) -> None:
    site, everybody = there.site, sent(there)
    assert len(everybody) > 1
    site.clock.instant += LATER
    assert site.quittance.answers.collect(OPERATOR, site.where).result.outcome == "messages"
    site.quittance.views.catch_up()
    assert site.quittance.answers.collect(OPERATOR, site.where).result.outcome == "nothing"
    site.quittance.views.catch_up()
    polls = {row["outcome"]: row for row in site.rows("SELECT * FROM polls")}
    key = {"Authorization": f"Bearer {site.api_key}"}
    office = site.sign_in("office")

    def noted(action: str) -> list[UUID]:
        return [row["patient_id"] for row in site.rows(f"SELECT patient_id FROM access_log WHERE action = '{action}'")]

    assert office.get(site.at(f"/messages/{polls['messages']['proof']}/fichier")).status_code == 200
    assert set(noted("answer.file")) == everybody
    answer = site.client.get(f"/polls/{polls['messages']['poll_id']}/proof", headers=key)
    assert answer.status_code == 200, answer.text
    assert set(noted("unions.proof")) == everybody
    assert patients_in(site.quittance, site.where, answer.content) == list(dict.fromkeys(noted("unions.proof")))
    empty = site.client.get(f"/polls/{polls['nothing']['poll_id']}/proof", headers=key)
    assert empty.status_code == 200
    assert noted("unions.proof")[len(everybody) :] == [polls["nothing"]["poll_id"]], "nobody in it: the poll itself"


def test_what_cannot_be_read_holds_nobody(there: There) -> None:
    for content in (b"", b"no xml", b"<a/>", b"<!DOCTYPE a><a/>"):
        assert patients_in(there.site.quittance, there.site.where, content) == []


def test_so_is_that_of_a_poll_for_answers_of_insurers(there: There) -> None:
    site = there.site
    content, password = there.p12("nurse")
    site.quittance.sessions_over_mycarenet.open_with_p12(OPERATOR, site.where, content, password)
    people = [row["patient_id"] for row in site.rows("SELECT patient_id FROM patients ORDER BY patient_id LIMIT 4")]
    asked = site.quittance.insurability_batches.ask(OPERATOR, site.where, people, of_month(MONTH)).result
    assert asked.status == "waiting"
    site.clock.instant += LATER
    assert site.quittance.insurability_answers is not None
    reports = site.quittance.insurability_answers.collect(OPERATOR, site.where).result.reports
    answered = sum(one.count for one in reports)
    assert answered > 1
    site.quittance.views.catch_up()
    proof = site.rows("SELECT proof FROM polls WHERE outcome = 'messages'")[0]["proof"]
    assert site.sign_in("office").get(site.at(f"/messages/{proof}/fichier")).status_code == 200
    noted = [row["patient_id"] for row in site.rows("SELECT patient_id FROM access_log WHERE action = 'answer.file'")]
    assert len(noted) == answered
    assert set(noted) <= set(people)
