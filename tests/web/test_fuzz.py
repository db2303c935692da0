"""Nothing that a person, or a program in a person's browser, sends to any page is a fault of ours: no 500, ever."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import require_postgres
from tests.effort import times
from tests.web.markup import Element, filled, parse
from tests.web.matrix import BY_ITSELF, ENDLESS, Way, own_pages, ways
from tests.web.site import RunningSite, tell_month
from tests.web.test_policy import check_answer, way_to
from tests.web.visitor import Visitor, is_html

NO_DAYS = ("hier", "9999-12-31", "0001-01-01", "2026-02-30", "31/12/9999", "9999-12", "0000-00", "1e9")
ODD = (*NO_DAYS, "-1", "9" * 40, "²", "٣", "é", "\0", "%", "'", "x" * 3_000, "../..", "NaN", "[]", "\N{LINE SEPARATOR}")
VALUES = st.one_of(
    st.sampled_from(ODD),
    st.uuids().map(str),
    st.dates().map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)
ALWAYS = ("as_of", "sort", "cursor", "limit", "month", "q")
ENDS_THE_SESSION = frozenset({"/logout"})


@dataclass
class Target:
    """A site with everything in it, and what each of its routes is known to read."""

    site: RunningSite
    who: Visitor
    ways: list[Way]
    csrf: str
    queries: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    forms: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, site: RunningSite) -> "Target":
        who = site.sign_in("administrator")
        found = [way for way in ways(site) if way.path not in ENDLESS | ENDS_THE_SESSION]
        target = cls(site, who, found, who.see("/account").all("input", name="csrf")[0].get("value"))
        for way in own_pages(site):
            answer = who.followed(who.get(way.address(site)))
            if is_html(answer):
                target.learn(answer.url.path, parse(answer.text))
        return target

    def learn(self, path: str, page: Element) -> None:
        """Names of fields, and of what links ask."""
        for form in page.all("form"):
            method = (form.get("method") or "get").upper()
            route = way_to(self.site, method, urlsplit(form.get("action") or path).path)
            if method == "POST":
                self.forms[route] |= dict(filled(form, {}))
                self.forms[route] |= {one.get("name"): one.get("value") for one in form.all("button", "name")}
            else:
                self.queries[route] |= {one.get("name") for one in form.walk() if one.get("name")}
        for link in page.all("a", "href"):
            parts = urlsplit(link.get("href"))
            self.queries[way_to(self.site, "GET", parts.path)] |= {name for name, _ in parse_qsl(parts.query)}

    def send(self, way: Way, parts: Mapping[str, str], query: Mapping[str, str], form: Mapping[str, str]) -> None:
        """One request, and what must be true of its answer."""
        address = way.address(self.site).partition("?")[0]
        whole = re.compile(re.sub(r"\{(\w+)(:\w+)?\}", r"(?P<\1>[^/]+?)", way.path)).fullmatch(address)
        assert whole, address
        for name in sorted(parts, key=whole.start, reverse=True):
            address = address[: whole.start(name)] + quote(parts[name], safe="") + address[whole.end(name) :]
        address += f"?{urlencode(query)}" if query else ""
        own = {"csrf": self.csrf, "command_id": "c" * 32}
        data = {**self.forms[way.path], **own, **form} if way.method == "POST" else None
        check(way, self.who.call(way.method, address, data=data))


def check(way: Way, answer: httpx.Response) -> None:
    told = f"{way}: {answer.status_code} {answer.request.url} {answer.request.content[:400]!r}"
    assert answer.status_code < 500, told
    if not (way.path.startswith(BY_ITSELF) and answer.status_code == 200):
        check_answer(told, answer)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """On each database: they take different values for wrong ones."""
    if request.param == "postgres":
        require_postgres()
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with RunningSite.open(folder, kind=request.param) as site:
        tell_month(site)
        yield Target.of(site)


@settings(max_examples=times(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_address_and_no_form_is_a_fault(target: Target, data: st.DataObject) -> None:
    way = data.draw(st.sampled_from(target.ways))
    parts = {name: data.draw(VALUES) for name in way.names if data.draw(st.integers(0, 3)) == 0}
    parts = {name: value for name, value in parts.items() if value}
    asked = data.draw(st.lists(st.sampled_from(sorted({*ALWAYS, *target.queries[way.path]})), max_size=2, unique=True))
    typed = st.sampled_from(sorted({"csrf", "command_id", "version", *target.forms[way.path]}))
    form = data.draw(st.dictionaries(typed, VALUES, max_size=2)) if way.method == "POST" else {}
    target.send(way, parts, {name: data.draw(VALUES) for name in asked}, form)


def test_no_day_to_look_back_to_is_a_fault(target: Target) -> None:
    """Asked of every page, those before the sign-in too, and of every form."""
    nobody = target.site.anonymous()
    for number, way in enumerate(target.ways):
        for day in (NO_DAYS[number % len(NO_DAYS)], "9999-12-31"):
            target.send(way, {}, {"as_of": day}, {})
            check(way, nobody.call(way.method, f"{way.address(target.site).partition('?')[0]}?as_of={day}"))


def test_what_is_no_value_is_said_by_its_name(target: Target) -> None:
    """An error page that says what was wrong, instead of one that says that something was."""
    site, who = target.site, target.who
    for address, code in (
        ("/login?as_of=hier", 422),
        (site.at("?as_of=hier"), 422),
        (site.at("/historique/envois?as_of=9999-12-31"), 422),
        (site.at("/facturation/9999-12"), 422),
        (site.at("/audit?since=0001-01-01"), 422),
    ):
        answer = who.get(address)
        assert answer.status_code == code, address
        check_answer(address, answer)
        assert parse(answer.text).one("h1").text
    thing = site.kept[site.where]["target_id"]
    for name, value, code in (("csrf", "é", 403), ("user_id", "abc", 422), ("user_id", "\0", 400)):
        form = {"csrf": target.csrf, "command_id": "d" * 32, name: value}
        assert who.post(site.at(f"/suivi/{thing}/responsable"), form).status_code == code


def test_text_of_another_encoding_is_no_fault(target: Target) -> None:
    """A part of a form may name its own encoding, and some make letters of it that nothing can write."""
    thing = target.site.kept[target.site.where]["target_id"]
    parts = {"csrf": target.csrf, "command_id": "e" * 32, "note": "\\ud800"}
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts.items()
    )
    answer = target.who.post(
        target.site.at(f"/suivi/{thing}/notes"),
        content=f"{body}--x--\r\n".encode(),
        headers={"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"},
    )
    assert answer.status_code == 400
    check_answer("unicode_escape", answer)
