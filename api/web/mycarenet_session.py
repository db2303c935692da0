"""The practice's session with MyCareNet: until when it holds, opening one with an eHealth P12, renewing, closing it.

Opening one with an identity card is the page's script and `mycarenet_card.py`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.web.actors import name_of
from api.web.billing_files import lacks_registration
from api.web.doors import MayHoldSession, MayRead, SignedIn
from api.web.form_fields import typed
from api.web.in_place import Refusal, told
from api.web.live import MayListen
from api.web.mycarenet_card import READER, MayHoldSessionNow
from api.web.mycarenet_elsewhere import open_also, others, ticked
from api.web.mycarenet_ended import last_end
from api.web.mycarenet_time import time_left
from api.web.policy import page_policy
from api.web.problems import roles_with
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from infrastructure.reader_agent import texts
from infrastructure.reader_agent.version import PROTOCOL
from projections import queued_questions
from projections.history import SENDINGS, SendingFilter, conditions

router = APIRouter()
_PATH = "/c/{where}/session"


@router.get("/session")
def choose_practice(visit: SignedIn) -> Response:
    """Where the agent's own window leads to: the session of the one practice of the user, or the choice."""
    assert visit.session is not None  # noqa: S101 - the door asks for it
    mine = visit.quittance.accounts.practices(visit.session.user_id, visit.today)
    return visit.go(f"/c/{mine[0]}/session") if len(mine) == 1 else visit.page("practices.html", then="/session")


@router.get(_PATH)
def show_session(visit: MayRead) -> Response:
    """Whether one is open, how to open one, and what waits for it."""
    return _page(visit)


@router.get(f"{_PATH}/reste")
def show_time_left(visit: MayListen) -> Response:
    """The line in the bar alone: time passes, and others open and close."""
    return visit.page("_mycarenet.html") if time_left(visit) else Response(status_code=204)


@router.post(f"{_PATH}/p12")
def open_with_p12(visit: MayHoldSessionNow) -> Response:
    """With a keystore and its password, also in the practices that were ticked; neither is kept or shown again."""
    sessions = visit.quittance.sessions_over_mycarenet

    def act() -> Response:
        content, password, also = visit.upload("p12"), typed(visit, "password"), ticked(visit)
        opened = visit.do(
            lambda context: sessions.open_with_p12(context, visit.practice, content, password),
            lambda _: visit.at("/session"),
        )
        refused = open_also(visit, also, content, password)
        return _page(visit, refused=refused) if refused else opened

    return told(visit, act, lambda refusal: _page(visit, refusal))


@router.post(f"{_PATH}/renouveler")
def renew(visit: MayHoldSession) -> Response:
    """The same session for longer."""
    return _shown(visit, visit.quittance.sessions_over_mycarenet.renew)


@router.post(f"{_PATH}/fermer")
def close(visit: MayHoldSession) -> Response:
    """Before its end."""
    return _shown(visit, visit.quittance.sessions_over_mycarenet.close)


def _shown(visit: Visit, act: Callable[[Context, UUID], Done[Any]]) -> Response:
    return told(
        visit,
        lambda: visit.do(lambda context: act(context, visit.practice), lambda _: visit.at("/session")),
        lambda refusal: _page(visit, refusal),
    )


def _page(visit: Visit, refusal: Refusal | None = None, refused: Mapping[UUID, str] = MappingProxyType({})) -> Response:
    """`refused`: why a session was not opened elsewhere, in words, by practice."""
    quittance, agent = visit.quittance, f"http://127.0.0.1:{visit.quittance.settings.agent_port}"
    is_needed = quittance.sessions_over_mycarenet.is_needed and visit.as_of is None
    session = quittance.sessions_over_mycarenet.current(visit.practice) if is_needed else None
    last = last_end(visit) if is_needed and session is None else None
    with visit.sql() as sql:
        queued = SENDINGS.count(sql, conditions(visit.scope, SendingFilter(status="queued")), visit.upto)
        questions = queued_questions.count(sql, visit.practice) if is_needed else 0
    answer = visit.page(
        "mycarenet_session.html",
        status=refusal.status if refusal else 409 if refused else 200,
        is_needed=is_needed,
        is_test=quittance.way.is_test,
        session=session,
        others=others(visit, refused) if is_needed and visit.may("session") else [],
        is_refused_elsewhere=bool(refused),
        opened_by=name_of(visit, session.opened_by) if session else "",
        last=last,
        queued=queued,
        questions=questions,
        lacks_registration=lacks_registration(visit),
        poll=quittance.lookups.last_poll(visit.practice),
        agent=agent,
        protocol=PROTOCOL,
        token=visit.request.cookies.get(READER, "") if visit.may("session") else "",
        openers=roles_with("session", visit.language),
        reader_words=texts.codes(visit.language),
        refusal=refusal,
    )
    answer.headers["Content-Security-Policy"] = page_policy(visit.nonce, agent if is_needed else "")
    return answer
