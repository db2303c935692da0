"""Close the books of the practice through a month, and open them again: forms of the practice's page."""

import re
from collections.abc import Callable

from fastapi import APIRouter, Response

from api.web.doors import MayAdminister, MayClose
from api.web.form_fields import done_or_wrong
from api.web.practice import practice_page
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context

router = APIRouter(prefix="/c/{where}/cabinet/livres")
_BELGIAN = re.compile(r"(\d{2})/(\d{4})")


@router.post("/cloturer")
def close_books(visit: MayClose) -> Response:
    """What was given up until then stands."""
    return _done(visit, "close", lambda context: visit.quittance.periods.close(context, visit.practice, _month(visit)))


@router.post("/rouvrir")
def reopen_books(visit: MayAdminister) -> Response:
    """With a reason."""
    return _done(
        visit, "reopen", lambda context: visit.quittance.periods.reopen(context, visit.practice, _month(visit))
    )


def _done(visit: Visit, form: str, act: Callable[[Context], Done[str]]) -> Response:
    return done_or_wrong(
        visit,
        form,
        act,
        "/cabinet#livres",
        lambda wrong: practice_page(visit, wrong),
        about=visit.practice,
        needs_reason=form == "reopen",
    )


def _month(visit: Visit) -> str:
    """As the field sends it, or as typed mm/aaaa where the browser has no such field."""
    given = visit.text("month", 10)
    typed = _BELGIAN.fullmatch(given)
    return f"{typed[2]}-{typed[1]}" if typed else given
