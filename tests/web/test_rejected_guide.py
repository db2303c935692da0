"""After a file that was refused as a whole: its page leads from the faults to the file that takes its place."""

from dataclasses import replace

import pytest

from api.cli.console import context
from domain.run_plan import RunOptions
from infrastructure.simulator.scenario import ACCEPTS_ALL
from tests.acceptance.practice import OPERATOR
from tests.web.markup import parse
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import local


@pytest.fixture
def refused(fresh_site: RunningSite) -> RunningSite:
    """A month of which every union refused the file."""
    fresh_site.enter_care(300)
    fresh_site.quittance.transport.scenario = replace(ACCEPTS_ALL, reject_file=True)  # type: ignore[attr-defined]
    fresh_site.bill_and_answer()
    fresh_site.quittance.transport.scenario = ACCEPTS_ALL  # type: ignore[attr-defined]
    return fresh_site


def test_ref_03_a_rejected_file_is_corrected_and_sent_as_a_new_one_that_names_it(refused: RunningSite) -> None:
    (first, *_) = refused.rows("SELECT * FROM sendings WHERE status = 'rejected' ORDER BY day_count DESC")
    office, page = refused.sign_in("office"), refused.at(f"/envois/{first['sending_id']}")
    shown = office.see(page)
    (guide,) = [one for one in shown.all("section") if one.get("aria-labelledby") == "refuse-en-entier"]
    assert "Rien n'est payé et rien n'est refusé" in guide.text
    assert "101420" in guide.text, "the blocking fault, with its meaning"
    assert refused.rows("SELECT * FROM refusals") == [], "nothing is marked refused"
    ready = refused.rows("SELECT count(*) AS days FROM days WHERE is_returned = ?", True)[0]["days"]
    assert ready > first["day_count"] > 0
    assert f"{first['day_count']} jours prêts à être refacturés" in guide.text
    (bill,) = [link for link in guide.all("a") if link.text == "Facturer 10/2026 à nouveau"]
    month = local(bill.get("href"))
    run = local(office.post_form(month, month).headers["location"])
    again = office.see(page).text
    (second,) = [
        row
        for row in refused.rows("SELECT * FROM sendings WHERE status = 'prepared'")
        if row["national_union"] == first["national_union"]
    ]
    assert f"{first['day_count']} jours repartis dans l'envoi {second['sending_number']}" in again
    assert "Facturer 10/2026 à nouveau" not in again
    new = office.see(refused.at(f"/envois/{second['sending_id']}"))
    assert page in {local(link.get("href")) for link in new.all("a") if link.text == str(first["sending_number"])}
    assert office.post_form(run, f"{run}/envoyer").status_code == 303
    for _ in range(4):
        refused.clock.forward(days=10)
        refused.quittance.answers.collect(OPERATOR, refused.where)
    refused.quittance.views.catch_up()
    paid = refused.rows("SELECT * FROM sendings WHERE sending_id = ?", second["sending_id"])[0]
    assert (paid["status"], paid["accepted_cents"]) == ("settled", first["requested_cents"])


def test_who_does_not_bill_reads_the_guide_and_is_not_led_to_a_run(refused: RunningSite) -> None:
    (first, *_) = refused.rows("SELECT sending_id FROM sendings WHERE status = 'rejected'")
    answer = refused.sign_in("auditor").get(refused.at(f"/envois/{first['sending_id']}"))
    assert "Fichier refusé en entier" in parse(answer.text).text
    assert "à nouveau" not in [link.text for link in parse(answer.text).all("a")]


def test_a_cancelled_run_is_no_file_that_is_replaced(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(100)
    billing, options = fresh_site.quittance.billing, RunOptions(MONTH)
    run = billing.run(context(), fresh_site.where, options).result
    assert run.run_id
    billing.cancel(context(), run.run_id)
    again = billing.run(context(), fresh_site.where, options).result
    made = [e[0] for e in fresh_site.quittance.log.load([one.sending_id for one in again.sendings]).values()]
    assert [one.replaces for one in made] == [()] * len(run.sendings) != []
