"""The frame of every page: where one is, where one can go, how much waits there. Shows only what exists and one may."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.web.mycarenet_time import TimeLeft, time_left
from api.web.tray import EMPTY, Tray, page_tray
from application.ports import Sql
from projections.counts import Counts, counts

if TYPE_CHECKING:
    from api.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the menu. `waits`: the field of `Counts` that is shown beside it."""

    path: str
    label: str
    icon: str
    right: str = "read"
    waits: str = ""
    key: str = ""


def _(text: str) -> str:
    """Marks a text for the catalogue; it is translated where it is shown."""
    return text


PLACES = (
    Place("", _("À faire"), "list-todo", waits="work", key="a"),
    Place("/facturation", _("Facturation"), "send", waits="prepared_sendings", key="f"),
    Place("/historique", _("Historique"), "history", key="h"),
    Place("/decomptes", _("Décomptes"), "folder-tree", waits="unread_settlements", key="d"),
    Place("/refus", _("Refus"), "triangle-alert", waits="refusal_causes", key="r"),
    Place("/patients", _("Patients"), "users", right="medical", key="p"),
    Place("/prestataires", _("Prestataires"), "stethoscope", key="s"),
    Place("/tarifs", _("Tarifs"), "landmark", key="t"),
    Place("/importations", _("Importations"), "upload", key="i"),
    Place("/pilotage", _("Pilotage"), "chart-column", key="l"),
    Place("/audit", _("Audit"), "search-check", right="audit", key="u"),
    Place("/cabinet", _("Cabinet"), "building-2", key="c"),
    Place("/reglages", _("Réglages"), "settings", key="e"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """As shown. `count` None: nothing waits there by its nature, or the page is of the past."""

    place: Place
    address: str
    is_current: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Shell:
    """`practices`: id and name of each that the user may open. No entries: outside a practice.

    `home`: the visit in the practice whose menu is shown. `mycarenet`: how long its session there holds.
    """

    home: "Visit | None" = None
    entries: tuple[Entry, ...] = ()
    practices: tuple[tuple[UUID, str], ...] = ()
    practice_name: str = ""
    tray: Tray = EMPTY
    mycarenet: TimeLeft | None = None


def shell_of(visit: "Visit") -> Shell:
    """For a signed-in user; before that there is none."""
    if visit.session is None or visit.session.stage != "full":
        return Shell()
    mine = visit.quittance.accounts.practices(visit.session.user_id, visit.today)
    home = _home(visit, visit.session.user_id, mine)
    with visit.sql() as sql:
        practices = _named(sql, mine)
        # What waits, waits now: beside the figures of a past day it would be taken for theirs.
        shows = home.where and home.caller and home.as_of is None
        may = {"bills": home.may("bill"), "registers": home.may("register")}
        found = counts(sql, home.scope, home.today, **may) if shows else None
    name = dict(practices).get(home.where, "") if home.where else ""
    return Shell(home, _entries(home, found), practices, name, page_tray(visit), time_left(visit))


def _home(visit: "Visit", user_id: UUID, mine: tuple[UUID, ...]) -> "Visit":
    """On a page of no practice, like one's account, somebody who has but one stays in it."""
    if visit.where is not None or len(mine) != 1:
        return visit
    return replace(visit, where=mine[0], caller=visit.quittance.accounts.caller(user_id, mine[0], visit.today))


def _entries(visit: "Visit", found: Counts | None) -> tuple[Entry, ...]:
    if visit.where is None or visit.caller is None:
        return ()
    known = {getattr(route, "path", "") for route in visit.request.app.routes}
    here = visit.request.url.path.removeprefix(f"/c/{visit.where}")
    shown = [place for place in PLACES if f"/c/{{where}}{place.path}" in known and visit.may_ever(place.right)]
    return tuple(
        Entry(
            place,
            visit.to(place.path),
            here == place.path or (place.path != "" and here.startswith(f"{place.path}/")),
            getattr(found, place.waits) if found and place.waits else None,
        )
        for place in shown
    )


def _named(sql: Sql, ids: tuple[UUID, ...]) -> tuple[tuple[UUID, str], ...]:
    if not ids:
        return ()
    marks = ",".join("?" * len(ids))
    rows: Any = sql.rows(
        f"SELECT establishment_id, name FROM establishments WHERE establishment_id IN ({marks}) ORDER BY name", ids
    )
    return tuple((row["establishment_id"], row["name"]) for row in rows)
