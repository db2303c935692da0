"""Every list that the pages have: the API's rows for the same query, and none twice or lost while others come in."""

import re
from collections.abc import Iterator
from datetime import date as Date
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urljoin
from uuid import UUID, uuid4

import pytest

from api.web.grid_spec import Column
from api.web.grids import GRIDS, Exportable
from api.web.render import environment
from domain.patient import PatientDetails
from infrastructure.sample.numbers import ssin
from tests.acceptance.practice import OPERATOR
from tests.effort import SOAK
from tests.web.markup import Element, parse
from tests.web.site import RunningSite
from tests.web.test_policy import row_ids
from tests.web.visitor import Visitor, local

API = {
    "answers": "/answers",
    "sendings": "/sendings",
    "invoices": "/invoices",
    "documents": "/documents",
    "billing_days": "/billing-days",
    "imports": "/imports",
    "items": "/items",
    "refusals": "/refusals",
}
PAGES_ALONE = {
    "patients": "people are found by a search that leaves no trace in an address; the API has no list of them",
    "settlements": "the API's sendings, those that are settled",
}


def test_every_list_has_its_twin_at_the_api() -> None:
    assert set(API) | set(PAGES_ALONE) == set(GRIDS)


@pytest.mark.parametrize("name", API)
def test_page_and_api_give_the_same_rows(site: RunningSite, name: str) -> None:
    """Same names, same values, same order, for each filter and each sort."""
    shown, who, compared = GRIDS[name], site.sign_in("administrator"), 0
    for query in queries(shown):
        if PAGES_OWN & query.keys():
            continue
        page, told = who.see(f"{address_of(site, shown)}?{urlencode(query)}"), from_api(site, name, query)
        key = shown.spec.listing.table.key
        assert [one.removeprefix("r-") for one in row_ids(page)] == [row[key] for row in told["rows"]], query
        assert bool(next_of(page)) == bool(told["next"]), query
        for cells, row in zip(cells_of(page, shown), told["rows"], strict=True):
            for column, cell in cells:
                assert cell == said_of(column, row[column.name]), (query, column.name)
                compared += 1
    figures = [column for column in shown.spec.columns if column.shown and column.kind in FIGURES]
    assert compared >= 2 * len(figures)


def test_what_no_insurer_has_said_yet_is_a_dash_and_not_nothing(site: RunningSite) -> None:
    shown, query = GRIDS["billing_days"], {"phase": "prepared", "limit": "100"}
    page = site.sign_in("administrator").see(f"{address_of(site, shown)}?{urlencode(query)}")
    told = [row.text for row in page.one("tbody").all("tr")]
    assert told
    assert not [text for text in told if re.search(r"(^|\s)0,00", text)]
    rows = from_api(site, "billing_days", query)["rows"]
    assert {row[name] for row in rows for name in ("accepted_cents", "refused_cents")} == {None}
    content = site.sign_in("administrator").get(site.at("/export/billing_days.csv?phase=prepared")).content
    head, *lines = [line.split(";") for line in content.decode("utf-8-sig").splitlines()]
    assert {line[head.index(name)] for line in lines for name in ("Accepté", "Refusé")} == {""}


@pytest.mark.parametrize("name", GRIDS)
def test_a_number_of_a_person_is_no_filter(site: RunningSite, name: str) -> None:
    """It would stand in the address: in every log, and in the history of the browser."""
    shown, who = GRIDS[name], site.sign_in("administrator")
    key = {"Authorization": f"Bearer {site.api_key}"}
    for choice in shown.spec.choices:
        if choice.kind == "text":
            for number in ("85010112345", "85.01.01-123.45"):
                query = urlencode({choice.name: number})
                assert who.get(f"{address_of(site, shown)}?{query}").status_code == 422, choice.name
                assert who.get(site.at(f"/export/{name}.csv?{query}")).status_code == 422, choice.name
                if name in API:
                    told = site.client.get(f"{API[name]}?{query}&establishment_id={site.where}", headers=key)
                    assert told.status_code == 422, choice.name


@pytest.mark.parametrize("name", GRIDS)
def test_what_a_list_does_not_know_leaves_its_address_and_all_else_stays(site: RunningSite, name: str) -> None:
    """A chip for it would say that it narrows the list; nor do forms and further addresses carry it."""
    shown, who = GRIDS[name], site.sign_in("administrator")
    asked = {"limit": "25", "sort": shown.spec.listing.sorts[0], "as_of": site.today.isoformat()}
    page = who.get(f"{address_of(site, shown)}?{urlencode({'unoin': '100', **asked})}")
    assert (page.status_code, local(page.headers["location"])) == (303, f"{address_of(site, shown)}?{urlencode(asked)}")
    assert "unoin" not in who.followed(page).text
    alone = who.get(f"{address_of(site, shown)}?unoin=100")
    assert local(alone.headers["location"]) == address_of(site, shown)
    for parameter in shown.parameters:
        assert who.get(f"{address_of(site, shown)}?{parameter}=1").status_code in (200, 422), parameter


