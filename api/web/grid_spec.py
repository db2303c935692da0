"""What a list consists of: its columns, its filters, what can be done with its rows. Data, no work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from api.build import Quittance
from api.verdicts_to_come import all_told
from api.web.visit import Visit
from application.ports import Row
from projections.paging import Listing

Look = tuple[str, str, str]
"""How a state is shown: class of the row or word, icon, key of the word in the catalogue."""


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: text, amount, percent, day, moment, month, number, state, flag, reason. `label`: key of its name.

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
        return self.kind in ("amount", "number", "percent")


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the form. `kind`: one_of, text, month, day, flag. `options` of a one_of: value and catalogue key.

    `right`: what the reader needs for it.
    """

    name: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    label: str = ""
    right: str = ""

    @property
    def label_key(self) -> str:
        """Where the catalogue has its name."""
        return self.label or f"state.{self.name}"

    def shown(self, value: str) -> str:
        """Key of the word for a value, or the value."""
        return dict(self.options).get(value, value)


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with selected rows: `key` names it in the catalogue, `right` says who may.

    `asks`: what it must be told once for all of them, a `colleague`, a `day`, a `month` or a `decision`.
    `needs_reason`: not done without one. `is_weighed`: a page shows what would come of it, and asks, also for rows
    that were ticked. `is_repeated`: what failed may be done again in one click. `is_offered`: whether this
    installation can do it.
    """

    name: str
    key: str
    right: str
    asks: str = ""
    needs_reason: bool = False
    is_weighed: bool = False
    is_repeated: bool = False
    is_offered: Callable[[Quittance], bool] | None = None


CARE = (
    Action("assign", "list_action.assign", "note", asks="colleague"),
    Action("snooze", "list_action.snooze", "note", asks="day", needs_reason=True),
)
"""For every list of things that people take upon themselves."""
CARE_OF_PATIENTS = tuple(replace(action, right="care_note") for action in CARE)
"""The same for lists whose things are about patients."""
ASK_INSURABILITY = Action(
    "ask_insurability",
    "list_action.ask_insurability",
    "register",
    asks="month",
    is_repeated=True,
    is_offered=lambda quittance: quittance.insurability.is_offered,
)
"""For the list of patients."""
DECIDE = Action("decide", "list_action.decide", "bill", asks="decision", is_weighed=True)
"""For lists of billing days, and those that stand for them."""
CARE_COLUMNS = (
    Column("assignee", shown=False, label="list_column.assignee"),
    Column("snoozed_until", "day", shown=False, label="list_column.snoozed_until"),
)
"""What came of it (`row_words.with_care`)."""
MINE = Choice("mine", "one_of", (("true", "list_column.me"),), label="list_column.assignee")
"""What the reader took upon themselves, or stands in for (`own_work`)."""
MINE_OF_PATIENTS = replace(MINE, right="medical")
CARE_COLUMNS_OF_PATIENTS = tuple(replace(column, right="medical") for column in CARE_COLUMNS)


@dataclass(frozen=True, slots=True)
class GridSpec:
    """A list as the pages show it. `open`: path of a row's own page. `look`: class of a row.

    `title`: catalogue key of its name. `total`: the column in cents that is summed; rows whose `status` is `void` count
    among the rows, but not in the sum. `enrich`: adds to the rows of a
    page what their table does not hold, in the reader's words. `acts_on`: the list whose rows the actions change, and
    the column that names them here; the rows themselves unless said.
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
    void: str = ""
    first_step: tuple[str, str] = ("", "")
    """Path of the page where its first row comes from, and the right that this takes: told by a list that is empty."""
    enrich: Callable[[Visit, Sequence[Row]], Sequence[Row]] | None = None
    acts_on: tuple[str, str] | None = None
    tells_reason_once: bool = False
    """Whether a reason that all rows in sight share stands once above them: it may be long, and that of many days."""

    @property
    def title_key(self) -> str:
        """Where the catalogue has its name."""
        return self.title or f"list_title.{self.name}"

    @property
    def post_path(self) -> str:
        """Where a selection is sent."""
        return f"/actions/{self.acts_on[0] if self.acts_on else self.name}"

    @property
    def subject(self) -> str:
        """Column that names what a row's action or document is about."""
        return self.acts_on[1] if self.acts_on else self.listing.table.key

    @property
    def summed(self) -> str:
        """What is summed over the rows, in SQL."""
        return f"CASE WHEN status = '{self.void}' THEN 0 ELSE {self.total} END" if self.void else self.total

    def cents_of(self, row: Row) -> int:
        """What a row adds to the sum."""
        return 0 if self.void and row["status"] == self.void else row[self.total] or 0

    @property
    def tells_unpriced(self) -> bool:
        """Whether some rows may have no amount yet, which then stands as 0 in what is summed."""
        return bool(self.total) and "unpriced" in self.listing.table.names

    def complete(self, visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
        """Rows with everything that a column shows."""
        known = all_told(rows)
        return self.enrich(visit, known) if self.enrich and known else known
