"""A user's own view of a list: which columns in which order, which filter at first, and filters with a name."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Response

from api.rest.headers import looks_like_a_number
from api.web.doors import MayRead
from api.web.grids import Exportable, grid_named
from api.web.own_view import columns_for, columns_of, preference, saved_filters
from api.web.visit import Visit
from domain.errors import Invalid

router = APIRouter(prefix="/c/{where}/colonnes")
_MOST_FILTERS = 20
_LONGEST_NAME = 40
_LONGEST_VALUE = 100
_LAST = 1_000
_HOW = frozenset({"sort", "descending", "limit"})
_MOVES = {"up": -1, "down": 1}


@router.get("/{grid}")
def show_columns(visit: MayRead, grid: str) -> Response:
    """Columns, the filter of the list one came from, and what was saved before."""
    shown = grid_named(visit, grid)
    return _page(visit, shown)


@router.post("/{grid}")
def choose_columns(visit: MayRead, grid: str) -> Response:
    """Remember which columns in which order; `usual`: as if never chosen; `up`, `down`: move one and stay here."""
    shown = grid_named(visit, grid)
    if visit.text("do", 10) == "usual":
        _keep(visit, f"columns.{grid}", None)
        return _back(visit, shown)
    chosen = _chosen(visit, shown)
    for move, step in _MOVES.items():
        if name := visit.text(move, 40):
            _keep(visit, f"columns.{grid}", _moved(chosen, name, step))
            return visit.go(visit.to(f"/colonnes/{grid}", back=_given(visit, "back"), moved=f"{move}-{name}"))
    _keep(visit, f"columns.{grid}", chosen)
    return _back(visit, shown)


@router.post("/{grid}/filtre")
def keep_filter(visit: MayRead, grid: str) -> Response:
    """Save the filter as the first one, or under a name; or forget what was saved."""
    shown = grid_named(visit, grid)
    do, name = visit.text("do", 10), visit.text("name", _LONGEST_NAME)
    kept = preference(visit, f"filters.{grid}")
    named = dict(kept) if isinstance(kept, Mapping) else {}
    if do == "first":
        _keep(visit, f"filter.{grid}", _query(visit, shown))
    elif do == "forget":
        _keep(visit, f"filter.{grid}", None)
    elif do == "name":
        if not name or looks_like_a_number(name) or (name not in named and len(named) >= _MOST_FILTERS):
            raise Invalid("filter_name_invalid", f"name: give one of at most {_LONGEST_NAME} characters.", field="name")
        _keep(visit, f"filters.{grid}", {**named, name: _query(visit, shown)})
    elif do == "drop":
        _keep(visit, f"filters.{grid}", {other: query for other, query in named.items() if other != name} or None)
    return visit.go(visit.to(f"/colonnes/{grid}", back=_given(visit, "back")))


def _page(visit: Visit, shown: Exportable) -> Response:
    spec = shown.spec
    chosen = [column.name for column in columns_of(visit, spec)]
    known = columns_for(visit, spec)
    rest = [column.name for column in known if column.name not in chosen]
    by_name = {column.name: column for column in known}
    return visit.page(
        "columns.html",
        spec=spec,
        columns=[by_name[name] for name in [*chosen, *rest]],
        chosen=chosen,
        back=visit.request.query_params.get("back", ""),
        focus=_focus(visit.request.query_params.get("moved", ""), chosen),
        saved=saved_filters(visit, spec),
        has_first=preference(visit, f"filter.{spec.name}") is not None,
        most_characters=_LONGEST_NAME,
    )


def _chosen(visit: Visit, shown: Exportable) -> list[str]:
    """Columns that are ticked, by their numbers. Raises `Invalid`."""
    known = [column.name for column in columns_for(visit, shown.spec)]
    places = {name: _place(visit, name) for name in known if visit.text(f"show-{name}", 5)}
    if not places:
        raise Invalid("columns_none", "Choose at least one column.", field="columns")
    return sorted(places, key=lambda name: (places[name], known.index(name)))


def _moved(chosen: list[str], name: str, step: int) -> list[str]:
    """One place up or down; as it is at the end, and for a column that is not ticked."""
    to = chosen.index(name) + step if name in chosen else -1
    if not 0 <= to < len(chosen):
        return chosen
    left = [other for other in chosen if other != name]
    return [*left[:to], name, *left[to:]]


def _focus(moved: str, chosen: list[str]) -> str:
    """The arrow pressed last, so that it can be pressed again; at the end the other one."""
    move, _, name = moved.partition("-")
    ends = {"up": chosen[:1], "down": chosen[-1:]}
    return f"{'down' if move == 'up' else 'up'}-{name}" if [name] == ends.get(move) else moved


def _place(visit: Visit, name: str) -> int:
    given = visit.text(f"place-{name}", 4)
    return int(given) if given.isascii() and given.isdigit() else _LAST


def _query(visit: Visit, shown: Exportable) -> dict[str, str]:
    """What may be saved of a query: parameters of the list, with values that name nobody. Raises `Invalid`."""
    known = shown.parameters | _HOW
    query = dict(parse_qsl(_given(visit, "back")))
    saved = {name: value for name, value in query.items() if name in known}
    if any(looks_like_a_number(value) or len(value) > _LONGEST_VALUE for value in saved.values()):
        raise Invalid("number_in_filter", "A saved filter holds no number of a person.", field="back")
    return saved


def _given(visit: Visit, name: str) -> str:
    return urlencode(parse_qsl(visit.text(name)))


def _keep(visit: Visit, name: str, value: object) -> None:
    assert visit.session is not None  # noqa: S101 - the door asks for it
    visit.quittance.accounts.set_preference(visit.session.user_id, name, value)


def _back(visit: Visit, shown: Exportable) -> Response:
    """To the list as it was."""
    query = dict(parse_qsl(_given(visit, "back")))
    return visit.go(visit.to(shown.spec.path, **{name: query[name] for name in query if name != "as_of"}))
