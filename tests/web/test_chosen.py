"""Rows of every list can be chosen: what is done with them becomes a job, what they are about prints as one PDF."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.casework import Assigned, Snoozed, casework_id
from domain.event import ERASED
from domain.roles import RIGHTS_OF, ROLES
from tests.printed import plain, sheets
from tests.web.markup import Element, Fields, filled, parse
from tests.web.site import RunningSite
from tests.web.visitor import Visitor, local

LISTS = {
    "sendings": ("/historique/envois?sort=sending_number", "sending_id"),
    "settlements": ("/decomptes?sort=sending_number", "sending_id"),
    "invoices": ("/historique/factures?sort=invoice_number", "invoice_id"),
    "billing_days": ("/historique/jours?sort=date", "day_id"),
    "refusals": ("/refus/lignes?sort=refused_cents", "day_id"),
    "patients": ("/patients?sort=patient", "patient_id"),
    "items": ("/points?sort=raised_at", "item_id"),
}
"""Path, and what its rows are about."""
PRINTED = {
    "sendings": "sending",
    "settlements": "settlement",
    "invoices": "invoice",
    "billing_days": "day",
    "refusals": "day",
    "patients": "patient",
}
WITHOUT_ANSWER = [name for name in LISTS if name not in ("settlements", "refusals", "items")]
WHY = "attend un courrier"


# ---- a person at a list


def form_of(page: Element, which: str) -> Element:
    """Of the rows that are ticked (`selected`), or of the whole filter (`filter`)."""
    (found,) = [form for form in page.all("form") if form.all("input", name="which", value=which)]
    return found


def offered(page: Element, which: str = "selected") -> set[str]:
    """What the buttons do."""
    forms = [form for form in page.all("form") if form.all("input", name="which", value=which)]
    return {button.get("value") for form in forms for button in form.all("button", "name")}


def rows_of(page: Element) -> list[str]:
    """What the rows of the list are about."""
    return [box.get("value") for box in page.all("input", name="selected")]


def press(
    who: Visitor, path: str, button: str, which: str = "selected", fields: Fields | None = None
) -> httpx.Response:
    """Fill in the form of a list and press one of its buttons, as a browser does."""
    form = form_of(who.see(path), which)
    (pressed,) = form.all("button", value=button)
    data: dict[str, list[str]] = {}
    for name, value in [*filled(form, fields or {}), (pressed.get("name"), button)]:
        data.setdefault(name, []).append(value)
    return who.post(pressed.get("formaction") or form.get("action"), data)


def job_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303, parse(answer.text).text
    return local(answer.headers["location"])


def done(site: RunningSite, page: str) -> tuple[int, int]:
    """Work it off: how many were done, and how many failed."""
    assert site.quittance.jobs.work("here")
    site.quittance.views.catch_up()
    job = site.quittance.jobs.job(UUID(page.rpartition("/")[2]))
    return job.done, job.failed


def confirm(site: RunningSite, who: Visitor, page: str, reason: str = "") -> httpx.Response:
    return who.post_form(page, f"{page}/confirmer", {"reason": reason})


def me(site: RunningSite, login: str = "office") -> UUID:
    return site.quittance.accounts.user_id(login)


def printed(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, parse(answer.text).text
    assert answer.headers["content-type"] == "application/pdf"
    return sheets(answer.content)


# ---- what is done with them


@pytest.mark.parametrize("name", LISTS)
def test_rows_of_every_list_can_be_assigned_put_off_and_printed(site: RunningSite, name: str) -> None:
    path, thing = LISTS[name]
    page = site.sign_in("office").see(site.at(path))
    ids, table = rows_of(page), {"day_id": "days"}.get(thing, thing.replace("_id", "s"))
    known = {
        str(row[thing]) for row in site.rows(f"SELECT {thing} FROM {table} WHERE establishment_id = ?", site.where)
    }
    assert ids
    assert set(ids) <= known
    expected = {"assign", "snooze"} | ({PRINTED[name]} if name in PRINTED else set())
    expected |= {"mark_read", "archive", "unarchive"} if thing == "sending_id" else set()
    expected |= {"decide"} if thing == "day_id" else set()
    expected |= {"ask_insurability"} if name == "patients" else set()
    assert offered(page) == offered(page, "filter") == expected


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_offered_what_it_may_do(site: RunningSite, role: str) -> None:
    rights, who = RIGHTS_OF[role], site.sign_in(role)
    care = {right: {"assign", "snooze"} if right in rights else set() for right in ("care_note", "note")}
    page = who.see(site.at(LISTS["invoices"][0]))
    assert offered(page) == offered(page, "filter") == {"invoice"} | care["care_note"]
    sendings = {"mark_read", "archive", "unarchive"} if "bill" in rights else set()
    assert offered(who.see(site.at(LISTS["settlements"][0]))) == {"settlement"} | care["note"] | sendings
    columns = who.see(site.at("/colonnes/invoices")).text
    assert ("Reporté au" in columns) is ("medical" in rights), "who works on what about a patient is for few"


def test_who_may_only_read_prints_and_does_nothing_else(site: RunningSite) -> None:
    auditor, head = site.sign_in("auditor"), site.quittance.log.head()
    path = site.at(LISTS["invoices"][0])
    first, *_ = rows_of(auditor.see(path))
    assert len(printed(press(auditor, path, "invoice", fields={"selected": first}))) > 0
    form = form_of(auditor.see(path), "selected")
    data = {**dict(filled(form, {"selected": first})), "action": "assign", "user_id": str(me(site, "auditor"))}
    assert auditor.post(site.at("/actions/invoices"), data).status_code == 403
    assert site.quittance.log.head() == head


def test_the_past_is_printed_as_it_stood_and_not_changed(site: RunningSite) -> None:
    office = site.sign_in("office")
    path = site.at(f"{LISTS['invoices'][0]}&as_of=2026-11-04")
    page = office.see(path)
    assert offered(page) == offered(page, "filter") == {"invoice"}
    first, *_ = rows_of(page)
    for answer in (
        press(office, path, "invoice", fields={"selected": first}),
        press(office, f"{path}&invoice_number=202600000001", "invoice", "filter"),
    ):
        text = " ".join(printed(answer))
        assert "situation au 04/11/2026" in text
        assert "décompté" not in text


@pytest.mark.parametrize("name", WITHOUT_ANSWER)
def test_a_selection_is_assigned_with_one_event_each(billed: RunningSite, name: str) -> None:
    office, path = billed.sign_in("office"), billed.at(LISTS[name][0])
    first, second, *_ = rows_of(office.see(path))
    told = {"selected": [first, second], "user_id": str(me(billed)), "reason": WHY}
    page = job_of(press(office, path, "assign", fields=told))
    assert "Responsable Personne office" in office.see(page).text
    assert done(billed, page) == (2, 0)
    for one in map(UUID, (first, second)):
        opened, assigned = billed.quittance.log.history(casework_id(one))
        assert assigned.event == Assigned(me(billed))
        assert (assigned.meta.actor, assigned.meta.reason) == (f"user:{me(billed)}", WHY)
        assert assigned.meta.cause == f"job:{page.rpartition('/')[2]}"
        assert opened.event.target_id == one
    billed.quittance.accounts.set_preference(me(billed), f"columns.{name}", ["assignee", "snoozed_until"])
    shown = {row.get("id"): [cell.text for cell in row.all("td")][1:] for row in office.see(path).all("tr", "id")}
    assert shown[f"r-{first}"] == ["Personne office", "–"]
    assert sum(cells == ["–", "–"] for cells in shown.values()) == len(shown) - 2
    assert "Responsable;Reporté au" in office.get(billed.at(f"/export/{name}.csv")).text


@pytest.mark.parametrize("name", WITHOUT_ANSWER)
def test_a_whole_filter_is_put_off_with_a_reason(billed: RunningSite, name: str) -> None:
    office, path = billed.sign_in("office"), billed.at(LISTS[name][0])
    until = billed.today + timedelta(days=7)
    page = job_of(press(office, path, "snooze", "filter", {"until": until.isoformat()}))
    text = office.see(page).text
    assert "Rien n'est fait encore." in text
    assert f"Revoir le {until:%d/%m/%Y}" in text
    assert confirm(billed, office, page).status_code == 422
    assert not billed.quittance.jobs.work("here")
    assert confirm(billed, office, page, WHY).status_code == 303
    count = int(office.see(path).of_class("summary")[0].text.split()[0])
    assert done(billed, page) == (count, 0)
    snoozed = [one for one in billed.quittance.log.read(0, 10_000) if isinstance(one.event, Snoozed)]
    assert len(snoozed) == count
    assert {(one.event.until, one.meta.reason) for one in snoozed} == {(until, WHY)}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": ""}, "Dites en quelques mots pourquoi"),
        ({"until": ""}, "Donnez une date"),
        ({"until": "30/02/2027"}, "écrivez jj/mm/aaaa"),
        ({"until": "2026-11-03"}, "Choisissez un jour à venir"),
        ({"until": "2028-01-01"}, "Choisissez un jour à venir"),
        ({"selected": []}, "Cochez au moins une ligne"),
    ],
)
def test_what_lacks_a_reason_a_day_or_a_row_begins_nothing(
    fresh_site: RunningSite, fields: dict[str, Any], words: str
) -> None:
    fresh_site.enter_care(30)
    office, path = fresh_site.sign_in("office"), fresh_site.at(LISTS["billing_days"][0])
    given = {"selected": rows_of(office.see(path))[0], "until": "2026-11-10", "reason": WHY} | fields
    answer = press(office, path, "snooze", fields=given)
    assert answer.status_code == 422
    assert words in parse(answer.text).text
    assert not fresh_site.quittance.jobs.jobs_of(fresh_site.where)


@pytest.mark.parametrize("user_id", ["x", "00000000-0000-0000-0000-000000000001"])
def test_only_colleagues_of_the_practice_can_be_chosen(fresh_site: RunningSite, user_id: str) -> None:
    fresh_site.enter_care(30)
    office, path = fresh_site.sign_in("office"), fresh_site.at(LISTS["billing_days"][0])
    told = {"selected": rows_of(office.see(path))[0], "user_id": user_id}
    assert press(office, path, "assign", fields=told).status_code == 422


def test_a_reason_about_a_patient_goes_with_the_patient(fresh_site: RunningSite) -> None:
    """The job has it under the practice's key; each thing has it under the key of whom it is about."""
    fresh_site.enter_care(30)
    office, path = fresh_site.sign_in("office"), fresh_site.at(LISTS["billing_days"][0])
    ids = rows_of(office.see(path))
    fields = {"selected": ids, "until": "2026-11-10", "reason": WHY}
    assert done(fresh_site, job_of(press(office, path, "snooze", fields=fields))) == (len(ids), 0)
    whose = {row["day_id"]: row["patient_id"] for row in fresh_site.rows("SELECT day_id, patient_id FROM days")}
    erased = whose[UUID(ids[0])]
    fresh_site.quittance.keys.erase(erased)
    told = {one: fresh_site.quittance.log.history(casework_id(one))[-1].meta.reason for one in map(UUID, ids)}
    assert {whose[one] for one in told if told[one] == ERASED} == {erased}
    assert {told[one] for one in told if whose[one] != erased} == {WHY}


