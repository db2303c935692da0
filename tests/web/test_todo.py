"""The first screen: what needs a person, why, until when; and what is missing before anything can be billed."""

import re
from datetime import date as Date
from datetime import timedelta

import pytest

from application.ports import Context, Meta
from application.record_care import Entry
from domain.care import Care
from domain.patient import Insurability
from domain.run_plan import RunOptions
from tests.acceptance.practice import OPERATOR
from tests.web.markup import forms, parse
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
    assert sum("Voir la cause de" in row.text for row in rows(page)) == len(groups)


def test_ref_24_the_worklist_as_it_stood(site: RunningSite) -> None:
    office = site.sign_in("office")
    page = office.see(site.at("?as_of=2026-11-05"))
    assert "Situation au 05/11/2026" in page.text
    assert "Voir la cause de" not in page.text
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
    assert "Motif : Attendre · " in everything.text
    assert "Motif : Attendre" not in shown.text
    assert str(second) not in {link.get("href").rpartition("/")[2] for link in shown.all("a")}
    (mine,) = rows(office.see(fresh_site.at("?mine=true")))
    assert str(first) in mine.all("a")[0].get("href")
    fresh_site.clock.forward(days=3)
    fresh_site.sign_in_again("office", window=office)
    assert len(rows(office.see(fresh_site.at()))) == len(rows(everything))


def card(page, label: str):
    return next(one for one in page.of_class("card") if one.of_class("card-label")[0].text == label)


def test_a_figure_says_what_the_list_behind_it_shows_also_of_what_was_put_off(fresh_site: RunningSite) -> None:
    fresh_site.enter_care()
    (settled, *_) = fresh_site.bill_and_answer()
    office = fresh_site.sign_in("office")
    links = [row.all("a")[0].get("href") for row in rows(office.see(fresh_site.at()))]
    put_off(fresh_site, office, next(link for link in links if "/refus/" in link))
    put_off(fresh_site, office, next(link for link in links if "/decomptes/" in link).replace("decomptes", "envois"))
    read_it = next(f for f in forms(office.see(fresh_site.at(f"/envois/{settled}"))) if f.get("action").endswith("/lu"))
    assert office.submit(read_it, fresh_site.at(f"/envois/{settled}")).status_code == 303
    page = office.see(fresh_site.at())
    refused = card(page, "Montant refusé")
    causes = office.see(refused.one("a").get("href"))
    assert refused.one("a").text == causes.of_class("card-figure")[0].text
    assert refused.of_class("card-note")[0].text == f"{len(rows(causes))} causes, dont 1 reportée"
    unread = card(page, "Décomptes non lus")
    assert unread.one("a").text == str(len(rows(office.see(unread.one("a").get("href")))))


def badge(page) -> str:
    (count,) = page.one("a", data_key="a").of_class("count")
    return count.text


