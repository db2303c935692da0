"""An identity card opens the practice's session: what the script of the page (`session.js`) asks of us, in JSON.

The card is in the reader of the person's own computer. The script asks the agent there, and carries what is to be
signed between it and us. The token by which the agent knows our pages in this browser is kept in a cookie that no
script reads, and handed to the script of that page alone; it opens nothing here.
"""

import re
from base64 import b64decode, b64encode
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from api.web.doors import Door
from api.web.form_fields import identifier
from api.web.in_place import Refusal, told
from api.web.visit import Visit
from application.ports import Context, Meta
from domain.errors import Invalid

router = APIRouter(prefix="/c/{where}/session")
READER = "__Host-quittance-reader"
"""The token by which the agent of this computer knows our pages in this browser."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
_LONGEST_TOKEN = 100
_A_YEAR_S = 31_536_000
_MOST_BASE64 = 400_000
MayHoldSessionNow = Annotated[Visit, Depends(Door("session", is_kept=False))]
"""What holds a password or is of this minute does not wait for a sign-in."""


@router.post("/carte/demande")
def prepare_card(visit: MayHoldSessionNow) -> Response:
    """For the script: what the card is to sign, in the name of its certificate."""
    sessions = visit.quittance.sessions_over_mycarenet

    def act() -> Response:
        context = Context(Meta(visit.known_caller.actor, correlation_id=visit.request.state.correlation_id))
        made = sessions.prepare_card(context, visit.practice, _bytes(visit, "certificate"))
        return JSONResponse({"request_id": str(made.request_id), "envelope": b64encode(made.envelope).decode()})

    return told(visit, act, _to_script)


@router.post("/carte")
def open_with_card(visit: MayHoldSessionNow) -> Response:
    """For the script: the same message with the card's signature. Leads to the page of the open session."""
    sessions = visit.quittance.sessions_over_mycarenet

    def act() -> Response:
        request_id, signed = identifier(visit, "request_id"), _bytes(visit, "envelope")
        return visit.do(
            lambda context: sessions.finish_card(context, visit.practice, request_id, signed),
            lambda _: visit.at("/session"),
        )

    return told(visit, act, _to_script)


@router.post("/lecteur")
def link_reader(visit: MayHoldSessionNow) -> Response:
    """For the script: keep the token that the agent gave to this browser."""

    def act() -> Response:
        token = visit.text("token", _LONGEST_TOKEN)
        if not _TOKEN.fullmatch(token):
            raise Invalid("field_invalid", "token: give the agent's.", field="token")
        answer = JSONResponse({})
        answer.set_cookie(READER, token, max_age=_A_YEAR_S, path="/", secure=True, httponly=True, samesite="strict")
        return answer

    return told(visit, act, _to_script)


def _to_script(refusal: Refusal) -> Response:
    """Its words are shown as they are."""
    return JSONResponse({"code": refusal.code, "text": refusal.detail}, status_code=422)


def _bytes(visit: Visit, name: str) -> bytes:
    """A field in base64. Raises `Invalid`."""
    try:
        return b64decode(visit.text(name, _MOST_BASE64), validate=True)
    except ValueError:
        raise Invalid("field_invalid", f"{name}: give base64.", field=name) from None
