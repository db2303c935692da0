"""History lists: what is shown, hidden, counted; columns, filters and pages as each user keeps them."""

import re
from urllib.parse import urlencode

import pytest

from api.catalogue import euros
from application.ports import Context, Meta
from domain.run_plan import RunOptions
from tests.acceptance.practice import OPERATOR
from tests.printed import plain, sheets
from tests.web.site import MONTH, RunningSite

SENDINGS, INVOICES, DAYS = "/historique/envois", "/historique/factures", "/historique/jours"


def ids_in(text: str) -> list[str]:
    return [part.split('"')[0] for part in text.split('<tr id="r-')[1:]]


def test_sof_14_history_has_a_tab_for_each_kind_that_exists(site: RunningSite) -> None:
    office = site.sign_in("office")
    page = office.see(site.at("/historique"))
    assert all(word in page.text for word in ("Envois", "Factures", "Jours"))
    for path in (SENDINGS, INVOICES, DAYS):
        assert ids_in(office.followed(office.get(site.at(path))).text)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (SENDINGS, {"is_archived": "false"}),
        (INVOICES, {"verdict": "mixed"}),
        (DAYS, {"verdict": "mixed", "month": MONTH}),
    ],
)
def test_sof_15_page_and_partial_show_the_same_rows(site: RunningSite, path: str, query: dict[str, str]) -> None:
    office, address = site.sign_in("office"), site.at(path) + "?" + urlencode(query)
    whole, part = office.get(address), office.partial(address)
    assert ids_in(whole.text) == ids_in(part.text) != []
    assert "<html" not in part.text
    assert "<html" in whole.text


