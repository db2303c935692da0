"""The page where a user orders columns: by numbers, or one step at a time by buttons that are plain form posts."""

import pytest

from tests.web.markup import Element
from tests.web.site import RunningSite
from tests.web.visitor import Visitor, local, read

PAGE, LIST = "/colonnes/sendings", "/historique/envois?sort=created_on"


def shown(site: RunningSite, who: Visitor) -> list[str]:
    """Heads of the list, from left to right."""
    site.enter_care(60)
    site.bill()
    return [head.text for head in who.see(site.at(LIST)).one("table", class_="grid").all("th", scope="col")]


def ticked(page: Element) -> list[str]:
    """Names of the columns that are shown, as the page orders them."""
    boxes = page.all("input", "checked", type="checkbox")
    return [box.get("name").removeprefix("show-") for box in boxes]


def press(site: RunningSite, who: Visitor, move: str, name: str, **changed: str) -> Element:
    """The page on which one ends."""
    answer = who.post_form(site.at(PAGE), site.at(PAGE), {move: name, **changed})
    assert answer.status_code == 303
    assert local(answer.headers["location"]).startswith(site.at(PAGE))
    return read(who.followed(answer))


def test_a_column_moves_one_step_and_the_list_follows(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    first, second, third, *rest = ticked(office.see(fresh_site.at(PAGE)))
    assert ticked(press(fresh_site, office, "down", first)) == [second, first, third, *rest]
    assert ticked(press(fresh_site, office, "up", third)) == [second, third, first, *rest]
    assert shown(fresh_site, office)[:3] == ["Créé le", "Mois facturé", "N° d'envoi"]


def test_what_was_ticked_and_numbered_meanwhile_is_kept(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    first, second, *rest = ticked(office.see(fresh_site.at(PAGE)))
    moved = ticked(press(fresh_site, office, "up", second, **{f"place-{rest[0]}": "0", "show-is_read": "yes"}))
    assert moved == [rest[0], second, first, *rest[1:], "is_read"]


@pytest.mark.parametrize(("move", "place"), [("up", 0), ("down", -1)])
def test_at_the_end_there_is_no_further(fresh_site: RunningSite, move: str, place: int) -> None:
    office = fresh_site.sign_in("office")
    page = office.see(fresh_site.at(PAGE))
    names = ticked(page)
    assert "disabled" in page.one("button", name=move, value=names[place]).attributes
    assert ticked(press(fresh_site, office, move, names[place])) == names, "not even by force"
    assert ticked(press(fresh_site, office, move, "no_column")) == names


def test_the_arrow_can_be_pressed_again(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    names = ticked(office.see(fresh_site.at(PAGE)))
    focused = press(fresh_site, office, "up", names[2]).one("button", "autofocus")
    assert (focused.get("name"), focused.get("value")) == ("up", names[2])
    focused = press(fresh_site, office, "up", names[2]).one("button", "autofocus")
    assert (focused.get("name"), focused.get("value")) == ("down", names[2]), "it stands first now"


def test_the_enter_key_saves(fresh_site: RunningSite) -> None:
    """A browser presses the first button of a form for it."""
    page = fresh_site.sign_in("office").see(fresh_site.at(PAGE))
    form = next(form for form in page.all("form") if form.all("table"))
    assert form.all("button", type="submit")[0].text == "Enregistrer les colonnes"


def test_only_columns_that_are_shown_have_arrows(fresh_site: RunningSite) -> None:
    page = fresh_site.sign_in("office").see(fresh_site.at(PAGE))
    assert [button.get("value") for button in page.all("button", name="up")] == ticked(page)
    assert all(button.get("aria-label") for name in ("up", "down") for button in page.all("button", name=name))


def test_filters_and_columns_of_a_past_day_stay_there(fresh_site: RunningSite) -> None:
    office, day = fresh_site.sign_in("office"), "as_of=2026-11-02"
    page, listed = fresh_site.at(f"{PAGE}?{day}&back=month%3D2026-10%26as_of%3D2026-11-02"), "/historique/envois"
    saved = office.post_form(page, fresh_site.at(f"{PAGE}/filtre?{day}"), {"name": "Octobre", "do": "name"})
    assert day in saved.headers["location"]
    (link,) = [a for a in read(office.followed(saved)).by_id("main").all("a") if a.text == "Octobre"]
    moved = office.post_form(page, fresh_site.at(f"{PAGE}?{day}"), {"down": "sending_number"})
    chosen = office.post_form(page, fresh_site.at(f"{PAGE}?{day}"))
    for address in (link.get("href"), moved.headers["location"], chosen.headers["location"]):
        assert day in address
    there = office.see(fresh_site.at(f"{listed}?month=2026-10&{day}"))
    (chip,) = [a for a in there.by_id("list").all("a", class_="chip") if a.text == "Octobre"]
    assert day in chip.get("href")
    assert chip.get("aria-current") == "true", "it is the filter that stands"
    now = office.see(fresh_site.at(f"{listed}?month=2026-10"))
    (chip,) = [a for a in now.by_id("list").all("a", class_="chip") if a.text == "Octobre"]
    assert "as_of" not in chip.get("href")
