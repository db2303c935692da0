"""What a list consists of: its columns, its filters, what can be done with its rows. Data, no work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from api.web.visit import Visit
from application.ports import Row
from projections.paging import Listing

Look = tuple[str, str, str]
"""How a state is shown: class of the row or word, icon, key of the word in the catalogue."""


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: text, amount, day, month, number, state, flag, reason. `label`: key of its name, else of `state`.

    `state`: how a value looks. `right`: what the reader needs to see it. A reason is also the tooltip of the row's
    first state.
    """

    name: str
    kind: str = "text"
    label: str = ""
    shown: bool = True
    state: Callable[[Row], Look] | None = None
    right: str = ""

    @property
    def label_key(self) -> str:
        """Where the catalogue has its name."""
        return self.label or f"state.{self.name}"

    @property
    def is_figure(self) -> bool:
        """Right-aligned."""
        return self.kind in ("amount", "number")


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the form. `kind`: one_of, text, month, day, flag. `options` of a one_of: value and catalogue key."""

    name: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    label: str = ""

    @property
    def label_key(self) -> str:
        """Where the catalogue has its name."""
        return self.label or f"state.{self.name}"

    def shown(self, value: str) -> str:
        """Key of the word for a value, or the value."""
        return dict(self.options).get(value, value)


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with selected rows: `key` names it in the catalogue, `right` says who may."""

    name: str
    key: str
    right: str


@dataclass(frozen=True, slots=True)
class GridSpec:
    """A list as the pages show it. `open`: path of a row's own page. `look`: class of a row.

    `title`: catalogue key of its name. `total`: the column in cents that is summed. `enrich`: adds to the rows of a
    page what their table does not hold, in the reader's words. `post`: where a selection is sent, else to a job.
    """

    name: str
    path: str
    listing: Listing
    columns: tuple[Column, ...]
    choices: tuple[Choice, ...]
    open: Callable[[Row], str]
    look: Callable[[Row], str] = lambda _: ""
    usual: Mapping[str, str] = field(default_factory=dict)
    """Query of a user without a saved filter."""
    actions: tuple[Action, ...] = ()
    prints: str = ""
    """Kind of the document that a row prints as; empty: none."""
    walks: bool = False
    """Whether a row's own page leads to the rows before and after it: it is told the list then."""
    title: str = ""
    total: str = ""
    enrich: Callable[[Visit, Sequence[Row]], Sequence[Row]] | None = None
    post: str = ""

    @property
    def title_key(self) -> str:
        """Where the catalogue has its name."""
        return self.title or f"list_title.{self.name}"

    @property
    def post_path(self) -> str:
        """Where a selection is sent."""
        return self.post or f"/actions/{self.name}"

    def complete(self, visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
        """Rows with everything that a column shows."""
        return self.enrich(visit, rows) if self.enrich and rows else rows