@pytest.mark.parametrize(
    "path", ["/refus/500101?letter=C", "/patients/{}/jours?sort=date", "/patients/{}/factures?sort=month"]
)
def test_nor_does_a_list_of_one_thing_keep_it(site: RunningSite, path: str) -> None:
    who = site.sign_in("administrator")
    patient = site.rows("SELECT patient_id FROM days WHERE establishment_id = ?", site.where)[0]["patient_id"]
    known = site.at(path.format(patient))
    assert who.get(known).status_code == 200
    assert local(who.get(f"{known}&unoin=100").headers["location"]) == known


def test_a_saved_filter_of_which_nothing_is_known_opens_the_list(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    user_id = fresh_site.quittance.accounts.user_id("office")
    assert user_id
    fresh_site.quittance.accounts.set_preference(user_id, "filter.sendings", {"unoin": "100"})
    assert who.get(fresh_site.at("/historique/envois")).status_code == 200


@pytest.mark.parametrize("name", GRIDS)
def test_walking_finds_each_row_once(site: RunningSite, name: str) -> None:
    """The number that the page says, and not one twice; with a filter as well."""
    shown, who = GRIDS[name], site.sign_in("administrator")
    met = [
        one
        for page in walk(who, f"{address_of(site, shown)}?limit=100&sort={shown.spec.listing.sorts[0]}")
        for one in row_ids(page)
    ]
    assert len(met) == len(set(met))
    table = shown.spec.listing.table
    known = site.rows(f"SELECT count(*) AS n FROM {table.name} WHERE establishment_id = ?", site.where)[0]["n"]
    assert met
    if name in API:
        assert len(met) == known
    narrowed = [query | {"limit": "100"} for query in queries(shown)]
    for query in narrowed if SOAK > 1 else narrowed[:: -max(1, len(narrowed) // 2)]:
        found = [one for page in walk(who, f"{address_of(site, shown)}?{urlencode(query)}") for one in row_ids(page)]
        assert len(found) == len(set(found)), query
        assert set(found) <= set(met) or "flag" in query, query


def test_walking_finds_each_row_once_while_others_come_in(fresh_site: RunningSite) -> None:
    """Before, behind and in the middle of where the reader is."""
    fresh_site.enter_care(400)
    fresh_site.bill_and_answer()
    fresh_site.refuse_as_duplicate(fresh_site.where)
    who = fresh_site.sign_in("administrator")
    for name, shown in GRIDS.items():
        for descending in ("false", "true"):
            sort = shown.spec.listing.sorts[0]
            query = urlencode(
                {"limit": 1 if name in ("imports", "items") else 4, "sort": sort, "descending": descending}
            )
            start = f"{address_of(fresh_site, shown)}?{query}"
            before = {one for page in walk(who, start) for one in row_ids(page)}
            met: list[str] = []
            for step, page in enumerate(walk(who, start)):
                met += row_ids(page)
                if step < 3:
                    insert(fresh_site, shown, step)
            assert len(met) == len(set(met)), (name, descending)
            assert before <= set(met), (name, descending)


def test_walking_patients_by_name_goes_on_when_the_last_of_a_page_leaves_the_list(fresh_site: RunningSite) -> None:
    """The next page begins behind somebody: who is erased or merged meanwhile does not lead back to the first one."""
    known = [row["patient_id"] for row in fresh_site.rows("SELECT patient_id FROM patients")]
    register = fresh_site.quittance.register
    for who in known:
        register.correct_patient(OPERATOR, who, PatientDetails("Peeters", "An", "1950-01-01", 2, "fr"))
    who, start = fresh_site.sign_in("administrator"), fresh_site.at("/patients?is_active=true&limit=4")
    before = {one for page in walk(who, start) for one in row_ids(page)}
    met: list[str] = []
    for step, page in enumerate(walk(who, start)):
        met += row_ids(page)
        if step == 1:
            *_, first, last_but_one, last = (UUID(one.removeprefix("r-")) for one in met)
            register.erase(OPERATOR, last)
            register.merge(OPERATOR, last_but_one, first)
    assert len(met) == len(set(met)) > 8
    assert set(met) == before


def test_walking_the_audit_trail_finds_each_event_once_while_more_happen(fresh_site: RunningSite) -> None:
    """The newest first: what happens meanwhile is before the first page."""
    fresh_site.enter_care(400)
    (sending_id, *_) = fresh_site.bill()
    who, start = fresh_site.sign_in("administrator"), fresh_site.at("/audit")
    before = {one for page in walk(who, start) for one in row_ids(page)}
    met: list[str] = []
    for step, page in enumerate(walk(who, start)):
        met += row_ids(page)
        fresh_site.quittance.dispatch.archive(OPERATOR, sending_id, archived=step % 2 == 0)
    assert len(met) == len(set(met)) > 50, "more than a page"
    assert before <= set(met)


# ---- what the tests above have in common


def address_of(site: RunningSite, shown: Exportable) -> str:
    return site.at(shown.spec.path)


def queries(shown: Exportable) -> Iterator[dict[str, str]]:
    """Each sort up and down, each choice of each filter."""
    listing = shown.spec.listing
    usual = {"limit": "25", "sort": listing.sorts[0]}
    for sort in listing.sorts:
        yield usual | {"sort": sort}
        yield usual | {"sort": sort, "descending": "true"}
    for choice in shown.spec.choices:
        values = [value for value, _ in choice.options]
        values += {"flag": ["true", "false"], "month": ["2026-10"], "day": ["2026-10-12"]}.get(choice.kind, [])
        for value in values if SOAK > 1 else values[:4]:
            yield usual | {choice.name: value}


def cells_of(page: Element, shown: Exportable) -> Iterator[list[tuple[Column, str]]]:
    """Of each row the columns that the API has, too, each with what stands there; a reason of all stands above them."""
    heads = page.one("thead").all("th") if row_ids(page) else []
    columns = [column for column in shown.spec.columns if column.shown]
    if len(heads) < len(columns):
        columns = [column for column in columns if column.kind != "reason"]
    for row in page.one("tbody").all("tr") if row_ids(page) else []:
        cells = [cell for cell in row.all("td") if not cell.has_class("pick")]
        yield [
            (column, cell.text)
            for column, cell in zip(columns, cells, strict=True)
            if column.kind in FIGURES and column.name not in PAGES_OWN
        ]


FIGURES = ("amount", "number", "percent", "day", "month", "flag")
"""Kinds of columns whose values a page shows as they are, in the manner of its language."""
PAGES_OWN = frozenset({"snoozed_until", "mine"})
"""What people do about things is no part of the API's lists."""


def said_of(column: Column, value: Any) -> str:
    """What a French page makes of a value of the API."""
    ((_, shown),) = environment("fr").globals["cells_of"]([column])({column.name: value})
    return parse(f"<p>{shown}</p>").text


def from_api(site: RunningSite, name: str, query: dict[str, str]) -> dict[str, Any]:
    params = {**query, "establishment_id": str(site.where)}
    answer = site.client.get(API[name], params=params, headers={"Authorization": f"Bearer {site.api_key}"})
    assert answer.status_code == 200, (name, query, answer.text)
    body = answer.json()
    rows = next(value for value in body.values() if isinstance(value, list))
    return {"rows": rows, "next": body["next"]}


def next_of(page: Element) -> str:
    found = [link.get("href") for link in page.all("a", rel="next")]
    return found[0] if found else ""


def walk(who: Visitor, address: str) -> Iterator[Element]:
    """Page after page by the link that a person would follow."""
    for _ in range(400):
        page = who.see(address)
        yield page
        following = next_of(page)
        if not following:
            return
        address = local(urljoin(address, following))
    raise AssertionError(f"no end: {address}")


def insert(site: RunningSite, shown: Exportable, step: int) -> None:
    """Rows like the first, the middle and the last one, under ids of their own."""
    table = shown.spec.listing.table
    if table.name == "patients":
        details = site.rows("SELECT patient_id FROM patients WHERE establishment_id = ?", site.where)
        add_patient(site, len(details))
        return
    sort = shown.spec.listing.sorts[0]
    rows = site.rows(f"SELECT * FROM {table.name} WHERE establishment_id = ? ORDER BY {sort}, {table.key}", site.where)
    copies = [{**rows[place], table.key: uuid4()} for place in (0, len(rows) // 2, -1)]
    with site.quittance.store.database.transaction() as sql:
        names = list(copies[0])
        sql.insert(table.name, names, [[copy[name] for name in names] for copy in copies])


def add_patient(site: RunningSite, number: int) -> UUID:
    """Somebody new."""
    born = Date(1950, 1, 1) + timedelta(days=number)
    details = PatientDetails("Nouveau", f"Patient{number}", born.isoformat(), 1 + number % 2, "fr")
    return site.quittance.register.patient(OPERATOR, site.where, ssin(born, 1 + number % 2), "", details, ()).result.id
