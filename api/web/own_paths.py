"""Addresses of ours: the page that a person looks at, also when what came is a form that stands on it."""

from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.routing import APIRoute

Query = list[tuple[str, str]]


def own_path(address: str, request: Request) -> str:
    """Path and query of an address of ours, empty for any other."""
    start = str(request.base_url)
    return "/" + address.removeprefix(start) if address.startswith(start) else ""


def came_from(request: Request) -> str:
    """Path and query of our page that led here, empty when none of ours did."""
    return own_path(request.headers.get("referer", ""), request)


def page_of(request: Request) -> tuple[str, Query]:
    """Path, and query without empty parameters, of the page that is looked at: one that can be opened again."""
    if request.method == "GET":
        return request.url.path, _filled(request.query_params.multi_items())
    before = urlsplit(came_from(request))
    if is_page(request, before.path):
        return before.path, _filled(parse_qsl(before.query))
    path = request.url.path
    while path and not is_page(request, path):
        path = path.rpartition("/")[0]
    return path or "/", []


def is_page(request: Request, path: str) -> bool:
    """Whether something can be opened at that path."""
    routes = (route for route in request.app.routes if isinstance(route, APIRoute))
    return any("GET" in (route.methods or ()) and route.path_regex.match(path) for route in routes)


def taker_of(request: Request, path: str) -> tuple[APIRoute | None, str]:
    """The route that takes a form sent to that path, and the practice that the path names, empty without one."""
    for route in request.app.routes:
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and (found := route.path_regex.match(path)):
            return route, found.groupdict().get("where", "")
    return None, ""


def _filled(query: Query) -> Query:
    return [(name, value) for name, value in query if value]
