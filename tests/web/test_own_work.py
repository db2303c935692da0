"""Lists narrowed to what their reader took upon themselves: in the address, as a chip, in the file, as of a day."""

from collections.abc import Iterator, Sequence
from datetime import date as Date
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest

from api.web.grids import GRIDS
from tests.acceptance.practice import OPERATOR
from tests.conftest import require_postgres
from tests.domain.builders import insured
from tests.web.site import MONTH, RunningSite
from tests.web.test_policy import row_ids
from tests.web.visitor import Visitor

LISTS = [name for name, shown in GRIDS.items() if "mine" in shown.parameters]
ABOUT_PATIENTS = ["billing_days", "invoices", "documents"]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Something in every list, a day after it came; each test takes what it needs."""
    if request.param == "postgres":
        require_postgres()
    with RunningSite.open(tmp_path_factory.mktemp("desk"), kind=request.param) as opened:
        opened.enter_practice()
        opened.enter_care(300)
        enrol(opened)
        opened.bill_and_answer()
        for number in range(4):
            opened.quittance.answers.receive(OPERATOR, opened.where, f"pas un message {number}".encode())
        opened.quittance.views.catch_up()
        opened.clock.forward(days=1)
        yield opened


def enrol(site: RunningSite) -> None:
    """Some patients in a medical house, which no eFact file reaches."""
    days = "SELECT patient_id FROM days GROUP BY patient_id ORDER BY count(*), patient_id LIMIT 3"
    house = insured(start=Date.fromisoformat(f"{MONTH}-01"), destination="89999964001")
    site.quittance.views.catch_up()
    for row in site.rows(days):
        site.quittance.register.insure(OPERATOR, row["patient_id"], [house])


def take(site: RunningSite, who: str, targets: Sequence[str]) -> None:
    user_id = site.quittance.accounts.user_id(who)
    for one in targets:
        site.quittance.casework.assign(OPERATOR, site.where, UUID(one), user_id)
    site.quittance.views.catch_up()


def listed(site: RunningSite, who: Visitor, name: str, **query: object) -> set[str]:
    page = who.see(site.at(f"{GRIDS[name].spec.path}?{urlencode({'limit': 100, **query})}"))
    return {one.removeprefix("r-") for one in row_ids(page)}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_can_be_narrowed_to_ones_own(desk: RunningSite, name: str) -> None:
    office, _ = desk.sign_in("office"), desk.sign_in("dentist")
    everything = sorted(listed(desk, office, name))
    own, other, nobody_s = everything[0], everything[1], everything[2:]
    assert nobody_s
    take(desk, "office", [own])
    take(desk, "dentist", [other])
    assert listed(desk, office, name, mine="true") == {own}
    assert set(everything) == listed(desk, office, name)
    page = office.see(desk.at(f"{GRIDS[name].spec.path}?mine=true"))
    assert "Responsable : moi" in page.of_class("chip")[0].text
    (chosen,) = [one.get("value") for one in page.by_id("f-mine").all("option", "selected")]
    file = office.get(desk.at(f"/export/{name}.csv?mine=true"))
    assert len(file.text.strip().splitlines()) == 2
    assert (chosen, office.get(desk.at(f"/export/{name}.pdf?mine=true")).status_code) == ("true", 200)
    before = desk.today - timedelta(days=1)
    assert listed(desk, office, name, mine="true", as_of=before) == set()
    assert listed(desk, office, name, mine="true", as_of=desk.today) == {own}
    take(desk, "dentist", [own])
    assert listed(desk, office, name, mine="true") == set()


def test_the_totals_above_settlements_are_of_what_is_listed(desk: RunningSite) -> None:
    office = desk.sign_in("office")
    (own, *_) = sorted(listed(desk, office, "settlements"))
    take(desk, "office", [own])
    cents = desk.rows("SELECT requested_cents FROM sendings WHERE sending_id = ?", UUID(own))[0]["requested_cents"]
    cards = [card.text for card in office.see(desk.at("/decomptes?mine=true")).of_class("card")]
    assert any(f"{cents // 100 % 1000:03d},{cents % 100:02d}" in card for card in cards)


def test_what_an_absent_colleague_took_is_the_deputys_too(desk: RunningSite) -> None:
    office, _ = desk.sign_in("office"), desk.sign_in("dentist")
    (theirs, *_) = sorted(listed(desk, office, "sendings"), reverse=True)
    take(desk, "dentist", [theirs])
    assert theirs not in listed(desk, office, "sendings", mine="true")
    accounts = desk.quittance.accounts
    me, away = accounts.user_id("office"), accounts.user_id("dentist")
    assert me
    assert away
    accounts.name_deputy(OPERATOR, away, me, desk.today, desk.today, desk.where)
    desk.quittance.views.catch_up()
    assert theirs in listed(desk, office, "sendings", mine="true")


@pytest.mark.parametrize("name", ABOUT_PATIENTS)
def test_about_patients_only_who_may_see_care_is_asked(desk: RunningSite, name: str) -> None:
    accountant, path = desk.sign_in("accountant"), desk.at(GRIDS[name].spec.path)
    assert "f-mine" not in accountant.get(f"{path}?limit=25").text
    assert accountant.get(f"{path}?mine=true").status_code == 403
    assert desk.sign_in("office").get(f"{path}?mine=yes").status_code == 422


@pytest.mark.parametrize("name", ["billing_days", "patients", "sendings"])
def test_what_is_mine_and_waits_for_nothing_is_reached_from_the_first_screen(desk: RunningSite, name: str) -> None:
    office = desk.sign_in("office")
    own = sorted(listed(desk, office, name))[-2:]
    take(desk, "office", own)
    page = office.see(desk.at("?mine=true"))
    links = {a.get("href"): a.text for a in page.all("nav", aria_labelledby="own")[0].all("a")}
    address = desk.at(f"{GRIDS[name].spec.path}?mine=true")
    mine = listed(desk, office, name, mine="true")
    assert set(own) <= mine
    assert links[address].endswith(f" : {len(mine)}")
    assert not office.see(desk.at()).all("nav", aria_labelledby="own")