def test_refused_lines_stand_for_their_days_each_once(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(600)
    fresh_site.bill_and_answer()
    office, path = fresh_site.sign_in("office"), fresh_site.at(LISTS["refusals"][0])
    lines = fresh_site.rows("SELECT day_id, root_code FROM refusals")
    days = {row["day_id"] for row in lines}
    assert len(lines) > len(days)
    everything = rows_of(office.see(f"{path}&limit=100"))
    page = job_of(press(office, f"{path}&limit=100", "assign", fields={"selected": everything, "user_id": ""}))
    assert fresh_site.quittance.jobs.job(UUID(page.rpartition("/")[2])).total == len(set(everything))
    fresh_site.quittance.jobs.stop(UUID(page.rpartition("/")[2]))

    code = lines[0]["root_code"]
    meant = {row["day_id"] for row in lines if row["root_code"] == code}
    cause = fresh_site.at(f"/refus/{code}?sort=date")
    page = job_of(press(office, cause, "assign", "filter", {"user_id": str(me(fresh_site))}))
    confirm(fresh_site, office, page)
    assert done(fresh_site, page) == (len(meant), 0)
    desk = fresh_site.quittance.casework
    assert {one for one in days if (state := desk.of(one)) and state.assignee} == meant


def test_a_list_begins_nothing_in_another_ones_name(site: RunningSite) -> None:
    office, head = site.sign_in("office"), site.quittance.log.head()
    form = form_of(office.see(site.at(LISTS["invoices"][0])), "filter")
    data = {**dict(filled(form, {})), "action": "assign", "list": "refusals", "user_id": ""}
    assert office.post(site.at("/actions/invoices"), data).status_code == 404
    assert office.post(site.at("/actions/invoices"), data | {"list": "no list"}).status_code == 404
    assert site.quittance.log.head() == head


def test_a_job_about_patients_is_for_those_who_may_see_them_and_noted(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(30)
    office, path = fresh_site.sign_in("office"), fresh_site.at(LISTS["patients"][0])
    page = job_of(press(office, path, "assign", "filter", {"user_id": str(me(fresh_site))}))
    last = fresh_site.rows("SELECT coalesce(max(id), 0) AS n FROM access_log")[0]["n"]
    names = [row.all("a")[0].text for row in office.see(path).one("tbody").all("tr")]
    text = office.see(page).text
    assert all(name in text for name in names[:10])
    noted = fresh_site.rows("SELECT patient_id FROM access_log WHERE id > ? AND action = 'patient.listed'", last)
    assert len(noted) == len(names) + 10
    confirm(fresh_site, office, page)
    accountant = fresh_site.sign_in("accountant")
    assert accountant.get(page).status_code == 403
    jobs = fresh_site.at("/travaux")
    assert (page in office.get(jobs).text, page in accountant.get(jobs).text) == (True, False)


# ---- what they print as


@pytest.mark.parametrize("name", PRINTED)
def test_chosen_documents_are_one_file_in_the_order_of_the_list(site: RunningSite, name: str) -> None:
    office, path = site.sign_in("office"), site.at(LISTS[name][0])
    ids = list(dict.fromkeys(rows_of(office.see(path))))[:3]
    places = {"sending": "envois", "settlement": "decomptes", "invoice": "factures", "day": "jours"}
    kind = PRINTED[name]
    titles = [title_of(office, site.at(f"/{places.get(kind, 'patients')}/{one}.pdf")) for one in ids]
    found = printed(press(office, path, kind, fields={"selected": ids}))
    assert [title for text in found for title in titles if text.startswith(title)] == titles
    assert found[-1].endswith(f"Page {len(found)} / {len(found)}")


def title_of(who: Visitor, address: str) -> str:
    """The first words of a document: as many as tell it from others."""
    return printed(who.get(address))[0][:60]


def test_a_whole_filter_is_printed_in_the_order_of_the_page(site: RunningSite) -> None:
    office = site.sign_in("office")
    path = site.at("/historique/factures?verdict=mixed&sort=refused_cents&descending=true")
    numbers = [row.all("a")[0].text for row in office.see(f"{path}&limit=100").one("tbody").all("tr")]
    assert len(numbers) > 3
    text = " ".join(printed(press(office, path, "invoice", "filter")))
    places = [text.index(f"Facture {number} ") for number in numbers]
    assert places == sorted(places)


def test_more_documents_than_a_file_holds_say_so_before_anybody_saw_them(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, path = site.sign_in("office"), site.at(LISTS["invoices"][0])
    two = rows_of(office.see(path))[:2]
    before = site.rows("SELECT count(*) AS n FROM access_log WHERE action = 'invoice.read'")
    answers = [press(office, site.at(LISTS["billing_days"][0]), "day", "filter")]
    monkeypatch.setattr("api.web.pdf._MOST_ROWS_TOGETHER", 40)
    answers += [press(office, path, "invoice", fields={"selected": two})]
    for answer in answers:
        assert answer.status_code == 422
        assert "200 documents de 20 000 lignes en tout : filtrez davantage" in plain(parse(answer.text).text)
    assert site.rows("SELECT count(*) AS n FROM access_log WHERE action = 'invoice.read'") == before
    assert printed(press(office, path, "invoice", fields={"selected": two[0]}))


@pytest.mark.parametrize(("listed", "kind", "status"), [("invoices", "day", 422), ("nothing", "day", 404)])
def test_a_filter_prints_as_its_list_says(site: RunningSite, listed: str, kind: str, status: int) -> None:
    office = site.sign_in("office")
    form = form_of(office.see(site.at(LISTS["invoices"][0])), "filter")
    data = {**dict(filled(form, {})), "list": listed, "kind": kind}
    assert office.post(site.at("/documents"), data).status_code == status


def test_patients_are_printed_for_those_who_may_see_care(site: RunningSite) -> None:
    accountant, ids = site.sign_in("accountant"), patients(site)[:1]
    form = form_of(accountant.see(site.at(LISTS["invoices"][0])), "selected")
    for fields in ({"which": "selected", "selected": ids}, {"which": "filter", "list": "patients"}):
        data = {"csrf": form.one("input", name="csrf").get("value"), "kind": "patient", **fields}
        assert accountant.post(site.at("/documents"), data).status_code == 403


def patients(site: RunningSite) -> Sequence[str]:
    text = "SELECT patient_id FROM refusals WHERE establishment_id = ? GROUP BY patient_id ORDER BY count(*) DESC"
    return [str(row["patient_id"]) for row in site.rows(text, site.where)]


def test_a_patients_file_holds_who_it_is_insurability_invoices_and_days(site: RunningSite) -> None:
    office, (patient_id, *_) = site.sign_in("office"), patients(site)
    last = site.rows("SELECT coalesce(max(id), 0) AS n FROM access_log")[0]["n"]
    text = " ".join(printed(office.get(site.at(f"/patients/{patient_id}.pdf"))))
    noted = site.rows("SELECT patient_id, action FROM access_log WHERE id > ?", last)
    assert [(str(one["patient_id"]), one["action"]) for one in noted] == [(patient_id, "patient.read")]
    page = office.see(site.at(f"/patients/{patient_id}"))
    assert text.startswith(f"Patient : {page.one('h1').text} ")
    facts = page.one("section", aria_labelledby="who").one("dl").all("dd")
    assert len(facts) == 7
    assert all(plain(value.text) in text for value in facts)
    assert f"{page.one('table').one('tbody').one('th').text} – " in text
    for tab, title in (("factures", "Factures"), ("jours", "Jours")):
        rows = office.see(site.at(f"/patients/{patient_id}/{tab}?limit=100")).one("tbody").all("tr")
        assert rows
        listed = text[text.index(f"{title} ") :]
        assert all(row.all("a")[0].text in listed for row in rows)


def test_a_patients_lists_print_too(site: RunningSite) -> None:
    office, (patient_id, *_) = site.sign_in("office"), patients(site)
    for tab, kind in (("factures", "invoice"), ("jours", "day")):
        path = site.at(f"/patients/{patient_id}/{tab}")
        first, *_ = rows_of(office.see(path))
        assert offered(office.see(path)) == {kind}
        assert printed(press(office, path, kind, fields={"selected": first}))
