"""The first screen: what needs a person, why, until when; and what is missing before anything can be billed."""

from datetime import timedelta

from application.ports import Context, Meta
from tests.acceptance.practice import OPERATOR
from tests.web.site import MONTH, RunningSite


def rows(page) -> list:
    return page.one("tbody").all("tr")


def test_p1_1_one_list_ranked_by_deadline_with_why_and_one_action_a_row(site: RunningSite) -> None:
    page = site.sign_in("office").see(site.at())
    assert page.one("h1").text == "À faire"
    deadlines = [row.all("time")[0].get("datetime") for row in rows(page) if row.all("time")]
    assert deadlines == sorted(deadlines)
    for row in rows(page):
        assert len(row.all("a")) == 2
        assert row.all("a")[0].get("href") == row.all("a")[1].get("href")
        assert all(cell.text for cell in row.all("td"))


def test_p1_1_every_row_leads_to_a_page_that_is_there(site: RunningSite) -> None:
    office = site.sign_in("office")
    for row in rows(office.see(site.at())):
        office.see(row.all("a")[0].get("href"))


def test_ref_06_refused_days_wait_by_cause_with_their_sum(site: RunningSite) -> None:
    page = site.sign_in("office").see(site.at())
    cents = site.rows("SELECT sum(refused_cents) AS cents FROM refusals WHERE establishment_id = ?", site.where)
    euros = f"{cents[0]['cents'] // 100},{cents[0]['cents'] % 100:02d} €"
    assert euros in page.text.replace("\u202f", "")
    groups = site.rows("SELECT DISTINCT root_code, root_letter FROM refusals WHERE establishment_id = ?", site.where)
    assert sum("Corriger" in row.text for row in rows(page)) == len(groups)


def test_ref_24_the_worklist_as_it_stood(site: RunningSite) -> None:
    office = site.sign_in("office")
    page = office.see(site.at("?as_of=2026-11-05"))
    assert "Situation au 05/11/2026" in page.text
    assert "Corriger" not in page.text
    for link in page.one("main").all("a", "row-link"):
        assert "as_of=2026-11-05" in link.get("href")


def test_who_may_not_bill_is_shown_the_work_but_not_told_to_do_it(site: RunningSite) -> None:
    auditor = site.sign_in("auditor")
    page = auditor.see(site.at())
    assert rows(page)
    assert all("Voir" in row.all("a")[1].text for row in rows(page))
    for row in rows(page):
        auditor.see(row.all("a")[0].get("href"))


def test_what_was_put_off_comes_back_and_what_is_mine_can_be_seen_alone(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(200)
    first, second, *_ = fresh_site.bill()
    office = fresh_site.sign_in("office")
    casework, today = fresh_site.quittance.casework, fresh_site.today
    casework.assign(OPERATOR, fresh_site.where, first, fresh_site.quittance.accounts.user_id("office"))
    why = Context(Meta("operator", reason="Attendre", reason_subject=fresh_site.where))
    casework.snooze(why, fresh_site.where, second, today + timedelta(days=3))
    everything = office.see(fresh_site.at("?snoozed=true"))
    shown = office.see(fresh_site.at())
    assert len(rows(everything)) == len(rows(shown)) + 1
    assert str(second) not in {link.get("href").rpartition("/")[2] for link in shown.all("a")}
    (mine,) = rows(office.see(fresh_site.at("?mine=true")))
    assert str(first) in mine.all("a")[0].get("href")
    fresh_site.clock.forward(days=3)
    fresh_site.sign_in_again("office", window=office)
    assert len(rows(office.see(fresh_site.at()))) == len(rows(everything))


def test_nothing_to_do_says_so_and_what_comes_next(fresh_site: RunningSite) -> None:
    page = fresh_site.sign_in("office").see(fresh_site.at())
    assert "Rien à faire" in page.text
    assert "01/12/2026" in page.text


def test_an_empty_practice_says_which_step_is_missing(fresh_site: RunningSite) -> None:
    from api.register_file import load_register

    line = (
        b'{"kind":"establishment","name":"Cabinet neuf","sector":"home_nursing","tpp_number":"49992216401",'
        b'"cbe_number":"0999999823","iban":"BE65999000002696","bic":"TESTBEBB","contact_last_name":"N",'
        b'"contact_first_name":"N","contact_phone":"021234567"}\n'
    )
    fresh_site.where = load_register(fresh_site.quittance, OPERATOR, line, None).result.establishment_id
    page = fresh_site.sign_in("administrator").see(fresh_site.at())
    for said in ("Aucun prestataire", "Aucun patient", "code profession", "zone 13"):
        assert said in page.text, said
    hrefs = {link.get("href") for link in page.all("a")}
    assert {fresh_site.at("/prestataires"), fresh_site.at("/patients"), fresh_site.at("/cabinet")} <= hrefs


def test_days_of_a_month_that_is_over_wait_with_what_holds_them_back(site: RunningSite) -> None:
    page = site.sign_in("office").see(site.at())
    (row,) = [
        row for row in rows(page) if f"/facturation/{MONTH}" in row.all("a")[0].get("href") and "Facturer" in row.text
    ]
    assert "pas d'assurabilité" in row.text
