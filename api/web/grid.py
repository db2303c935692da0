"""The one way a list is shown: filters in the URL, columns as chosen, rows by the same query as the API's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from api.rest.listing import Paging
from api.web.decisions import TOLD
from api.web.deputies import Colleagues, colleagues_in
from api.web.grid_spec import Action, Choice, Column, GridSpec, Look
from api.web.own_view import PAGE_SIZES, SavedFilter, columns_of, own_limit, preference, saved_filters, usual_query
from api.web.visit import Visit
from application.ports import Row, Sql
from projections.days import UNPRICED
from projections.paging import MOST_COUNTED, Asked, Page
from projections.scope import Condition, both

__all__ = ["ORDER", "Action", "Choice", "Column", "Grid", "GridSpec", "Look", "columns_of", "grid_of", "usual_query"]

ORDER = frozenset({"as_of", "sort", "descending", "limit", "cursor"})
"""What every list takes beside its filters."""
_REASON = "reason"
PageOf = Callable[[Sql, Condition, Asked], Page]


@dataclass(frozen=True, slots=True)
class Grid:
    """What the template shows. `cents` None: nothing is summed. `colleagues`: whom an action can be told.

    `unpriced`: rows of which the amount is not known yet; they count for nothing in `cents`. `shared_reason`: of all
    rows in sight, which then have no such column: it stands once above them.
    """

    spec: GridSpec
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    count: int
    following: str | None
    first: str | None
    query: Mapping[str, str]
    sort: str
    descending: bool
    actions: tuple[Action, ...] = ()
    limit: int = PAGE_SIZES[1]
    cents: int | None = None
    opens: bool = True
    saved: tuple[SavedFilter, ...] = ()
    has_own_filter: bool = False
    colleagues: Colleagues = ()
    unpriced: int = 0
    shared_reason: str = ""

    @property
    def decisions(self) -> tuple[tuple[str, str], ...]:
        """What an action can be told that decides, and where the catalogue has its word."""
        return TOLD

    @property
    def is_counted_wholly(self) -> bool:
        """Up to 100,000 exactly."""
        return self.count <= MOST_COUNTED

    @property
    def is_in_pages(self) -> bool:
        """Whether there are more rows than those in sight."""
        return bool(self.following or self.first)

    @property
    def page_cents(self) -> int | None:
        """The same sum of the rows in sight."""
        return sum(self.spec.cents_of(row) for row in self.rows) if self.spec.total else None

    @property
    def page_unpriced(self) -> int:
        """Rows in sight without an amount yet."""
        return sum(bool(row["unpriced"]) for row in self.rows) if self.spec.tells_unpriced else 0

    @property
    def narrowed(self) -> dict[str, str]:
        """What of the query narrows the list."""
        return {name: value for name, value in self.query.items() if name not in ORDER}

    @property
    def is_usual(self) -> bool:
        """Whether nobody narrowed it beyond what it begins with."""
        return self.narrowed == {name: value for name, value in self.spec.usual.items() if name not in ORDER}

    @property
    def unlisted(self) -> dict[str, str]:
        """What narrows the list without a field of the form."""
        shown = {item.name for item in self.spec.choices}
        return {name: value for name, value in self.narrowed.items() if name not in shown}

    @property
    def whole(self) -> str:
        """Query of the whole list as it is filtered and sorted, from its first row."""
        return urlencode(self.query)

    @property
    def hides_archived(self) -> bool:
        """Whether rows may be missing because they were put away."""
        return self.query.get("is_archived") == "false"

    def sorted_by(self, column: str) -> str:
        """Query of the same list in another order, from its first page."""
        kept = {name: value for name, value in self.query.items() if name not in ("sort", "descending")}
        turns = {"descending": "true"} if self.sort == column and not self.descending else {}
        return urlencode({**kept, "sort": column, **turns})

    def without(self, name: str) -> str:
        """Query of the same list with one filter lifted."""
        left = {key: value for key, value in self.query.items() if key != name}
        return urlencode(left or {"sort": self.sort})

    @property
    def sizes(self) -> tuple[tuple[int, str], ...]:
        """Sizes of a page, and the query of the same list in such pages."""
        return tuple((size, urlencode({**self.query, "limit": size})) for size in PAGE_SIZES)

    def unfiltered(self) -> str:
        """Query of the same list with every filter lifted."""
        return urlencode({name: value for name, value in self.query.items() if name in ORDER} or {"sort": self.sort})

    @property
    def selects(self) -> bool:
        """Whether rows can be chosen: to do something with them, or to print what they are about."""
        return bool(self.actions or self.spec.prints)

    def key(self, row: Row) -> UUID:
        """Identity of a row."""
        found: UUID = row[self.spec.listing.table.key]
        return found

    def subject(self, row: Row) -> UUID:
        """What choosing the row chooses."""
        found: UUID = row[self.spec.subject]
        return found


def grid_of(visit: Visit, spec: GridSpec, paging: Paging, where: Condition, page_of: PageOf | None = None) -> Grid:
    """One page of the list, with number and sum of the rows that meet the filter. `page_of`: in an order of its own."""
    given = paging.asked
    limit = given.limit if "limit" in visit.request.query_params else own_limit(visit)
    asked = Asked(given.sort, given.descending, given.after, limit, visit.upto)
    with visit.sql() as sql:
        page, count, cents = _page_and_sum(sql, spec, where, asked, page_of)
        unpriced = spec.listing.count(sql, both([where, UNPRICED]), visit.upto) if count and spec.tells_unpriced else 0
    query = {name: value for name, value in paging.query if value}
    offered = (one for one in spec.actions if one.is_offered is None or one.is_offered(visit.quittance))
    actions = tuple(action for action in offered if visit.may(action.right))
    given_with = [action.right for action in actions if action.asks == "colleague"]
    columns, rows, reason = _reason_once(spec, columns_of(visit, spec), spec.complete(visit, page.rows))
    return Grid(
        spec,
        columns,
        rows,
        count,
        paging.following(page.following),
        f"{paging.address}?{urlencode(query)}" if given.after else None,
        query,
        spec.listing.sort_of(asked),
        asked.descending,
        actions,
        limit,
        cents,
        bool(page.rows) and _is_a_page(visit, spec.open(page.rows[0])),
        saved_filters(visit, spec),
        preference(visit, f"filter.{spec.name}") is not None,
        colleagues_in(visit, [visit.practice], given_with[0]) if given_with else (),
        unpriced,
        reason,
    )


def _reason_once(
    spec: GridSpec, columns: tuple[Column, ...], rows: Sequence[Row]
) -> tuple[tuple[Column, ...], Sequence[Row], str]:
    """Columns and rows without the reason that is the same for several rows, and that reason."""
    left = tuple(column for column in columns if column.name != _REASON)
    said = {row[_REASON] for row in rows} if spec.tells_reason_once and left != columns else set()
    if len(rows) < 2 or len(said) != 1 or said == {""}:
        return columns, rows, ""
    return left, [{**row, _REASON: ""} for row in rows], said.pop()


def _page_and_sum(
    sql: Sql, spec: GridSpec, where: Condition, asked: Asked, page_of: PageOf | None
) -> tuple[Page, int, int | None]:
    """A page, the number of all rows and their sum; of too many no sum."""
    column = spec.summed or "0"
    if page_of:
        page, (count, cents) = page_of(sql, where, asked), spec.listing.count_and_sum(sql, where, column, asked.at)
    else:
        page, count, cents = spec.listing.page_and_sum(sql, where, asked, column)
    return page, count, cents if spec.total and count <= MOST_COUNTED else None


def _is_a_page(visit: Visit, path: str) -> bool:
    """Whether there is a page at that path: a row is a link only then."""
    whole = visit.at(path.partition("?")[0])
    return any(
        getattr(route, "path_regex", None) is not None and route.path_regex.match(whole)
        for route in visit.request.app.routes
    )
