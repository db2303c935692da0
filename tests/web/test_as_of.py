"""One switch sets the day as of which everything is shown: said on every page, kept by every way on, nothing to press."""

from datetime import timedelta
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from tests.web.markup import Element, forms, parse
from tests.web.matrix import Way, own_pages
from tests.web.site import RunningSite
from tests.web.test_policy import way_to

ONE_S_OWN = frozenset({"/c/{where}/colonnes/{grid}"})
"""What is changed there is how one looks at things, not things."""
STILL = frozenset({"/c/{where}/recherche", "/c/{where}/documents"})
"""Forms that change nothing: what is typed stays out of addresses, and what is chosen is printed."""


def of_practice(site: RunningSite) -> list[Way]:
    return [way for way in own_pages(site) if way.is_of_practice]


def past(site: RunningSite, way: Way) -> Element:
    """The screen as of today: everything in the sample is there."""
    who, address = site.sign_in("administrator"), way.address(site)
    return parse(who.followed(who.get(f"{address}{'&' if '?' in address else '?'}as_of={site.today}")).text)


def test_every_screen_says_that_it_shows_the_past_and_offers_the_way_back(site: RunningSite) -> None:
    for way in of_practice(site):
        (bar,) = past(site, way).of_class("bar-asof")
        assert f"{site.today:%d/%m/%Y}" in bar.text, way.path
        (back,) = bar.all("a")
        assert "as_of" not in back.get("href"), way.path


def test_nothing_can_be_done_in_the_past(site: RunningSite) -> None:
    seen = 0
    for way in of_practice(site):
        page = past(site, way)
        found = {way_to(site, "POST", urlsplit(form.get("action")).path) for form in forms(page.one("main"))}
        assert way.path in ONE_S_OWN or found <= STILL, (way.path, found)
        seen += 1
    assert seen > 30


def test_every_way_on_keeps_the_day(site: RunningSite) -> None:
    """Links, forms that ask, exports; not the ways back to today, nor a file: attached, or to be filled in."""
    for way in of_practice(site):
        page, here = past(site, way), way.address(site)
        (bar,) = page.of_class("bar-asof")
        leads = {link.get("href") for link in page.all("a", "href")} - {"", bar.one("a").get("href")}
        for form in forms(page, method="get"):
            assert "as_of" in {item.get("name") for item in form.walk()}, (way.path, form.get("action"))
        for lead in leads:
            to = urlsplit(urljoin(here, lead))
            route = way_to(site, "GET", to.path)
            if route.startswith("/c/{where}") and not route.endswith(("/fichiers/{file_id}", "/modele.csv")):
                is_kept = not to.path.startswith(site.at()) or "as_of" in parse_qs(to.query)
                assert is_kept or lead.startswith("#"), (way.path, lead)


@pytest.mark.parametrize("given", ["hier", "2026-02-30", "20261103T"])
def test_what_is_no_day_is_refused_everywhere(site: RunningSite, given: str) -> None:
    who = site.sign_in("administrator")
    for way in of_practice(site):
        assert who.get(f"{way.address(site).partition('?')[0]}?as_of={given}").status_code == 422, way.path


@pytest.mark.parametrize("given", ["2026-13-01", "hier", "tomorrow"])
def test_a_day_that_cannot_be_shown_is_told_in_the_frame_of_the_practice(site: RunningSite, given: str) -> None:
    """The menu of today, and the form for another day, which keeps what else was asked for."""
    who, day = site.sign_in("office"), f"{site.today + timedelta(days=1)}" if given == "tomorrow" else given
    answer = who.get(site.at(f"/historique/envois?month=2026-10&as_of={day}"))
    page = parse(answer.text)
    assert answer.status_code == 422
    assert site.at("/facturation") in [link.get("href") for link in page.one("nav", class_="sidebar").all("a")]
    assert not page.of_class("bar-asof")
    form = page.by_id("as-of")
    assert (form.get("action"), page.by_id("as_of").get("value")) == (site.at("/historique/envois"), "")
    assert [(item.get("name"), item.get("value")) for item in form.all("input", type="hidden")] == [
        ("month", "2026-10")
    ]
    assert not parse(site.anonymous().get(f"/login?as_of={day}").text).all("nav", class_="sidebar")
