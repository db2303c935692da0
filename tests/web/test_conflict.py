"""Two people change the same thing: the second sees who changed what since, and may apply theirs over it."""

from collections.abc import Iterator
from datetime import date as Date

from infrastructure.sample.numbers import ssin
from tests.acceptance.practice import OPERATOR
from tests.web.markup import Element, filled, forms, parse
from tests.web.matrix import own_pages
from tests.web.site import NEXT_MONTH, RunningSite, tell_month
from tests.web.test_policy import way_to
from tests.web.visitor import Visitor


def test_ref_23_a_conflict_shows_who_changed_what_and_the_form_can_be_applied_again(fresh_site: RunningSite) -> None:
    site = fresh_site
    patient_id = site.rows("SELECT patient_id FROM patients")[0]["patient_id"]
    page = site.at(f"/patients/{patient_id}")
    slow, quick = site.sign_in("office"), site.sign_in("administrator")
    (form,) = forms(slow.see(page), f"{page}/corriger")
    assert quick.post_form(page, f"{page}/corriger", {"last_name": "Premier", "reason": "Mariage"}).status_code == 303
    stale = slow.post(f"{page}/corriger", dict(filled(form, {"last_name": "Second"})))
    assert stale.status_code == 412
    assert "Personne administrator" in stale.text
    assert "Mariage" in stale.text
    (again,) = forms(parse(stale.text), f"{page}/corriger")
    done = slow.post(f"{page}/corriger", dict(filled(again, {})))
    assert done.status_code == 303
    assert "Second" in slow.followed(done).text


def test_what_the_late_form_did_not_touch_keeps_what_the_other_person_made_of_it(fresh_site: RunningSite) -> None:
    site = fresh_site
    patient_id = site.rows("SELECT patient_id FROM patients")[0]["patient_id"]
    page = site.at(f"/patients/{patient_id}")
    slow, quick = site.sign_in("office"), site.sign_in("administrator")
    (form,) = forms(slow.see(page), f"{page}/corriger")
    before = dict(filled(form, {}))
    theirs = {"first_name": "Béatrice", "birth_date": "1951-02-03", "last_name": "Premier"}
    assert quick.post_form(page, f"{page}/corriger", theirs).status_code == 303
    stale = slow.post(f"{page}/corriger", dict(filled(form, {"last_name": "Second"})))
    assert "garde les nouvelles valeurs" in stale.text
    (again,) = forms(parse(stale.text), f"{page}/corriger")
    slow.submit(again, page)
    (form,) = forms(slow.see(page), f"{page}/corriger")
    now = dict(filled(form, {}))
    wanted = {**before, **theirs, "last_name": "Second"}
    assert {name: now[name] for name in ("last_name", "first_name", "birth_date", "sex", "language")} == {
        name: wanted[name] for name in ("last_name", "first_name", "birth_date", "sex", "language")
    }


