"""Around every request: a correlation id, headers that protect, one line of log, and an answer when all else fails.

The line names the route, never the path or query that came: somebody may have put a person's number there.
"""

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.rest.headers import CORRELATION, POSITION, given_name
from api.rest.problems import Problem, problem_of, response_to

LOG = logging.getLogger("quittance.requests")
FAULTS = logging.getLogger("quittance.faults")
PROTECTING = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Traffic:
    """The outermost layer of the application."""

    def __init__(
        self,
        app: ASGIApp,
        respond: Callable[[Problem, Request], Response] = response_to,
        protecting: Mapping[str, str] = PROTECTING,
    ) -> None:
        self._app, self._respond, self._protecting = app, respond, protecting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, begun = Request(scope, receive), perf_counter()
        request.state.correlation_id = uuid4().hex
        seen: dict[str, str] = {}

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._protecting.items():
                    headers.setdefault(name, value)
                headers.setdefault(CORRELATION, request.state.correlation_id)
                seen["status"] = str(message["status"])
                seen["position"] = headers.get(POSITION, "")
            await send(message)

        try:
            await self._enter(request, receive, marked, seen)
        finally:
            _note(request, seen, perf_counter() - begun)

    async def _enter(self, request: Request, receive: Receive, send: Send, seen: dict[str, str]) -> None:
        try:
            request.state.correlation_id = given_name(request, CORRELATION) or request.state.correlation_id
            await self._app(request.scope, receive, send)
        except Problem as problem:
            await self._respond(problem, request)(request.scope, receive, send)
        except Exception as error:
            _note_fault(request, error)
            if seen:
                raise
            await self._respond(problem_of(error), request)(request.scope, receive, send)


def _note(request: Request, seen: dict[str, str], took_s: float) -> None:
    state = request.state
    route = request.scope.get("route")
    line = {
        "method": request.method,
        "route": getattr(route, "path", "unknown"),
        "status": int(seen.get("status", 0)),
        "took_ms": round(took_s * 1000, 1),
        "actor": getattr(state, "actor", None),
        "correlation_id": state.correlation_id,
        "position": seen.get("position") or None,
        "problem": getattr(state, "problem", None),
    }
    LOG.info("%s", json.dumps({name: value for name, value in line.items() if value is not None}))


def _note_fault(request: Request, error: Exception) -> None:
    """Kind and places only: the message of a foreign error may repeat a value."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    line = {"fault": type(error).__name__, "correlation_id": request.state.correlation_id, "places": places[-12:]}
    FAULTS.error("%s", json.dumps(line))
