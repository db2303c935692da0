"""Something changed: one stream a page says so, and never what. The page shows a notice and swaps nothing by itself.

Listening is not using: the stream looks at the session without noting it as used, so a page left open does not keep
anybody signed in.
"""

from asyncio import sleep
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.rest.headers import position_in
from api.rest.problems import Problem
from api.web.doors import Door, SignInNeeded
from api.web.news import news_for
from api.web.tray import Tray, tray_of
from api.web.visit import Visit
from application.access import NotAuthenticated, NotPermitted
from domain.errors import NotFound

router = APIRouter(prefix="/c/{where}/live")
HEARTBEAT_S = 15.0
_TOGETHER_S = 1.0
"""What happens within this time is one message: a settlement of thousands of lines is one change to a person."""
_MOVING_S = 2.0
"""Jobs go on without an event: a file is read, a row fails."""
_FAR = 5_000
_LAST = "Last-Event-ID"
_ENDED = b"event: ended\ndata: \n\n"


class ListeningDoor(Door):
    """A stream has no use for the page of the sign-in: it is told that there is no session."""

    async def let_in(self, request: Request) -> Visit:
        """As any door, but for a missing session: raises `Problem`."""
        try:
            return await super().let_in(request)
        except SignInNeeded:
            raise Problem(401, "not_authenticated") from None


MayListen = Annotated[Visit, Depends(ListeningDoor("read", is_use=False))]


@router.get("")
async def listen(
    visit: MayListen,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    about: UUID | None = None,
    tray: Annotated[str, Query(pattern="^([0-9a-f]{12})?$")] = "",
    but: UUID | None = None,
) -> Response:
    """Notices behind a position, whose id is the position; `ended` when the session is over; `alive` in between.

    `about`: the thing that the page shows. `tray`: mark of the tray that it shows, `but` one job: `jobs` when it is
    another one by now.
    """
    last = position_in(visit.request, _LAST)
    body = _notices(visit, last if last is not None else after, about, Tray(but=but), tray)
    return StreamingResponse(body, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/travaux")
def show_tray(visit: MayListen) -> Response:
    """The tray alone, when the stream said that it is another one; `but`: without that job."""
    return visit.page("_tray.html")


async def _notices(visit: Visit, after: int, about: UUID | None, tray: Tray, shown: str) -> AsyncIterator[bytes]:
    watch: Any = visit.request.app.state.of_the_service.head_watch
    head = await run_in_threadpool(visit.quittance.log.head)
    if after and head - after > _FAR:
        yield _told("changed", head)
    if not after or head - after > _FAR:
        after = head
    yield b"retry: 2000\n\n"
    while True:
        news = await run_in_threadpool(news_for, visit, after, about)
        after = news.upto
        if news.notices:
            if not await run_in_threadpool(is_alive, visit):
                yield _ENDED
                return
            for name, address in news.notices.items():
                yield _told(name, after, address)
        tray = await run_in_threadpool(tray_of, visit, tray.but)
        if tray.mark != shown:
            shown = tray.mark
            yield _told("jobs", after)
        if await watch.grown(after, min(HEARTBEAT_S, _MOVING_S) if tray.is_moving else HEARTBEAT_S):
            await sleep(_TOGETHER_S)
            continue
        if await visit.request.is_disconnected() or watch.is_closing:
            return
        if not await run_in_threadpool(is_alive, visit):
            yield _ENDED
            return
        yield _told("alive", after)


def is_alive(visit: Visit) -> bool:
    """Whether the session goes on and its person may still read here; asking does not lengthen it."""
    session, quittance = visit.session, visit.quittance
    if session is None or visit.where is None:
        return False
    opened = (one.opened_at for one in quittance.accounts.sessions_of(session.user_id) if one.is_complete)
    if session.opened_at not in opened:
        return False
    try:
        quittance.accounts.caller(session.user_id, visit.where, visit.today).require("read")
    except (NotFound, NotPermitted, NotAuthenticated):
        return False
    return True


def _told(name: str, position: int, data: str = "") -> bytes:
    return f"id: {position}\nevent: {name}\ndata: {data}\n\n".encode()
