"""The agent's own pages, on its own origin: what it is linked to, and the window where the PIN is typed."""

from contextlib import suppress
from hmac import compare_digest
from pathlib import Path
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.x509.oid import NameOID
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from infrastructure.reader_agent import texts
from infrastructure.reader_agent.agent import Agent
from infrastructure.reader_agent.errors import CardError, RequestError
from infrastructure.reader_agent.pin import wipe
from infrastructure.reader_agent.version import AGENT

_FOLDER = Path(__file__).parent / "pages"
_COOKIE = "quittance-agent"
_TEMPLATES = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
router = APIRouter()


@router.get("/agent.css")
def style() -> Response:
    """Of all pages."""
    return FileResponse(_FOLDER / "agent.css", media_type="text/css")


@router.get("/")
def home(request: Request, key: str = "") -> Response:
    """For whoever started the agent: the key in its address becomes a cookie and leaves the address."""
    agent = _agent(request)
    if key and compare_digest(key.encode(), agent.key.encode()):
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(_COOKIE, agent.key, httponly=True, samesite="strict")
        return answer
    return _home(request)


@router.post("/code")
def code(request: Request) -> Response:
    """Shown once, on this page."""
    return _home(request, with_code=True)


@router.post("/unpair")
async def unpair(request: Request) -> Response:
    """Its pages must be paired anew."""
    fields = parse_qs((await request.body()).decode())
    if _is_own(request):
        await run_in_threadpool(_agent(request).pairings.remove, fields.get("origin", [""])[0])
    return _home(request)


@router.get("/pin/{secret}")
def pin(request: Request, secret: str) -> Response:
    """Who asks, for whom, with whose card; and how it went."""
    try:
        asked = _agent(request).desk.of_window(secret)
    except RequestError as error:
        return _page(request, "pin.html", status=404, title="pin_title", asked=None, problem=error.code)
    return _page(
        request, "pin.html", asked.lang, title="pin_title", asked=asked, holder=_name(asked.holder.certificate)
    )


@router.post("/pin/{secret}")
async def typed(request: Request, secret: str) -> Response:
    """The digits go from the body of the request into a buffer that is wiped; no text is made of them."""
    digits, last_try_confirmed = await _typed(request)
    desk = _agent(request).desk
    try:
        asked = desk.of_window(secret)
    except RequestError:
        wipe(digits)
    else:
        await run_in_threadpool(desk.typed, asked, digits, last_try_confirmed=last_try_confirmed)
    return RedirectResponse(f"/pin/{secret}", status_code=303)


@router.post("/pin/{secret}/cancel")
def cancel(request: Request, secret: str) -> Response:
    """Nothing will be signed."""
    desk = _agent(request).desk
    with suppress(RequestError):
        desk.give_up(desk.of_window(secret))
    return RedirectResponse(f"/pin/{secret}", status_code=303)


async def _typed(request: Request) -> tuple[bytearray, bool]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
    digits, last_try_confirmed = bytearray(), False
    parts = body.split(b"&")
    wipe(body)
    for part in parts:
        if part.startswith(b"pin="):
            digits = part[4:]
        last_try_confirmed = last_try_confirmed or part == b"last_try=yes"
        wipe(part)
    return digits, last_try_confirmed


def _home(request: Request, *, with_code: bool = False) -> Response:
    if not _is_own(request):
        return _page(request, "home.html", status=403, title="title", locked=True, version=AGENT)
    agent, problem = _agent(request), ""
    try:
        states = agent.cards.states()
    except CardError as error:
        states, problem = [], error.code
    shown = agent.pairings.new_code() if with_code else ""
    return _page(
        request,
        "home.html",
        title="title",
        locked=False,
        code=shown,
        states=states,
        problem=problem,
        paired=agent.pairings.all(),
        version=AGENT,
    )


def _page(request: Request, template: str, lang: str = "", status: int = 200, **values: object) -> Response:
    settings = _agent(request).settings
    wanted = request.query_params.get("lang", "") or lang
    chosen = texts.chosen(wanted, request.headers.get("accept-language", ""), settings.lang)
    values |= {"lang": chosen, "_": lambda key: texts.of_page(key, chosen)}
    values["said"] = lambda code: texts.of_code(code, chosen)
    return HTMLResponse(_TEMPLATES.get_template(template).render(**values), status_code=status)


def _is_own(request: Request) -> bool:
    return compare_digest(request.cookies.get(_COOKIE, "").encode(), _agent(request).key.encode())


def _agent(request: Request) -> Agent:
    found: Agent = request.app.state.agent
    return found


def _name(certificate: x509.Certificate) -> str:
    """Of the card's holder, as the certificate says it."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value).removesuffix(" (Authentication)") if found else ""
