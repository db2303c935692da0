"""Who may speak to the agent at all: by the name it was called (Host), and the pages that call (Origin)."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API = "/v1/"
_MOST_BYTES = 512 * 1024
_LOCAL = ("127.0.0.1", "localhost")
_OWN_PAGES = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers send the forms of these pages as from nowhere
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True, slots=True)
class Gate:
    """`origins`: the only ones that may call, all that look like a page's when empty."""

    app: ASGIApp
    port: int
    origins: tuple[str, ...]
    failed: Callable[[Exception], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What fails behind it is noted by `failed` and goes no further."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_api = scope["path"].startswith(API)
        extra = {"Access-Control-Allow-Origin": headers.get("origin", ""), "Vary": "Origin"} if is_api else {}
        refusal = self._refusal(scope, headers, is_api=is_api)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if is_api and scope["method"] == "OPTIONS":
            await Response(status_code=204, headers={**extra, **_PREFLIGHT})(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update({**_OWN_PAGES, **extra})
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception as error:  # noqa: BLE001 - answered by then; its words may not reach the server's own log
            self.failed(error)

    def _refusal(self, scope: Scope, headers: Headers, *, is_api: bool) -> Response | None:
        own = {f"{name}:{self.port}" for name in _LOCAL}
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in own:
            return _refused(400, "host_refused")
        if is_api and not self._is_page(origin):
            return _refused(403, "origin_refused")
        if not is_api and scope["method"] != "GET" and origin != f"http://{host}":
            return _refused(403, "origin_refused")
        if scope["method"] in ("POST", "PUT", "PATCH"):
            length = headers.get("content-length", "")
            if not (length.isascii() and length.isdigit()):
                return _refused(411, "length_missing")
            if int(length) > _MOST_BYTES:
                return _refused(413, "body_too_large")
        return None

    def _is_page(self, origin: str | None) -> bool:
        """Served over TLS, or from this very machine."""
        if origin is None or (self.origins and origin not in self.origins):
            return False
        parts = urlsplit(origin)
        if f"{parts.scheme}://{parts.netloc}" != origin or not parts.hostname:
            return False
        return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)


def _refused(status: int, code: str) -> Response:
    return JSONResponse({"code": code}, status_code=status)
