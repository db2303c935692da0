"""Settings: the insurers' rules as applied, each with its source; the installation; API keys for administrators."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Response

from api.rest.rights import not_here
from api.web.doors import MayAdminister, MayRead
from api.web.form_fields import NOTHING, Wrong, needed, wrong_of
from api.web.grid_spec import Look
from api.web.timeline import name_of
from api.web.visit import Visit
from application.access import IssuedKey
from application.commit import Done
from application.ports import Context
from application.sessions import IDLE, LIFETIME
from domain import api_key as keys
from domain.errors import DomainError, Invalid
from domain.rules.limits import (
    FILES_PER_DAY,
    FILES_PER_MONTH,
    NOTICES,
    OWN_CORRECTIONS,
    PATIENT_DOCUMENTS,
    SILENCES,
    TIME_BARS,
)
from domain.rules.unions import GROUPED, UNIONS
from projections.api_keys import api_keys

router = APIRouter(prefix="/c/{where}/reglages")
Prefix = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]
MOST_DAYS = 1_826
_LOOKS: dict[str, Look] = {
    "open": ("state-sent", "check", "key_state.open"),
    "expired": ("state-done", "clock", "key_state.expired"),
    "revoked": ("state-done", "ban", "key_state.revoked"),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key that reaches no further than this practice. Never its secret."""

    prefix: str
    name: str
    scopes: tuple[str, ...]
    issued_at: datetime
    issued_by: str
    expires_at: datetime
    look: Look

    @property
    def is_open(self) -> bool:
        """Whether it still opens anything."""
        return self.look is _LOOKS["open"]


@router.get("")
def show_settings(visit: MayRead) -> Response:
    """All of it on one page."""
    return _page(visit, NOTHING)


@router.post("/cles")
def issue(visit: MayAdminister) -> Response:
    """A key for this practice alone; its token is shown once, in the answer of the form itself."""
    shown: list[IssuedKey] = []

    def act(context: Context) -> Done[IssuedKey]:
        done = visit.quittance.access.issue(context, name, scopes, (visit.practice,), days)
        shown.append(done.result)
        return done

    try:
        name, days = needed(visit, "name", 100), _days(visit)
        scopes = tuple(scope for scope in keys.SCOPES if visit.text(f"scope_{scope}") == "on")
        if not scopes:
            raise Invalid("scope_unknown", "scopes: choose at least one.", field="scope_read")
        answer = visit.do(act, lambda _: visit.at("/reglages"))
    except DomainError as error:
        return _page(visit, wrong_of(visit, "key", error))
    return visit.page("api_key.html", issued=shown[0]) if shown else answer


@router.post("/cles/{prefix}/revoquer")
def revoke(visit: MayAdminister, prefix: Prefix) -> Response:
    """Close a key of this practice at once."""
    if prefix not in {key.prefix for key in _keys(visit)}:
        not_here("api_key_unknown")
    return visit.do(lambda context: visit.quittance.access.revoke(context, prefix), lambda _: visit.at("/reglages"))


def _page(visit: Visit, wrong: Wrong) -> Response:
    settings = visit.quittance.settings
    return visit.page(
        "settings.html",
        status=422 if wrong.form else 200,
        wrong=wrong,
        files_per_day=FILES_PER_DAY,
        files_scope=settings.files_per_day_scope,
        files_per_month=FILES_PER_MONTH,
        time_bars=TIME_BARS,
        day_limits={"own": OWN_CORRECTIONS, "notice": NOTICES, "document": PATIENT_DOCUMENTS},
        grouped=GROUPED,
        unions=UNIONS,
        silent=SILENCES,
        session_hours=LIFETIME // timedelta(hours=1),
        idle_minutes=IDLE // timedelta(minutes=1),
        dialect=visit.quittance.store.database.dialect,
        keys=_keys(visit) if visit.may("admin") else (),
        scopes=keys.SCOPES,
    )


def _keys(visit: Visit) -> tuple[Key, ...]:
    """Those that reach no further than this practice, the latest first; a wider one is for the whole installation."""
    with visit.sql() as sql:
        rows = api_keys(sql)
    here, now = [str(visit.practice)], visit.quittance.clock.now()
    found = []
    for row in rows:
        if msgspec.json.decode(row["establishment_ids"]) != here:
            continue
        expires = datetime.fromisoformat(row["expires_at"])
        state = "revoked" if row["is_revoked"] else "open" if now < expires else "expired"
        scopes = msgspec.json.decode(row["scopes"], type=tuple[str, ...])
        issued = datetime.fromisoformat(row["issued_at"])
        who = name_of(visit, row["issued_by"])
        found.append(Key(row["prefix"], row["name"], scopes, issued, who, expires, _LOOKS[state]))
    return tuple(found)


def _days(visit: Visit) -> int:
    """Raises `Invalid`."""
    given = visit.text("days", 4)
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= MOST_DAYS):
        raise Invalid("days_invalid", f"days: give 1 to {MOST_DAYS}.", field="days")
    return int(given)
