"""The frame of every page: where one is, where one can go, how much waits there. Shows only what exists and one may."""

import re
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.web.mycarenet_time import TimeLeft, time_left
from api.web.tray import EMPTY, Tray, page_tray
from application.ports import Sql
from projections.counts import Counts, counts

_OF_ONE_PRACTICE = re.compile(r"[0-9a-f-]{12,}|\d{14}")
"""Part of a path that names a thing: by its id, its hash, its reference."""

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

    `home`: the visit in the practice whose menu is shown. `mycarenet`: how long its session there holds. `same`: path
    of the page inside a practice, as far as it names nothing of this one; `same_in`: where the user may open it.
    """

    home: "Visit | None" = None
    entries: tuple[Entry, ...] = ()
    practices: tuple[tuple[UUID, str], ...] = ()
    practice_name: str = ""
    tray: Tray = EMPTY
    mycarenet: TimeLeft | None = None
    same: str = ""
    same_in: frozenset[UUID] = frozenset()


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
    same, right = _same_page(visit) if len(mine) > 1 else ("", "")
    same_in = visit.quittance.accounts.practices(visit.session.user_id, visit.today, right) if same else ()
    entries = _entries(home, found)
    return Shell(home, entries, practices, name, page_tray(visit), time_left(visit), same, frozenset(same_in))


def _home(visit: "Visit", user_id: UUID, mine: tuple[UUID, ...]) -> "Visit":
    """On a page of no practice, like one's account, somebody who has but one stays in it."""
    if visit.where is not None or len(mine) != 1:
        return visit
    return replace(visit, where=mine[0], caller=visit.quittance.accounts.caller(user_id, mine[0], visit.today))


def _same_page(visit: "Visit") -> tuple[str, str]:
    """Where a switch to another practice leads, and the right that it takes: empty for its first page."""
    path = visit.looked_at[0].removeprefix(f"/c/{visit.where}")
    words = list(takewhile(lambda word: not _OF_ONE_PRACTICE.fullmatch(word), path.strip("/").split("/")))
    while visit.where and any(words):
        same = f"/{'/'.join(words)}"
        for route in visit.request.app.routes:
            right = visit.request.app.state.rights.get(getattr(route, "path", ""))
            if right and route.path_regex.match(visit.at(same)):
                return same, right
        words.pop()
    return "", ""


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
