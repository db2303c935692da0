"""What every page promises a browser, and what every list promises its reader (ui reference B8, rules 1 to 5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_plus, urlencode, urljoin, urlsplit

import httpx
import pytest
from starlette.routing import Match

from api.web.assets import FOLDER
from api.web.grids import GRIDS
from tests.api.practice import rows as sample_rows
from tests.web.markup import Element, forms, parse
from tests.web.matrix import BY_ITSELF, actions, every_way, own_pages, pages, readings, ways
from tests.web.site import RunningSite
from tests.web.visitor import PARTIAL, Visitor, is_html, local

POLICY = (
    "default-src 'none'; script-src 'nonce-{}'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types htmx"
)
_LEADS = ("href", "src", "action", "formaction", "hx-get", "hx-post", "hx-push-url", "xlink:href", "poster", "data")
TEMPLATES = FOLDER.parent / "templates"
WITH_HTMX = frozenset({"base.html", "ui.html", "_beside.html"})


@dataclass
class Seen:
    """All answers of a walk through the pages, and every address that was met."""

    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)

    def note(self, address: str, answer: httpx.Response) -> httpx.Response:
        self.answers.append((address, answer))
        return answer

    @property
    def html(self) -> Iterator[tuple[str, httpx.Response, Element]]:
        for address, answer in self.answers:
            if is_html(answer):
                yield address, answer, parse(answer.text)


@pytest.fixture(scope="module")
def seen(site: RunningSite) -> Seen:
    """Every page in whole, every list in part, and pages of errors."""
    seen, who = Seen(), site.sign_in("administrator")
    for way in readings(site):
        if way.path.startswith(BY_ITSELF):
            continue
        address = way.address(site)
        answer = seen.note(address, who.get(address))
        if answer.status_code == 303:
            address = local(answer.headers["location"])
            answer = seen.note(address, who.get(address))
        if is_html(answer) and parse(answer.text).all(id="list"):
            seen.note(f"{address} (part)", who.get(address, headers=PARTIAL))
    steps = site.anonymous()
    site.first_sign_in("steps", site.add_user("steps"), steps)
    site.sign_in_again("steps", "/login", steps)
    seen.answers += [(str(answer.request.url.path), answer) for answer in steps.sent]
    nobody, reader = site.anonymous(), site.sign_in("accountant")
    seen.note("unknown path", who.get(site.at("/il-n-y-a-rien")))
    seen.note("unknown practice", who.get(site.at("", site.elsewhere)))
    seen.note("wrong query", who.get(site.at("/historique/envois?sort=nothing")))
    seen.note("wrong method", who.call("DELETE", "/login"))
    seen.note("refused sign-in", nobody.post_form("/login", "/login", {"login": "x", "password": "y"}))
    seen.note("no such form", who.post(site.at("/recherche"), {"q": "x"}))
    denied = [way.address(site) for way in readings(site) if way.right not in (None, "read", "note")]
    seen.note("no right", reader.get(denied[0]))
    return seen


def test_every_page_has_an_example(site: RunningSite) -> None:
    """A screen that nobody entered in the matrix fails here, and so does one that answers with an error."""
    who = site.sign_in("administrator")
    odd = []
    lacking = {f"{way}: {{{name}}}" for way in every_way(site) for name in way.lacking}
    assert not lacking, f"add an example to tests/web/matrix.py for {sorted(lacking)}"
    for way in pages(site):
        answer = who.followed(who.get(way.address(site)))
        if answer.status_code != 200 or not is_html(answer):
            odd.append(f"{way}: {answer.status_code} {answer.headers['content-type']}")
    assert not odd, f"faulty, or to be entered in NOT_PAGES: {odd}"


def test_every_file_says_what_it_is(site: RunningSite) -> None:
    """And is never opened as part of our site: a download, or data that no browser runs."""
    who, odd = site.sign_in("administrator"), []
    for way in ways(site):
        if way.method == "GET" and way.file_kind:
            answer = who.get(way.address(site))
            headers = answer.headers
            kept = (answer.status_code, headers.get("content-type"), headers.get("x-content-type-options"))
            if kept != (200, way.file_kind, "nosniff") or "no-store" not in headers.get("cache-control", ""):
                odd.append(f"{way}: {kept} {headers.get('cache-control')}")
            elif not way.path.startswith(BY_ITSELF) and "attachment" not in headers.get("content-disposition", ""):
                odd.append(f"{way}: no download")
    assert not odd, odd


def test_no_route_stands_in_the_way_of_another(site: RunningSite) -> None:
    for way in ways(site):
        assert way_to(site, way.method, urlsplit(way.address(site)).path) == way.path


def test_every_answer_carries_the_strict_policy_with_its_own_nonce(seen: Seen) -> None:
    for address, answer in seen.answers:
        check_answer(address, answer)
    nonces = [nonce_of(answer) for _, answer, _ in seen.html]
    assert len(nonces) == len(set(nonces)) > 40


def test_the_description_of_the_api_has_a_policy_of_its_own(site: RunningSite) -> None:
    answer = site.sign_in("auditor").get(BY_ITSELF)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; script-src 'nonce-{nonce_of(answer)}'; ")
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    for element in parse(answer.text).walk():
        for name in _LEADS:
            assert not urlsplit(element.get(name)).netloc, element.get(name)


def test_no_page_says_what_the_policy_forbids_or_names_another_site(seen: Seen) -> None:
    checked = [check_page(address, answer, page) for address, answer, page in seen.html]
    assert sum(checked) > 100, "elements of htmx"


def test_no_template_says_what_the_policy_forbids() -> None:
    """Also what no page above happened to show; attributes of htmx stand in the macros alone, which add the nonce."""
    for file in sorted(TEMPLATES.glob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", file.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"<(style|iframe|object|embed|base)\b|javascript:", text), file.name
        assert not re.search(r"""\s(style|on[a-z]+|srcdoc)\s*=\s*["']""", text), file.name
        assert len(re.findall("<script", text)) == len(re.findall('<script nonce="{{ nonce }}" src="', text)), file.name
        if file.name not in WITH_HTMX:
            assert not re.search(r"\bhx-", text), file.name