def test_the_menu_counts_what_the_list_shows(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(600)
    fresh_site.bill_and_answer()
    fresh_site.enter_care(80, "2026-11")
    fresh_site.refuse_as_duplicate(fresh_site.where)
    office = fresh_site.sign_in("office")
    page = office.see(fresh_site.at())
    shown = rows(page)
    assert len(shown) > 5
    assert badge(page).startswith(str(len(shown)))
    cause = next(row for row in shown if "/refus/" in row.all("a")[0].get("href")).all("a")[0].get("href")
    put_off(fresh_site, office, cause)
    after = office.see(fresh_site.at())
    assert len(rows(after)) == len(shown) - 1
    assert badge(after).startswith(str(len(shown) - 1))


def put_off(site: RunningSite, who, page: str, reason: str = "attend la mutualité") -> None:
    """By the form of the page itself."""
    form = next(form for form in forms(who.see(page)) if form.get("action").endswith("/report"))
    fields = {"until": f"{site.today + timedelta(days=3):%Y-%m-%d}", "reason": reason}
    assert who.submit(form, page, fields).status_code == 303


def test_a_cause_and_a_month_are_put_off_and_taken_like_any_other_work(fresh_site: RunningSite) -> None:
    fresh_site.enter_care()
    fresh_site.bill_and_answer()
    office, me = fresh_site.sign_in("office"), fresh_site.quittance.accounts.user_id("office")
    everything = rows(office.see(fresh_site.at()))
    for start in ("/refus/", "/facturation/"):
        row = next(row for row in everything if fresh_site.at(start) in row.all("a")[0].get("href"))
        page = row.all("a")[0].get("href")
        form = next(form for form in forms(office.see(page)) if form.get("action").endswith("/responsable"))
        assert office.submit(form, page, {"user_id": str(me)}).status_code == 303
        mine = [row.all("a")[0].get("href") for row in rows(office.see(fresh_site.at("?mine=true")))]
        assert page in mine
        put_off(fresh_site, office, page)
        assert page not in [row.all("a")[0].get("href") for row in rows(office.see(fresh_site.at()))]
        told = [one.text for one in office.see(page).all("p")]
        assert "Pris en charge par Personne office." in told
        assert [
            one
            for one in told
            if one.startswith("Reporté au") and one.endswith("Motif : attend la mutualité · Personne office")
        ]
        wake = next(form for form in forms(office.see(page)) if form.get("action").endswith("/reprise"))
        assert office.submit(wake, page).status_code == 303
        assert page in [row.all("a")[0].get("href") for row in rows(office.see(fresh_site.at()))]


def test_putting_off_without_a_reason_keeps_the_day_and_says_why_on_the_same_page(fresh_site: RunningSite) -> None:
    fresh_site.enter_care()
    (sending_id, *_) = fresh_site.bill_and_answer()
    fresh_site.refuse_as_duplicate(fresh_site.where)
    office, until = fresh_site.sign_in("office"), f"{fresh_site.today + timedelta(days=3):%Y-%m-%d}"
    links = [row.all("a")[0].get("href") for row in rows(office.see(fresh_site.at()))]
    pages = [next(link for link in links if fresh_site.at(kind) in link) for kind in ("/refus/", "/facturation/")]
    item = fresh_site.rows("SELECT item_id FROM items")[0]["item_id"]
    for page in (*pages, fresh_site.at(f"/points/{item}"), fresh_site.at(f"/envois/{sending_id}")):
        form = next(form for form in forms(office.see(page)) if form.get("action").endswith("/report"))
        answer = office.submit(form, page, {"until": until, "reason": " "})
        assert answer.status_code == 422
        again = parse(answer.text)
        assert again.by_id("snooze-until").get("value") == until
        assert again.by_id("snooze-reason").get("aria-invalid") == "true"
        assert "required" in again.by_id("snooze-reason").attributes
        assert again.one("h1").text == office.see(page).one("h1").text


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


def to_bill(page) -> list:
    """Rows of October that no answer, no doubt and no way back keeps there."""
    mine = [row for row in rows(page) if f"/facturation/{MONTH}" in row.all("a")[0].get("href")]
    return [row for row in mine if "hors de tout envoi" in row.text]


def test_days_of_a_month_that_is_over_wait_with_what_holds_them_back(site: RunningSite) -> None:
    (row,) = to_bill(site.sign_in("office").see(site.at()))
    assert "pas d'assurabilité" in row.text
    assert "Débloquer" in row.all("a")[1].text
    assert "Facturer" not in row.text


def test_what_can_be_billed_is_to_be_billed_and_what_is_mended_again(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(600)
    office = fresh_site.sign_in("office")
    (row,) = to_bill(office.see(fresh_site.at()))
    assert "Facturer" in row.all("a")[1].text
    fresh_site.bill()
    (row,) = to_bill(office.see(fresh_site.at()))
    assert "Débloquer" in row.all("a")[1].text
    day_id = next(
        held
        for held in fresh_site.quittance.billing.preview(fresh_site.where, RunOptions(MONTH)).blocked
        if held.code == "insurability_missing"
    ).first[0][0]
    patient = fresh_site.rows("SELECT patient_id FROM days WHERE day_id = ?", day_id)[0]["patient_id"]
    whole = Insurability(Date(2026, 1, 1), None, "131", "110", "110")
    fresh_site.quittance.register.insure(OPERATOR, patient, [whole])
    (row,) = to_bill(office.see(fresh_site.at()))
    assert "Facturer" in row.all("a")[1].text


def test_days_left_out_wait_with_the_euro_that_their_run_made_known(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(600)
    office = fresh_site.sign_in("office")
    preview = fresh_site.quittance.billing.preview(fresh_site.where, RunOptions(MONTH))
    fresh_site.bill()
    (row,) = to_bill(office.see(fresh_site.at()))
    (doubtful,) = [one for one in preview.blocked if one.code == "possible_duplicate"]
    known = (preview.blocked_once.amount_cents or 0) - (doubtful.amount_cents or 0)
    each = sum(one.amount_cents or 0 for one in preview.blocked)
    assert 0 < known < each - (doubtful.amount_cents or 0), "a day of several reasons counts once"
    amount = re.sub(r"\D", "", row.all("td")[-2].text)
    assert int(amount) == known, "what the view does not know yet, the run priced on trial"
    assert f"{preview.blocked_once.unpriced - doubtful.unpriced} jours pas encore tarifés" in row.text


def test_a_day_of_an_earlier_month_that_the_latest_run_left_out_is_to_be_unblocked(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(600)
    patient = fresh_site.rows("SELECT patient_id FROM patients WHERE establishment_id = ?", fresh_site.where)[0]
    entry = Entry(patient["patient_id"], Date(2026, 9, 14), Care("999998", 0, "49991127401", is_priced=False))
    fresh_site.quittance.care.record(OPERATOR, fresh_site.where, [entry])
    fresh_site.bill()
    page = fresh_site.sign_in("office").see(fresh_site.at())
    (row,) = [row for row in rows(page) if "septembre 2026" in row.text or "09/2026" in row.text]
    assert row.all("a")[0].text.startswith("Débloquer 1 jour")
    assert "Débloquer" in row.all("a")[1].text
    assert "pas encore facturé" not in row.text


def test_a_cause_is_looked_at_not_corrected_by_one_button(site: RunningSite) -> None:
    page = site.sign_in("office").see(site.at())
    causes = [row.all("a")[1] for row in rows(page) if "/refus/" in row.all("a")[1].get("href")]
    assert causes
    assert all(link.text.startswith("Voir la cause") for link in causes)


def test_reasons_of_all_that_was_put_off_are_one_load(billed: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    office, log, loads = billed.sign_in("office"), type(billed.quittance.log), []
    histories = log.histories
    for number, row in enumerate(billed.rows("SELECT sending_id FROM sendings ORDER BY sending_number LIMIT 3"), 1):
        why = Context(Meta("operator", reason=f"Attendre {number}", reason_subject=billed.where))
        billed.quittance.casework.snooze(why, billed.where, row["sending_id"], billed.today + timedelta(days=3))
    billed.quittance.views.catch_up()

    def counted(*asked: object) -> object:
        loads.append(asked)
        return histories(*asked)

    monkeypatch.setattr(log, "histories", counted)
    page = office.see(billed.at("?snoozed=true"))
    assert all(f"Motif : Attendre {number} · " in page.text for number in (1, 2, 3))
    assert len(loads) == 1


def test_a_colleague_who_took_many_things_is_looked_up_once(
    billed: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, accounts, asked = billed.sign_in("office"), billed.quittance.accounts, []
    billed.add_user("collegue", (billed.where, "office", Date(2026, 1, 1), None))
    colleague = accounts.user_id("collegue")
    for row in billed.rows("SELECT sending_id FROM sendings ORDER BY sending_number LIMIT 3"):
        billed.quittance.casework.assign(OPERATOR, billed.where, row["sending_id"], colleague)
    billed.quittance.views.catch_up()
    user = type(accounts).user

    def counted(self: object, user_id: object) -> object:
        asked.append(user_id)
        return user(self, user_id)

    monkeypatch.setattr(type(accounts), "user", counted)
    assert office.see(billed.at()).text.count("Personne collegue") == 3
    assert asked.count(colleague) == 1