def test_sof_15_what_is_archived_is_hidden_until_one_click(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(120)
    first, *_ = fresh_site.bill()
    from tests.acceptance.practice import OPERATOR

    fresh_site.quittance.dispatch.archive(OPERATOR, first, archived=True)
    office = fresh_site.sign_in("office")
    answer = office.followed(office.get(fresh_site.at(SENDINGS)))
    assert str(first) not in ids_in(answer.text)
    assert "Archivé" in answer.text
    lifted = office.get(fresh_site.at(SENDINGS) + "?sort=created_on&descending=true")
    assert str(first) in ids_in(lifted.text)
    assert "is-read" in lifted.text


def test_sof_20_every_state_is_word_and_icon_and_its_reason_a_column_and_a_tip(site: RunningSite) -> None:
    office = site.sign_in("office")
    text = office.get(site.at(DAYS) + "?verdict=refused").text
    assert 'role="tooltip"' in text
    assert "aria-describedby" in text
    assert text.count('class="state ') == text.count('<span class="state state-')
    assert 'class="wrap"' in text


def test_sof_15_columns_are_chosen_and_ordered_per_user(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(60)
    fresh_site.bill()
    office = fresh_site.sign_in("office")
    chosen = {
        "show-sending_number": "yes",
        "place-sending_number": "2",
        "show-national_union": "yes",
        "place-national_union": "1",
    }
    page = fresh_site.at("/colonnes/sendings")
    form = office.see(page)
    data = {"csrf": next(item.get("value") for item in form.walk() if item.get("name") == "csrf"), "back": "", **chosen}
    assert office.post(page, data).status_code == 303
    text = office.get(fresh_site.at(SENDINGS) + "?sort=created_on").text
    heads = [
        part.split("</th>")[0] for part in text.split("<thead>")[1].split("</thead>")[0].split('<th scope="col"')[1:]
    ]
    assert len(heads) == 2
    assert "Union" in heads[0]
    assert "N° d&#39;envoi" in heads[1]
    other = fresh_site.sign_in("administrator")
    assert other.get(fresh_site.at(SENDINGS) + "?sort=created_on").text.count('<th scope="col"') > 5
    assert office.post(page, data | {"do": "usual"}).status_code == 303
    assert office.get(fresh_site.at(SENDINGS) + "?sort=created_on").text.count('<th scope="col"') > 5


def test_sof_15_a_filter_is_saved_first_or_by_name_and_holds_no_number_of_a_person(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(60)
    fresh_site.bill()
    office, page = fresh_site.sign_in("office"), fresh_site.at("/colonnes/sendings")
    keep = fresh_site.at("/colonnes/sendings/filtre")

    def save(do: str, query: str, name: str = "") -> int:
        answer = office.post(keep, {"csrf": csrf, "do": do, "back": query, "name": name})
        return answer.status_code

    csrf = next(item.get("value") for item in office.see(page).walk() if item.get("name") == "csrf")
    assert save("first", "status=prepared&as_of=2026-01-01&foreign=x") == 303
    answer = office.get(fresh_site.at(SENDINGS))
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("?status=prepared")
    assert save("name", "status=settled", "Décomptés") == 303
    assert "Décomptés" in office.get(fresh_site.at(SENDINGS) + "?sort=month").text
    assert save("name", "status=settled", "85010112345") == 422
    assert save("first", "national_union=85010112345") == 422
    assert save("drop", "", "Décomptés") == 303
    assert "Décomptés" not in office.get(fresh_site.at(SENDINGS) + "?sort=month").text
    assert save("forget", "") == 303
    assert "is_archived=false" in office.get(fresh_site.at(SENDINGS)).headers["location"]


def test_ref_04_days_show_their_patient_only_to_whoever_may_see_care(site: RunningSite) -> None:
    address = site.at(DAYS) + "?verdict=refused"
    assert ">Patient<" in site.sign_in("office").get(address).text
    assert ">Patient<" not in site.sign_in("accountant").get(address).text


def test_sof_15_pages_are_as_long_as_the_user_wants(site: RunningSite) -> None:
    office = site.sign_in("office")
    login = site.quittance.accounts.user_id("office")
    site.quittance.accounts.set_preference(login, "display", {"limit": 25})
    try:
        assert len(ids_in(office.get(site.at(DAYS) + "?sort=date").text)) == 25
        assert len(ids_in(office.get(site.at(DAYS) + "?sort=date&limit=100").text)) == 100
    finally:
        site.quittance.accounts.set_preference(login, "display", None)


def test_sof_15_walking_all_pages_meets_every_row_once(site: RunningSite) -> None:
    office = site.sign_in("office")
    address: str | None = site.at(DAYS) + "?sort=amount_cents&limit=100"
    met: list[str] = []
    while address:
        text = office.get(address).text
        met += ids_in(text)
        following = [part for part in text.split("<a ") if 'rel="next"' in part]
        address = following[0].split('href="')[1].split('"')[0].replace("&amp;", "&") if following else None
    count = site.rows("SELECT count(*) AS n FROM days WHERE establishment_id = ?", site.where)[0]["n"]
    assert len(met) == len(set(met)) == count


def test_a_month_is_also_taken_as_it_is_shown_and_a_wrong_one_is_named(site: RunningSite) -> None:
    office = site.sign_in("office")
    page = office.see(site.at("/historique/jours?month=10%2F2026"))
    assert "Mois des soins : 10/2026" in page.of_class("chips")[0].text
    assert page.by_id("f-month").get("value") == "2026-10"
    assert len(page.one("tbody").all("tr")) > 1
    answer = office.get(site.at("/historique/jours?month=13%2F2026"))
    assert answer.status_code == 422
    assert "Champ : Mois" in answer.text


@pytest.mark.parametrize("billed", ["sqlite"], indirect=True)
def test_what_was_cancelled_is_listed_but_not_summed(billed: RunningSite) -> None:
    office = billed.sign_in("office")
    run = billed.rows("SELECT run_id FROM runs")[0]["run_id"]
    billed.quittance.billing.cancel(OPERATOR, run)
    billed.quittance.billing.run(Context(Meta("operator", command_id="again")), billed.where, RunOptions(MONTH))
    cents = billed.rows("SELECT sum(requested_cents) AS n FROM sendings WHERE status = 'prepared'")[0]["n"]
    for path, table in (("/historique/envois", "sendings"), ("/historique/factures", "invoices")):
        count = len(billed.rows(f"SELECT 1 AS one FROM {table}"))
        told = office.see(billed.at(f"{path}?limit=100")).of_class("summary")[0].text
        assert re.sub(r"\s", " ", told) == re.sub(r"\s", " ", f"{count} lignes · {euros(cents, 'fr')}")
        paper = plain(" ".join(sheets(office.get(billed.at(f"/export/{table}.pdf")).content)))
        assert plain(euros(cents, "fr")) in paper


@pytest.mark.parametrize(
    ("path", "told", "button"),
    [
        (SENDINGS, "Aucun envoi encore", "/facturation"),
        (INVOICES, "Aucune facture encore", "/facturation"),
        (DAYS, "Aucun soin encore", "/importations"),
        ("/decomptes", "Aucun décompte encore", "/facturation"),
        ("/importations", "Aucun fichier importé encore", ""),
        ("/facturation/reponses", "Aucune réponse encore", "/facturation"),
    ],
)
def test_a_list_that_is_empty_by_setup_names_the_step_before(
    fresh_site: RunningSite, path: str, told: str, button: str
) -> None:
    for role, may in (("office", True), ("auditor", False)):
        empty = fresh_site.sign_in(role).see(fresh_site.at(path)).of_class("empty")[0]
        assert told in empty.text
        leads = [link.get("href") for link in empty.all("a", class_="btn")]
        assert (fresh_site.at(button) in leads) == (may and button != "")


def test_no_item_to_settle_leads_to_the_answers_that_they_come_from(fresh_site: RunningSite) -> None:
    for role in ("office", "auditor"):
        empty = fresh_site.sign_in(role).see(fresh_site.at("/points")).of_class("empty")[0]
        assert "Aucun point à régler" in empty.text
        assert [link.get("href") for link in empty.all("a", class_="btn")] == [fresh_site.at("/facturation/reponses")]


# ---- Why


def test_a_cancelled_sending_says_what_was_typed_then(billed: RunningSite) -> None:
    """In the list, in its file, not before it happened; the others in words of ours."""
    (run,) = {row["run_id"] for row in billed.rows("SELECT run_id FROM runs")}
    billed.clock.forward(days=1)
    office, listed = billed.sign_in("office"), billed.at(f"{SENDINGS}?sort=sending_number")
    billed.quittance.billing.cancel(
        Context(Meta("operator", reason="Un prestataire a oublié ses soins", reason_subject=billed.where)), run
    )
    billed.quittance.billing.run(Context(Meta("operator", command_id="again")), billed.where, RunOptions(MONTH))
    billed.quittance.views.catch_up()
    count = len(billed.rows("SELECT 1 AS one FROM sendings WHERE status = 'cancelled'"))
    words = [cell.text for cell in office.see(listed).one("tbody").all("td", class_="wrap")]
    assert words.count("Un prestataire a oublié ses soins") == count > 0
    assert any("pas encore parti" in one for one in words)
    file = office.get(billed.at("/export/sendings.csv?sort=sending_number")).text
    assert file.count("Un prestataire a oublié ses soins") == count
    assert "oublié" not in office.see(f"{listed}&as_of=2026-11-03").text