def test_every_form_is_ours_and_leads_somewhere(site: RunningSite, seen: Seen) -> None:
    for address, _, page in seen.html:
        for form in page.all("form"):
            if form.get("method") == "dialog":
                continue
            where = urlsplit(urljoin(address, form.get("action") or address)).path
            method = (form.get("method") or "get").upper()
            assert way_to(site, method, where), f"{address}: {method} {where} is no route"
            for button in form.all("button", "formaction"):
                leads = urlsplit(urljoin(address, button.get("formaction"))).path
                used = (button.get("formmethod") or method).upper()
                assert way_to(site, used, leads), f"{address}: button to {leads}"
            if method == "POST":
                given = form.all("input", name="csrf")
                assert len(given) == 1, f"{address}: {where}"
                assert re.fullmatch(r"[0-9a-f]{64}", given[0].get("value")), f"{address}: {where}"
            names = [item.get("value") for item in form.all("input", name="command_id")]
            assert len(names) == len(set(names)) <= 1


def test_every_link_leads_to_a_page(site: RunningSite, seen: Seen) -> None:
    for address, _, page in seen.html:
        for link in page.all("a", "href"):
            if link.get("href") and not link.get("href").startswith("#"):
                path = urlsplit(urljoin(address.removesuffix(" (part)"), link.get("href"))).path
                assert way_to(site, "GET", path), f"{address}: {link.get('href')} ({link.text})"


def test_a_form_that_is_not_ours_changes_nothing(site: RunningSite) -> None:
    who, other = site.sign_in("administrator"), site.sign_in("office")
    theirs = other.see(site.at("/historique")).all("input", name="csrf")[0].get("value")
    head = site.quittance.log.head()
    for way in actions(site):
        for given in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": theirs}, {"csrf": "é"}):
            answer = who.post(way.address(site), {**given, "command_id": "f" * 32})
            assert answer.status_code == 403, (way, given)
    assert site.quittance.log.head() == head
    assert who.get("/c").status_code == 404
    assert who.get(site.at("/historique/envois?sort=month")).status_code == 200


def test_a_part_is_that_of_the_whole(site: RunningSite) -> None:
    """The same rows in the same markup; the address without what was not asked."""
    who, lists = site.sign_in("administrator"), 0
    for address, page in listed(site, who):
        part, whole = who.partial(address), who.get(address)
        assert part.status_code == 200, address
        assert "<html" not in part.text
        assert row_ids(parse(part.text)) == row_ids(page), address
        assert plain(part).partition("<hx-partial")[0].strip() in plain(whole), address
        assert "HX-Request-Type" in part.headers["vary"]
        pushed = urlsplit(part.headers["hx-push-url"])
        assert pushed.path == urlsplit(address).path
        assert not [one for one in pushed.query.split("&") if one.endswith("=")], address
        lists += bool(row_ids(page))
    assert lists >= len(GRIDS) - 1, "all but one have rows"


def test_every_filter_sort_and_tab_opens_cold(site: RunningSite) -> None:
    """In a new window, from the address alone, the page is what a person saw who clicked there."""
    who, seen = site.sign_in("administrator"), 0
    for address, _ in listed(site, who):
        start = f"{address}{'&' if '?' in address else '?'}limit=25"
        for leads in sorted(views_of(start, who.see(start))):
            warm, cold = who.partial(leads), site.sign_in("administrator").get(leads)
            assert (warm.status_code, cold.status_code) == (200, 200), leads
            assert plain(warm).partition("<hx-partial")[0].strip() in plain(cold), leads
            seen += 1
    assert seen > 100


