"""The stream as the service holds it: one a page, a sign of life every 15 s with the place reached, and it ends when told."""

import httpx

from api.web import live
from api.web.site import Site
from tests.api.service import running
from tests.web.matrix import own_pages
from tests.web.site import RunningSite
from tests.web.visitor import PARTIAL


def test_every_page_of_a_practice_holds_one_stream_and_no_other_page_any(site: RunningSite) -> None:
    """A browser has six connections for all its windows; the past changes no more, a part is of a page that has one."""
    who, held = site.sign_in("administrator"), 0
    for way in own_pages(site):
        address = way.address(site)
        answer = who.followed(who.get(address))
        expected = 1 if answer.url.path.startswith(site.at()) else 0
        assert answer.text.count("hx-sse:connect") == expected, way.path
        assert answer.text.count(f'hx-sse:connect="{site.at("/live")}?after=') == expected, way.path
        held += expected
        if way.is_of_practice:
            assert (
                "hx-sse:connect"
                not in who.followed(who.get(f"{address}{'&' if '?' in address else '?'}as_of={site.today}")).text
            ), way.path
        if 'id="list"' in answer.text:
            part = who.get(answer.url.raw_path.decode(), headers=PARTIAL).text
            assert 'id="list"' in part, way.path
            assert "hx-sse:connect" not in part, way.path
    assert held > 30


def test_a_stream_says_every_fifteen_seconds_how_far_it_is() -> None:
    """Proxies close what is silent for a minute; the number is where a browser goes on after a break."""
    assert live.HEARTBEAT_S == 15.0


def test_a_service_that_is_told_to_stop_ends_the_streams_first(site: RunningSite) -> None:
    """By itself it never would; and it breaks none off, so that a browser connects again as after any end."""
    cookies = "; ".join(f"{name}={value}" for name, value in site.sign_in("office").cookies.items())
    headers = {"Cookie": cookies, "Accept": "text/event-stream"}
    with httpx.Client(timeout=20) as client:
        with running(site.quittance, Site(site.quittance)) as url:
            request = client.build_request("GET", url + site.at("/live"), headers=headers)
            answer = client.send(request, stream=True)
            lines = answer.iter_lines()
            assert next(lines).startswith("retry: ")
        assert "event: ended" not in list(lines), "it would not connect again"
        answer.close()
