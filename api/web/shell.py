"""The frame of every page: where one is, where one can go, how much waits there. Shows only what exists and one may."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

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
    Place("", _("À faire"), "list-todo", waits="open_items", key="a"),
    Place("/facturation", _("Facturation"), "send", right="bill", waits="prepared_sendings", key="f"),
    Place("/historique", _("Historique"), "history", key="h"),
    Place("/decomptes", _("Décomptes"), "folder-tree", waits="unread_settlements", key="d"),
    Place("/refus", _("Refus"), "triangle-alert", waits="undecided_days", key="r"),
    Place("/patients", _("Patients"), "users", right="medical", key="p"),
    Place("/prestataires", _("Prestataires"), "stethoscope", key="s"),
    Place("/importations", _("Importations"), "upload", key="i"),
    Place("/pilotage", _("Pilotage"), "chart-column", key="l"),
    Place("/audit", _("Audit"), "search-check", right="audit", key="u"),
    Place("/cabinet", _("Cabinet"), "building-2", key="c"),
    Place("/reglages", _("Réglages"), "settings", key="e"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """As shown."""

    place: Place
    address: str
    is_current: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Shell:
    """`practices`: id and name of each that the user may open. `counts` None: outside a practice."""

    entries: tuple[Entry, ...] = ()
    practices: tuple[tuple[UUID, str], ...] = ()
    practice_name: str = ""
    counts: Counts | None = None


def shell_of(visit: "Visit") -> Shell:
    """For a signed-in user; before that there is none."""
    if visit.session is None or visit.session.stage != "full":
        return Shell()
    mine = visit.quittance.accounts.practices(visit.session.user_id, visit.today)
    with visit.sql() as sql:
        practices = _named(sql, mine)
        found = counts(sql, [visit.where]) if visit.where and visit.caller else None
    name = dict(practices).get(visit.where, "") if visit.where else ""
    return Shell(_entries(visit, found), practices, name, found)


def _entries(visit: "Visit", found: Counts | None) -> tuple[Entry, ...]:
    if found is None:
        return ()
    known = {getattr(route, "path", "") for route in visit.request.app.routes}
    here = visit.request.url.path.removeprefix(f"/c/{visit.where}")
    shown = [place for place in PLACES if f"/c/{{where}}{place.path}" in known and visit.may_ever(place.right)]
    return tuple(
        Entry(
            place,
            visit.to(place.path),
            here == place.path or (place.path != "" and here.startswith(f"{place.path}/")),
            getattr(found, place.waits) if place.waits else None,
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
