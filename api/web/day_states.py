"""Help: where a billing day can stand, and what may be done with it there."""

from fastapi import APIRouter, Response

from api.web.doors import MayRead
from domain.day_states import COMMANDS, TABLE

router = APIRouter(prefix="/c/{where}/aide/etats")


@router.get("")
def show_states(visit: MayRead) -> Response:
    """The table by which every command on a day is decided."""
    return visit.page("day_states.html", states=TABLE, commands=COMMANDS)