def test_every_tab_of_a_thing_opens_cold(site: RunningSite) -> None:
    """A tab is a page of its own: it says which it is, and the whole menu stands around it."""
    who, tabs = site.sign_in("administrator"), 0
    for way in own_pages(site):
        page = parse(who.followed(who.get(way.address(site))).text)
        for link in [link for found in page.of_class("tabs") for link in found.all("a", "href")]:
            cold = site.sign_in("administrator").see(urljoin(way.address(site), link.get("href")))
            (current,) = [one for found in cold.of_class("tabs") for one in found.all("a", aria_current="page")]
            assert current.text == link.text, (way.path, link.get("href"))
            assert cold.of_class("sidebar"), way.path
            tabs += 1
    assert tabs > 10


def test_nobody_is_named_in_an_address(site: RunningSite, seen: Seen) -> None:
    people = [row for row in sample_rows() if row["kind"] == "patient"]
    numbers = {row[name] for row in people for name in ("ssin", "affiliation_number") if row.get(name)}
    names = {row["last_name"].casefold() for row in people}
    for address, answer, page in seen.html:
        leads = [element.get(name) for element in page.walk() for name in _LEADS]
        for lead in (address, *leads, answer.headers.get("hx-push-url", "")):
            decoded = unquote_plus(lead).casefold()
            assert not any(number in decoded for number in numbers), address
            assert not names & set(re.findall(r"[^\W\d_]+", decoded)), (address, lead)
            assert "last_name=" not in decoded, lead
            assert "ssin=" not in decoded, lead


def test_nobody_is_named_in_a_title(site: RunningSite, seen: Seen) -> None:
    """Browsers remember titles, and show them to whoever opens the history."""
    names = {row["last_name"].casefold() for row in sample_rows() if row["kind"] == "patient"}
    titles = {address: page.one("head").one("title").children for address, _, page in seen.html if page.all("title")}
    assert any("/patients/" in address for address in titles)
    for address, words in titles.items():
        title = " ".join(map(str, words)).casefold()
        assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", title)], (address, title)


# ---- what the tests above have in common


def nonce_of(answer: httpx.Response) -> str:
    found = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert found
    return found[1]


def row_ids(page: Element) -> list[str]:
    return [row.get("id") for row in page.all("tr", "id")]


def plain(answer: httpx.Response) -> str:
    """Its markup without what is new each time."""
    return re.sub(r'(?<=name="command_id" value=")[0-9a-f]+', "", answer.text.replace(nonce_of(answer), ""))


def check_answer(address: str, answer: httpx.Response) -> None:
    """The headers that every answer carries, a page its policy besides."""
    for name, value in {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
    }.items():
        assert answer.headers.get(name) == value, (address, name)
    if is_html(answer):
        nonce = nonce_of(answer)
        assert answer.headers["content-security-policy"] == POLICY.format(nonce), address
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert len(nonce) >= 20


def check_page(address: str, answer: httpx.Response, page: Element) -> int:
    """No style, no handler, no script of its own, nothing of htmx without the nonce, no other site. So much of htmx."""
    nonce, powered = nonce_of(answer), 0
    for element in page.walk():
        told = f"{address}: <{element.tag} {element.attributes}>"
        assert element.tag not in ("style", "base", "iframe", "object", "embed"), told
        assert not [name for name in element.attributes if name == "style" or name.startswith("on")], told
        if element.tag == "script":
            assert element.get("nonce") == nonce, told
            assert element.get("src"), told
            assert not element.children, told
        if any(name.startswith(("hx-", "data-hx-")) for name in element.attributes):
            assert element.get("hx-nonce") == nonce, told
            powered += 1
        for name in _LEADS:
            assert not urlsplit(element.get(name)).scheme, told
            assert not urlsplit(element.get(name)).netloc, told
    bare = re.sub(r'xmlns="http://www\.w3\.org/2000/svg"', "", answer.text)
    assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", bare), address
    return powered


def way_to(site: RunningSite, method: str, path: str) -> str:
    """The route that answers, empty when none does."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    found = next((route for route in site.app.pages.routes if route.matches(scope)[0] == Match.FULL), None)
    return getattr(found, "path", "")


def listed(site: RunningSite, who: Visitor) -> Iterator[tuple[str, Element]]:
    """Address and page of every list."""
    for way in own_pages(site):
        answer = who.get(way.address(site))
        address = way.address(site)
        if answer.status_code == 303:
            address = local(answer.headers["location"])
            answer = who.get(address)
        page = parse(answer.text)
        if page.all(id="list"):
            yield address, page


def views_of(address: str, page: Element) -> set[str]:
    """Same list, otherwise: every link to it, every choice of its form."""
    here = urlsplit(address)
    found = {urljoin(address, link.get("href")) for link in page.all("a", "href")}
    for form in forms(page, here.path, "get"):
        for choice in form.all("select", "name"):
            for option in choice.all("option"):
                if option.get("value"):
                    found.add(f"{here.path}?{urlencode({choice.get('name'): option.get('value')})}")
    return {one for one in found if urlsplit(one).path == here.path and urlsplit(one).query}
