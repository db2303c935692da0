"""One person, several practices (seed-features CCD-01…05): one account, one certificate, and never the wrong practice."""

import json
from collections.abc import Iterator
from datetime import date as Date
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from api.web.render import moment
from application.ports import Context, Meta
from domain import mycarenet_session as sessions
from domain.registration import Wanted
from infrastructure.ehealth.credential import read_p12
from infrastructure.mycarenet_simulator import demo
from infrastructure.sample import sample_files
from tests.conftest import require_postgres
from tests.web.markup import Element, parse
from tests.web.matrix import ENDLESS, THINGS, ways
from tests.web.over_mycarenet import There, over_mycarenet
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

SINCE = Date(2020, 1, 1)
SOLO = "Cabinet Delvaux (fictif)"
NIHII = demo.NURSE.qualities["nurse"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[There]:
    if request.param == "postgres":
        require_postgres()
    with over_mycarenet(tmp_path, request.param) as opened:
        yield opened


def solo(site: RunningSite) -> UUID:
    """The nurse of the group's P12 also works alone, under her own number; no registration is noted for it yet."""
    lines = [json.loads(line) for line in sample_files().register.splitlines()[:2]]
    own = lines[0] | {"name": SOLO, "tpp_number": NIHII}
    joins = {"kind": "membership", "nihii": NIHII, "valid_from": "2026-01-01"}
    return site._register("\n".join(json.dumps(line) for line in [own, lines[1], joins]).encode())


def in_both(
    site: RunningSite, other: UUID, here: str = "office", there: str = "office", login: str = "both"
) -> Visitor:
    """One account, with a role in each."""
    password = site.add_user(login, (site.where, here, SINCE, None), (other, there, SINCE, None))
    return site.first_sign_in(login, password)


def registered(site: RunningSite, where: UUID) -> None:
    command = Context(Meta("operator", command_id="own registration"))
    site.quittance.registrations.create(command, where, Wanted("own", NIHII, "", Date(2026, 1, 1)))


def bring(there: There, who: Visitor, *also: UUID) -> Element:
    """The nurse's P12, once."""
    content, password = there.p12("nurse")
    page = there.site.at("/session")
    fields = {"password": password, "also": [str(one) for one in also]}
    return parse(who.followed(who.post_form(page, f"{page}/p12", fields, {"p12": ("k.p12", content)})).text)


def badge(page: Element) -> tuple[str, dict[str, str]]:
    """The practice whose page it is, and where the switch leads, by name."""
    (found,) = page.of_class("practice")
    links = {one.text: str(one.get("href")) for one in found.walk() if one.tag == "a"}
    return found.one("summary").text, links


def held(site: RunningSite, where: UUID) -> list[type]:
    stream = sessions.stream_of(where)
    return [type(one) for one in site.quittance.log.load([stream]).get(stream, [])]


def test_ccd_01_one_account_has_a_role_of_its_own_in_each_practice(there: There) -> None:
    site = there.site
    other = solo(site)
    who = in_both(site, other, "office", "accountant")
    assert who.followed(who.get(site.at("/patients"))).status_code == 200
    assert who.get(site.at("/patients", other)).status_code == 403
    csrf = next(one.get("value") for one in who.see(site.at("/session")).walk() if one.get("name") == "csrf")
    refused = who.post(site.at("/session/fermer", other), {"csrf": csrf, "command_id": uuid4().hex})
    assert refused.status_code == 403, "the right of one practice is none in the other"
    assert {badge(who.see(site.at("", where)))[0] for where in (site.where, other)} == {
        SOLO,
        json.loads(sample_files().register.splitlines()[0])["name"],
    }


def test_ccd_03_a_colleague_sends_by_a_mandate_with_dates_that_the_audit_lists(there: There) -> None:
    site = there.site
    desk, where = site.quittance.registrations, solo(site)
    made = desk.create(
        Context(Meta("operator", command_id="c")), where, Wanted("colleague", NIHII, "", Date(2026, 1, 1))
    )
    who = in_both(site, where, "auditor", "administrator")
    page = site.at("/enregistrements", where)
    assert who.get(page).status_code == 200
    given = {"valid_from": "2026-02-01", "valid_to": "", "given_to": "une consœur", "evidence": ""}
    form = f"{page}/{made.result.registration_id}/mandats"
    recorded = who.post_form(page, form, given)
    assert recorded.status_code == 303, recorded.text
    audit = who.see(site.at("/audit", where) + "?kind=registration")
    listed = [row.text for row in audit.one("tbody").all("tr")]
    assert len(listed) == 2
    assert any("mandat" in row.lower() and "01/02/2026" in row for row in listed)
    assert "une consœur" not in who.see(site.at("/audit") + "?kind=registration").text, "of that practice alone"


def test_ccd_04_one_p12_is_brought_once_and_opens_a_session_in_each_practice(there: There) -> None:
    site = there.site
    other = solo(site)
    registered(site, other)
    who = in_both(site, other)
    (choice,) = [one for one in who.see(site.at("/session")).walk() if one.get("name") == "also"]
    assert choice.get("value") == str(other)
    page = bring(there, who, other)
    content, password = there.p12("nurse")
    certificate = read_p12(content, password).authentication.certificate
    fingerprint = sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    for where, seen in ((site.where, page), (other, who.see(site.at("/session", other)))):
        assert held(site, where) == [sessions.MyCareNetSessionOpened]
        main = seen.by_id("main").text
        assert "Une session est ouverte" in main
        assert fingerprint in main
        assert f"valable jusqu'au {moment(certificate.not_valid_after_utc)}" in main
        for secret in (demo.NURSE.ssin, demo.NURSE.surname, password):
            assert secret not in str(seen.by_id("now").text)
    told = [one.event for one in site.quittance.log.history(sessions.stream_of(other))]
    assert told[0].fingerprint == fingerprint
    assert demo.NURSE.ssin not in repr(told)


def test_ccd_04_where_it_cannot_be_opened_it_says_why_and_the_form_sent_again_opens_the_rest(there: There) -> None:
    site = there.site
    other = solo(site)
    who = in_both(site, other)
    page = bring(there, who, other)
    (told,) = page.of_class("errors")
    assert SOLO in told.text
    assert "Aucun enregistrement MyCareNet" in told.text
    assert [one.get("href") for one in told.walk() if one.tag == "a"] == [site.at("/session", other)]
    assert (held(site, site.where), held(site, other)) == ([sessions.MyCareNetSessionOpened], [])
    registered(site, other)
    assert not bring(there, who, other).of_class("errors")
    assert held(site, other) == [sessions.MyCareNetSessionOpened]


def test_ccd_04_nobody_opens_one_where_his_role_does_not(there: There) -> None:
    site = there.site
    other = solo(site)
    registered(site, other)
    who = in_both(site, other, "office", "accountant")
    assert not [one for one in who.see(site.at("/session")).walk() if one.get("name") == "also"]
    content, password = there.p12("nurse")
    page = site.at("/session")
    csrf = next(one.get("value") for one in who.see(page).walk() if one.get("name") == "csrf")
    fields = {"csrf": csrf, "command_id": uuid4().hex, "password": password, "also": str(other)}
    answer = who.post(f"{page}/p12", fields, files={"p12": ("k.p12", content)})
    assert answer.status_code == 422
    assert (held(site, site.where), held(site, other)) == ([], [])


def test_ccd_05_the_practice_stands_on_every_page_and_the_switch_stays_there(there: There) -> None:
    site = there.site
    other = solo(site)
    who = in_both(site, other, "administrator", "accountant")
    for path, same in (
        ("", ""),
        ("/historique/envois", "/historique/envois"),
        ("/session", "/session"),
        ("/enregistrements", "/enregistrements"),
        ("/patients", ""),  # an accountant has no such page
        ("/cabinet", "/cabinet"),
    ):
        name, links = badge(who.see(site.at(path)))
        assert name != SOLO
        assert links[SOLO] == site.at(same, other), path
        assert badge(who.see(links[SOLO]))[0] == SOLO
    provider = next(one.stream_id for one in site.quittance.log.read(0, 1000) if one.topic == "provider.registered")
    _, links = badge(who.see(site.at(f"/prestataires/{provider}")))
    assert links[SOLO] == site.at("/prestataires", other), "its things stay behind"
    _, links = badge(who.see(site.at("/historique/envois") + "?as_of=2026-11-02"))
    assert links[SOLO] == site.at("/historique/envois", other) + "?as_of=2026-11-02"


def test_ccd_05_a_thing_of_one_practice_is_absent_under_the_other_also_for_who_may_see_both(site: RunningSite) -> None:
    assert site.elsewhere
    password = site.add_user(
        "of-both", (site.where, "administrator", SINCE, None), (site.elsewhere, "administrator", SINCE, None)
    )
    who = site.first_sign_in("of-both", password)
    csrf = next(one.get("value") for one in who.see(site.at("/travaux")).walk() if one.get("name") == "csrf")
    head, walked = site.quittance.log.head(), set()
    for way in ways(site):
        if not way.is_of_practice or way.path in ENDLESS or not set(way.names) & THINGS:
            continue
        address = way.address(site, things_of=site.elsewhere)
        fields = {"csrf": csrf, "command_id": uuid4().hex}
        answer = who.get(address) if way.method == "GET" else who.post(address, fields)
        assert answer.status_code in ((404,) if way.method == "GET" else (404, 422)), f"{way}: {answer.status_code}"
        walked |= set(way.names) & THINGS
    assert walked >= {"day_id", "sending_id", "registration_id", "patient_id", "job_id"}
    assert site.quittance.log.head() == head
