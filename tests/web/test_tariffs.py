"""Tariffs as pages: a file with every fault told, a set accepted and set aside, a code with its price and why."""

import json

import pytest

from infrastructure.sample import BE_DENTAL, BE_NURSING, sample_tariff
from tests.web.markup import Element, filled, forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import Visitor, local

INJECTION = "990022"


def load(site: RunningSite, who: Visitor, content: bytes) -> str:
    """The page of the set that came in."""
    page = site.at("/tarifs")
    answer = who.post_form(page, page, {}, files={"file": ("tarifs.json", content, "application/json")})
    assert answer.status_code == 303, answer.text
    return local(answer.headers["location"])


def test_another_file_by_the_same_form_is_not_taken_for_the_first(fresh_site: RunningSite) -> None:
    """As when one goes back, chooses another file and sends again."""
    who, page = fresh_site.sign_in("administrator"), fresh_site.at("/tarifs")
    data = dict(filled(next(form for form in forms(who.see(page), page) if form.all("input", type="file")), {}))
    sent = [
        who.post(page, data, files={"file": ("tarifs.json", content, "application/json")})
        for content in (sample_tariff(BE_NURSING), newer(), sample_tariff(BE_NURSING))
    ]
    assert [answer.status_code for answer in sent] == [303, 422, 303]
    assert sent[0].headers["location"] == sent[2].headers["location"]


def rows(page: Element, table: str) -> list[str]:
    """What stands in each row of the table of that heading."""
    return [row.text for row in page.one("div", aria_labelledby=table).one("tbody").all("tr")]


def newer() -> bytes:
    """The sample set as a later edition with a dearer injection."""
    data = json.loads(sample_tariff(BE_NURSING)) | {"edition": "2026-07", "valid_from": "2026-07-01"}
    for code in data["codes"]:
        if code["code"] == INJECTION:
            code["prices"][-1]["coefficient"] = "0.800"
    return json.dumps(data).encode()


def test_a_file_with_faults_shows_each_with_its_place_and_nothing_is_lost(fresh_site: RunningSite) -> None:
    office, page = fresh_site.sign_in("office"), fresh_site.at("/tarifs")
    load(fresh_site, office, sample_tariff(BE_NURSING))
    wrong = json.dumps({"format": "quittance-tariff/1", "codes": [{"code": 7}]}).encode()
    answer = office.post_form(page, page, {}, files={"file": ("tarifs.json", wrong, "application/json")})
    shown = parse(answer.text)
    assert answer.status_code == 422
    assert "rien n'en a été repris" in shown.of_class("errors")[0].text
    assert "codes[0]" in shown.text
    assert "Autre sorte de valeur attendue" in shown.text
    assert "2026-01" in shown.text
    empty = office.post_form(page, page, {}, files={"file": ("tarifs.json", b"", "application/json")})
    assert empty.status_code == 422
    assert len(fresh_site.quittance.tariffs.state(fresh_site.where).sets) == 1  # type: ignore[union-attr]


def test_who_bills_loads_and_an_administrator_decides(fresh_site: RunningSite) -> None:
    office, admin = fresh_site.sign_in("office"), fresh_site.sign_in("administrator")
    page = load(fresh_site, office, sample_tariff(BE_NURSING))
    assert "attend une décision" in office.see(page).text
    assert not forms(office.see(page), f"{page}/accepter")
    early = admin.post_form(page, f"{page}/accepter", {"applies_from": "2020-01-01"})
    assert early.status_code == 422
    assert "choisissez un jour plus tard" in parse(early.text).of_class("errors")[0].text
    assert admin.post_form(page, f"{page}/accepter", {"applies_from": "2025-01-01"}).status_code == 303
    assert "à partir du 01/01/2025" in office.see(page).text
    silent = admin.post_form(page, f"{page}/ecarter", {"reason": ""})
    assert (silent.status_code, parse(silent.text).by_id("aside-reason").get("aria-invalid")) == (422, "true")
    assert admin.post_form(page, f"{page}/ecarter", {"reason": "Mauvaise édition"}).status_code == 303
    assert "écarté" in office.see(fresh_site.at("/tarifs")).text
    auditor = fresh_site.sign_in("auditor")
    assert not forms(auditor.see(fresh_site.at("/tarifs")), fresh_site.at("/tarifs"))


def test_the_day_from_which_a_set_counts_is_proposed_and_says_what_it_does(fresh_site: RunningSite) -> None:
    """The first day of its prices, and once it counts the day in force."""
    site, who = fresh_site, fresh_site.sign_in("administrator")
    content = site.bring_tariffs(site.where)
    at = site.at(f"/tarifs/{content}")

    def proposed() -> tuple[str, str]:
        page = who.see(at)
        field = page.by_id("accept-applies_from")
        return field.get("value"), page.by_id(field.get("aria-describedby")).text

    first, hint = proposed()
    assert first == site.quittance.tariffs.tariff_set(content).valid_from.isoformat()
    assert hint.startswith("Proposé : le premier jour de ses prix.")
    who.post_form(at, f"{at}/accepter", {"applies_from": "2026-03-01"})
    assert proposed()[0] == "2026-03-01"
    assert proposed()[1].startswith("C'est la date en vigueur.")


