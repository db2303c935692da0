"""Two people change the same thing: the second sees who changed what since, and may apply theirs over it."""

from tests.web.markup import filled, forms, parse
from tests.web.site import RunningSite


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
