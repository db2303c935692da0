"""Both doors at one address: pages for people, the API for programs."""

import re
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api.build import Quittance
from api.rest.app import create_app
from api.rest.problems import KINDS
from api.rest.traffic import Traffic
from api.web import assets, problems, screens, sign_in
from api.web.doors import SignInNeeded, check_doors, rights_of
from api.web.policy import PAGE_HEADERS

_SIGN_IN = ("login", "logout", "password", "second-factor", "code", "language", "account", "pending")
_TYPED_MONTH = re.compile(rb"\b(month=)(\d{2})(?:/|%2[Ff])(\d{4})\b")
_OURS = frozenset({"", "static", "c", "docs", "session", "support", *_SIGN_IN})


def create_pages(quittance: Quittance) -> FastAPI:
    """The pages alone. Raises `UnguardedRoute`, `AssetsMissing`."""
    assets.manifest()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.quittance = quittance
    app.router.redirect_slashes = False
    for router in (sign_in.router, *screens.ROUTERS):
        app.router.routes.extend(router.routes)
    check_doors(app.routes)
    app.state.rights = rights_of(app.routes)
    app.router.routes.append(assets.ROUTE)
    for kind in (SignInNeeded, *KINDS):
        app.add_exception_handler(kind, problems.handle)
    app.add_middleware(Traffic, respond=problems.problem_page, protecting=PAGE_HEADERS)
    return app


class Site:
    """Which of the two answers is decided by the first word of the path alone."""

    def __init__(self, quittance: Quittance) -> None:
        self.api = create_app(quittance)
        self.pages = create_pages(quittance)
        self.pages.state.of_the_service = self.api.state
        self.state: Any = self.api.state
        self._of_programs = {_first_word(getattr(route, "path", "")) for route in self.api.routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the beginning and end of the service."""
        app: ASGIApp = self.api
        if scope["type"] == "http" and self._is_a_page(scope):
            app = self.pages
            scope = {**scope, "query_string": _filled(scope["query_string"])}
        await app(scope, receive, send)

    def _is_a_page(self, scope: Scope) -> bool:
        """Ours by its first word, or an address that is nobody's, asked for by a browser: a person reads the answer."""
        word = _first_word(scope["path"])
        if word in _OURS or word in self._of_programs:
            return word in _OURS
        return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _filled(query: bytes) -> bytes:
    """A form sends its empty fields too: they mean that nothing was asked. A month may be typed as it is shown."""
    asked = b"&".join(part for part in query.split(b"&") if not part.endswith(b"="))
    return _TYPED_MONTH.sub(rb"\1\3-\2", asked)


def _first_word(path: str) -> str:
    return path.lstrip("/").partition("/")[0]
