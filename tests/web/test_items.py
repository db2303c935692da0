"""What only a person can settle: found, understood, closed with a reason."""

from uuid import UUID, uuid4

import pytest

from tests.acceptance.practice import OPERATOR
from tests.web.markup import forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import Visitor, read

PATH = "/points"


@pytest.fixture
def office(fresh_site: RunningSite) -> Visitor:
    return fresh_site.sign_in("office")


@pytest.fixture
def item(fresh_site: RunningSite) -> UUID:
    """A file that nobody could read."""
    fresh_site.quittance.answers.receive(OPERATOR, fresh_site.where, b"pas un message")
    found: UUID = fresh_site.rows("SELECT item_id FROM items")[0]["item_id"]
    return found


def test_sof_18_the_list_shows_what_waits_and_hides_what_is_done(fresh_site: RunningSite, office: Visitor, item: UUID):
    page = office.see(fresh_site.at(PATH))
    (row,) = page.by_id("list").one("tbody").all("tr")
    assert "Fichier illisible" in row.text
    assert fresh_site.at(f"{PATH}/{item}") in [a.get("href") for a in row.all("a")]
    fresh_site.quittance.desk.settle(OPERATOR, item)
    assert "Aucun point à régler" in office.see(fresh_site.at(PATH)).text
    assert (
        "Aucune ligne avec ces filtres" in office.see(fresh_site.at(f"{PATH}?is_settled=false&kind=not_applied")).text
    )
    assert "Clôturé" in office.see(fresh_site.at(f"{PATH}?is_settled=true")).by_id("list").text


def test_an_item_says_what_it_is_what_to_do_and_where_the_message_is(
    fresh_site: RunningSite, office: Visitor, item: UUID
):
    page = office.see(fresh_site.at(f"{PATH}/{item}"))
    assert page.one("h1").text == "Fichier illisible"
    assert "Demandez le fichier à nouveau" in page.text
    message = fresh_site.rows("SELECT message FROM items")[0]["message"]
    assert fresh_site.at(f"/messages/{message}") in [a.get("href") for a in page.all("a")]


def test_ref_23_it_is_closed_with_a_reason_that_stands_in_the_timeline(
    fresh_site: RunningSite, office: Visitor, item: UUID
):
    path = fresh_site.at(f"{PATH}/{item}")
    answer = office.post_form(path, f"{path}/cloturer", {"reason": "Nouveau fichier reçu"})
    page = read(office.followed(answer))
    assert "Clôturé" in page.text
    assert "Nouveau fichier reçu" in page.text
    assert not forms(page, f"{path}/cloturer")
    assert fresh_site.rows("SELECT is_settled FROM items")[0]["is_settled"]


@pytest.mark.parametrize("reason", ["", "ok"])
def test_not_without_saying_how(fresh_site: RunningSite, office: Visitor, item: UUID, reason: str):
    path = fresh_site.at(f"{PATH}/{item}")
    answer = office.post_form(path, f"{path}/cloturer", {"reason": reason})
    assert answer.status_code == 422
    assert "pourquoi" in parse(answer.text).one("div", class_="errors").text
    assert not fresh_site.rows("SELECT is_settled FROM items")[0]["is_settled"]


def test_an_answer_to_an_unknown_sending_is_read_again(fresh_site: RunningSite, office: Visitor):
    fresh_site.enter_care(100)
    fresh_site.bill()
    fresh_site.quittance.dispatch.send(OPERATOR, fresh_site.where)
    fresh_site.clock.forward(minutes=5)
    fresh_site.enter_other_practice()
    tpp = "94999919000"
    content = fresh_site.quittance.transport.collect(tpp).waiting[0][1]
    assert fresh_site.elsewhere is not None
    fresh_site.quittance.answers.receive(OPERATOR, fresh_site.elsewhere, content)
    item = fresh_site.rows("SELECT item_id FROM items WHERE kind = 'sending_unknown'")[0]["item_id"]
    other = fresh_site.sign_in("office@other")
    path = fresh_site.at(f"{PATH}/{item}", fresh_site.elsewhere)
    answer = other.post_form(path, f"{path}/relire")
    page = read(other.followed(answer))
    assert "répond à un envoi inconnu" in page.text
    assert office.get(fresh_site.at(f"{PATH}/{item}")).status_code == 404, "of another practice"


def test_who_only_reads_sees_it_and_closes_nothing(fresh_site: RunningSite, item: UUID):
    accountant = fresh_site.sign_in("accountant")
    path = fresh_site.at(f"{PATH}/{item}")
    assert not [form for form in forms(accountant.see(path)) if PATH in form.get("action")]
    assert accountant.post(f"{path}/cloturer", {}).status_code == 403


def test_an_unknown_item_is_not_there(fresh_site: RunningSite, office: Visitor):
    assert office.get(fresh_site.at(f"{PATH}/{uuid4()}")).status_code == 404


def test_ref_24_an_item_as_it_was_has_no_buttons(fresh_site: RunningSite, office: Visitor, item: UUID):
    fresh_site.clock.forward(days=1)
    fresh_site.quittance.desk.settle(OPERATOR, item)
    office = fresh_site.sign_in_again("office")[0]
    path = fresh_site.at(f"{PATH}/{item}")
    page = office.see(f"{path}?as_of=2026-11-03")
    assert "À traiter" in page.text
    assert not [form for form in forms(page) if PATH in form.get("action")]
    assert "Clôturé" in office.see(path).text


def test_every_kind_of_item_has_a_name_and_a_cure() -> None:
    from api.catalogue import all_messages

    known = {key.partition(".")[2] for key in all_messages() if key.startswith("item.")}
    for group in ("item_kind", "item_cure"):
        assert {key.partition(".")[2] for key in all_messages() if key.startswith(f"{group}.")} == known


def test_every_blocker_has_a_cure() -> None:
    from api.catalogue import all_messages

    known = {key.partition(".")[2] for key in all_messages() if key.startswith("blocker.")}
    assert {key.partition(".")[2] for key in all_messages() if key.startswith("blocker_cure.")} == known
