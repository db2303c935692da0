"""Every form of the pages, filled in as a browser lets it through and the product does not: blanks where words are asked.

What need not be filled in says `KEPT`, so that one can see whether it is kept.
It is found by sending each once: ask a site that may be changed, for what is accepted all the same is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from tests.web.markup import Element, forms, parse
from tests.web.matrix import own_pages
from tests.web.site import RunningSite
from tests.web.test_policy import way_to
from tests.web.visitor import is_html

KEPT = "Gardé"
_TYPED = frozenset({"text", "search", "tel", "email", "password", ""})
_LEFT = frozenset({"hidden", "checkbox", "radio", "submit", "button", "file"})


@dataclass(frozen=True)
class Mistake:
    """`page`: where the form stands, the `place`-th with that action. `answer`: what came."""

    route: str
    page: str
    action: str
    place: int
    fields: tuple[tuple[str, str], ...]
    answer: httpx.Response

    @property
    def is_refused(self) -> bool:
        return self.answer.status_code >= 400

    @property
    def read(self) -> Element:
        return parse(self.answer.text)

    def form_in(self, page: Element) -> Element:
        """The same form on the page of the answer."""
        return forms(page, self.action)[self.place]

    @property
    def shows_errors(self) -> bool:
        """On the page of the form, above it."""
        return self.is_refused and is_html(self.answer) and bool(self.read.of_class("errors"))


def mistakes(site: RunningSite, language: str = "fr") -> list[Mistake]:
    """One of each route that a form of a screen leads to."""
    return list({one.route: one for one in reversed(list(_sent(site, language)))}.values())


def _sent(site: RunningSite, language: str) -> Iterator[Mistake]:
    who, tried = site.sign_in("administrator", language), set[str]()
    for way in own_pages(site):
        shown = who.followed(who.get(way.address(site)))
        page = shown.url.raw_path.decode()  # where it led to: work of the site may lead elsewhere later
        places: dict[str, int] = {}
        for form in forms(parse(shown.text).by_id("main")):
            action = form.get("action")
            place = places[action] = places.get(action, -1) + 1
            route = way_to(site, "POST", action.partition("?")[0])
            if route not in tried:
                tried.add(route)
                fields = dict(_blank(form))
                yield Mistake(route, page, action, place, tuple(fields.items()), who.submit(form, page, fields))


def _blank(form: Element) -> Iterator[tuple[str, str]]:
    for item in form.walk():
        name, kind = item.get("name"), item.get("type").lower()
        if not name or kind in _LEFT or "readonly" in item.attributes:
            continue
        if item.tag == "textarea" or (item.tag == "input" and kind in _TYPED):
            yield name, " " if "required" in item.attributes else "" if item.get("pattern") else KEPT
        elif item.tag == "input" and "required" not in item.attributes:
            yield name, ""