def test_a_set_shows_what_it_changes(fresh_site: RunningSite) -> None:
    admin = fresh_site.sign_in("administrator")
    first = load(fresh_site, admin, sample_tariff(BE_NURSING))
    assert "tout y est nouveau" in admin.see(first).text
    admin.post_form(first, f"{first}/accepter", {"applies_from": "2025-01-01"})
    second = admin.see(load(fresh_site, admin, newer()))
    (row,) = rows(second, "prices")
    for part in (INJECTION, "Injection", "01/07/2026", "4,46", "4,68"):
        assert part in row


def test_somebody_who_decided_meanwhile_is_not_overruled(fresh_site: RunningSite) -> None:
    admin = fresh_site.sign_in("administrator")
    page = load(fresh_site, admin, sample_tariff(BE_NURSING))
    (form,) = forms(admin.see(page), f"{page}/accepter")
    assert form.one("input", name="version").get("value") == "1"
    admin.post_form(page, f"{page}/accepter", {"applies_from": "2025-01-01"})
    late = admin.post_form(page, f"{page}/accepter", {"applies_from": "2026-01-01", "version": "1"})
    assert late.status_code == 412


def test_a_set_of_another_sector_is_refused_at_its_form(fresh_site: RunningSite) -> None:
    admin = fresh_site.sign_in("administrator")
    page = load(fresh_site, admin, sample_tariff(BE_DENTAL))
    refused = admin.post_form(page, f"{page}/accepter", {"applies_from": "2026-01-01"})
    assert refused.status_code == 422
    assert "autre secteur" in parse(refused.text).of_class("errors")[0].text


@pytest.mark.parametrize(("language", "told"), [("fr", "Première"), ("nl", "Eerste"), ("en", "First")])
def test_codes_are_found_by_words(fresh_site: RunningSite, language: str, told: str) -> None:
    accepted(fresh_site)
    page = fresh_site.sign_in("care_giver", language).see(fresh_site.at("/tarifs/codes?q=basis"))
    assert told in page.text
    assert "990301" in page.text


@pytest.mark.parametrize(
    ("language", "known"),
    [("fr", "intervention majorée"), ("nl", "verhoogde tegemoetkoming"), ("en", "increased reimbursement")],
)
def test_known_entitlements_have_words_and_others_stay_as_the_set_spells_them(
    fresh_site: RunningSite, language: str, known: str
) -> None:
    own = sample_tariff(BE_NURSING).replace(b'"ordinary"', b'"everybody_else"')
    admin = fresh_site.sign_in("administrator")
    page = load(fresh_site, admin, own)
    admin.post_form(page, f"{page}/accepter", {"applies_from": "2025-01-01"})
    reader = fresh_site.sign_in("accountant", language)
    codes = fresh_site.at(f"/tarifs/codes?q={INJECTION}&on=2025-06-02")
    for shown in (reader.see(page).text, " ".join(rows(reader.see(codes), "periods"))):
        assert known in shown
        assert "everybody_else" in shown


def accepted(site: RunningSite) -> None:
    admin = site.sign_in("administrator")
    page = load(site, admin, sample_tariff(BE_NURSING))
    admin.post_form(page, f"{page}/accepter", {"applies_from": "2025-01-01"})


def test_a_code_shows_price_shares_periods_rules_and_source(fresh_site: RunningSite) -> None:
    reader, codes = fresh_site.sign_in("accountant"), fresh_site.at("/tarifs/codes")
    assert "Aucun jeu de tarifs ne compte" in reader.see(f"{codes}?q={INJECTION}").text
    accepted(fresh_site)
    shown = reader.see(f"{codes}?q={INJECTION}&on=2025-06-02")
    told = rows(shown, "periods")
    assert len(told) == 4
    (holds,) = [row for row in told if "ce jour" in row and "ordinaire" in row]
    for part in ("01/01/2025 – 31/12/2025", "4,36", "0,762 × 5,724709", "Fictitious data"):
        assert part in holds
    for part in ("Injection", "990648", "Pseudocode", "990145"):
        assert part in shown.text
    assert "Aucun code de ce jeu" in reader.see(f"{codes}?q=zzzz").text
    assert reader.get(f"{codes}?q=1&on=jamais").status_code == 422
    rules = reader.see(f"{codes}?q=990301&on=2026-02-03").one("section", aria_labelledby="rules").text
    assert "1 au plus par jour" in rules


def test_the_past_shows_what_counted_then(fresh_site: RunningSite) -> None:
    before = fresh_site.today
    fresh_site.clock.forward(days=2)
    accepted(fresh_site)
    reader = fresh_site.sign_in("accountant")
    assert "2026-01" in reader.see(fresh_site.at("/tarifs")).text
    assert "Aucun jeu de tarifs" in reader.see(fresh_site.at(f"/tarifs?as_of={before}")).text
    assert "Aucun jeu" in reader.see(fresh_site.at(f"/tarifs/codes?q={INJECTION}&as_of={before}")).text