def test_the_same_holds_for_the_practice_and_for_a_line_of_care(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(20)
    day = site.rows("SELECT day_id FROM days ORDER BY day_id")[0]["day_id"]
    who = site.sign_in("administrator")
    links = [link.get("href") for link in who.see(site.at(f"/jours/{day}")).all("a", "href")]
    line = next(address for address in links if "/lignes/" in address)
    for page, action, theirs, mine in (
        (site.at("/cabinet"), site.at("/cabinet/corriger"), {"contact_phone": "02111"}, {"contact_first_name": "Zoé"}),
        (line, line, {"units": "3"}, {"time": "09:15"}),
    ):
        (form,) = forms(who.see(page), action)
        assert who.post_form(page, action, {**theirs, "reason": "Vu ensemble"}).status_code == 303
        stale = who.post(action, dict(filled(form, {**mine, "reason": "Vu seul"})))
        assert stale.status_code == 412
        (again,) = forms(parse(stale.text), action)
        assert {**theirs, **mine}.items() <= dict(filled(again, {})).items()


def test_a_refused_form_that_is_sent_again_still_knows_what_it_was_made_for(fresh_site: RunningSite) -> None:
    """Somebody else changes the thing before the first try: mending the typing must not overwrite that in silence."""
    site = fresh_site
    site.enter_care(20)
    day = site.rows("SELECT day_id FROM days ORDER BY day_id")[0]["day_id"]
    file = site.at(f"/patients/{site.rows('SELECT patient_id FROM patients')[0]['patient_id']}")
    tariffs = site.at(f"/tarifs/{site.quittance.tariffs.state(site.where).sets[0].made.message}")
    who, why = site.sign_in("administrator"), {"reason": "Vu ensemble"}
    links = [link.get("href") for link in who.see(site.at(f"/jours/{day}")).all("a", "href")]
    line = next(address for address in links if "/lignes/" in address)
    details = (site.at("/cabinet"), site.at("/cabinet/corriger"), {"contact_phone": "02111"})
    name = (file, f"{file}/corriger", {"last_name": "Premier"})
    day_of_tariffs = (tariffs, f"{tariffs}/accepter", {"applies_from": "2026-10-01"})
    for form, wrong, theirs in (
        (details[:2], {"name": "x" * 101}, details),
        ((file, f"{file}/corriger"), {"birth_date": "2026-02-30"}, name),
        ((file, f"{file}/assurabilite"), {"valid_from": "2026-02-30"}, (*name[:2], {"last_name": "Deux"})),
        ((f"{file}/medical", f"{file}/accords"), {"kind": ""}, (*name[:2], {"last_name": "Trois"})),
        ((line, line), {"units": "beaucoup"}, (line, line, {"units": "3"})),
        ((tariffs, f"{tariffs}/ecarter"), {"reason": ""}, day_of_tariffs),
    ):
        page, action = form
        (opened,) = forms(who.see(page), action)
        assert who.post_form(*theirs[:2], {**theirs[2], **why}).status_code == 303, theirs
        refused = who.submit(opened, page, {**why, **wrong})
        assert refused.status_code == 422, action
        (again,) = forms(parse(refused.text), action)
        right = {field: FITTING.get(field) or dict(filled(opened, {}))[field] for field in wrong}
        assert who.submit(again, page, {**answers_to(again), **right}).status_code == 412, action


def test_each_form_that_knows_what_it_was_made_for_shows_what_came_since(fresh_site: RunningSite) -> None:
    """As if it had been opened one change ago: who did what, and everything that was typed, to be sent over that."""
    tell_month(fresh_site)
    who, met = fresh_site.sign_in("administrator"), set[str]()
    month = fresh_site.at(f"/facturation/{NEXT_MONTH}")
    assert who.post_form(month, month, {"leave_undecided": "true"}).status_code == 303
    unsent = fresh_site.rows("SELECT sending_id FROM sendings WHERE status = 'prepared'")[0]["sending_id"]
    for archived in (True, False):
        fresh_site.quittance.dispatch.archive(OPERATOR, unsent, archived=archived)
    for page, route, form in versioned(fresh_site, who, fresh_site.at(f"/envois/{unsent}")):
        version = int(form.one("input", name="version").get("value"))
        if route in met or version < 2:
            continue
        typed = {**dict(filled(form, answers_to(form))), "version": str(version - 1)}
        stale = who.post(form.get("action"), typed, headers={"Referer": page})
        assert stale.status_code == 412, (route, stale.status_code)
        told = parse(stale.text)
        since = told.one("ul", class_="timeline").all("li")
        assert since, route
        assert all(len(one.text.split(" · ")) >= 3 for one in since), "when, what, who"
        (again,) = forms(told, form.get("action"))
        kept = {name: value for name, value in typed.items() if name not in ("csrf", "command_id", "version")}
        assert kept.items() <= dict(filled(again, {})).items(), route
        assert int(again.one("input", name="version").get("value")) >= version, route
        met.add(route)
    assert len(met) >= 5, met


def versioned(site: RunningSite, who: Visitor, *more: str) -> Iterator[tuple[str, str, Element]]:
    """Page, route and form of each that carries the version of what it changes."""
    for page in (*more, *(way.address(site) for way in own_pages(site))):
        for form in forms(parse(who.followed(who.get(page)).text)):
            if form.all("input", name="version"):
                yield page, way_to(site, "POST", form.get("action")), form


def answers_to(form: Element) -> dict[str, str]:
    """Something that will do in every field that is empty and must not be."""
    names = {item.get("name") for item in form.walk() if not item.get("value")}
    return {name: value for name, value in FITTING.items() if name in names}


FITTING = {
    "day": "2026-10-15",
    "valid_from": "2026-12-01",
    "sickness_fund": "319",
    "reason": "Parce que",
    "ssin": ssin(Date(1950, 1, 1), 1),
    "ct1": "110",
    "ct2": "110",
    "kind": "katz",
    "category": "A",
    "valid_to": "2026-12-31",
    "told_on": "2026-12-03",
}


def test_a_conflict_tells_of_the_thing_alone_however_much_was_noted_about_it(fresh_site: RunningSite) -> None:
    """Notes have versions of their own: neither changes since, nor what the form is applied over."""
    site = fresh_site
    patient_id = site.rows("SELECT patient_id FROM patients")[0]["patient_id"]
    page = site.at(f"/patients/{patient_id}")
    slow, quick = site.sign_in("office"), site.sign_in("administrator")
    for number in range(9):
        site.quittance.casework.note(OPERATOR, site.where, patient_id, f"Note {number}")
    (form,) = forms(slow.see(page), f"{page}/corriger")
    quick.post_form(page, f"{page}/corriger", {"last_name": "Premier", "reason": "Mariage"})
    stale = slow.post(f"{page}/corriger", dict(filled(form, {"last_name": "Second"})))
    (since,) = parse(stale.text).of_class("timeline")
    assert len(since.all("time")) == 1
    assert "Mariage" in since.text
    (again,) = forms(parse(stale.text), f"{page}/corriger")
    done = slow.post(f"{page}/corriger", dict(filled(again, {})))
    assert done.status_code == 303
    assert "Second" in slow.followed(done).text


def test_an_error_page_offers_a_support_pack_without_patient_data(site: RunningSite) -> None:
    office = site.sign_in("office")
    lost = office.get(site.at("/patients/0c1f7a52-8d6b-4f0e-9a57-1b2c3d4e5f60"))
    assert lost.status_code == 404
    link = next(a.get("href") for a in parse(lost.text).walk() if (a.get("href") or "").startswith("/support?"))
    pack = office.get(link.replace("&amp;", "&"))
    assert pack.status_code == 200
    told = pack.json()
    assert told["reference"] == lost.headers["quittance-correlation-id"]
    assert told["database"]["dialect"] == "sqlite"
    assert set(told["views"]) >= {"sendings", "days", "casework"}
    names = [row["details"] for row in site.rows("SELECT identity AS details FROM patients")]
    assert all(str(name) not in pack.text for name in names)
