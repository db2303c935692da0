"""Figures of practices as rows: what each column shows, in which order, and the list behind each figure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from statistics import median
from uuid import UUID

from api.catalogue import Language, euros
from api.web.charts import Chart, bars
from api.web.dashboard import decimal, percent
from api.web.dashboard_tables import share
from api.web.export_files import Cell
from projections.comparison import First, Refused
from projections.delays import Answered

Leads = Mapping[str, tuple[str, Mapping[str, object]]]
"""Path and query of each list that figures lead to."""


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """Figures of one practice; `practice` None: of all together. Money in cents.

    `delays`: days from departure to settlement of each sending. `ages`: days since each unread settlement came.
    """

    practice: UUID | None
    name: str
    first: First
    refused: Refused
    waiting_cents: int
    delays: tuple[int, ...]
    unread: int
    ages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A column. `kind`: percent, amount, days, number. `value`: None when nothing can be said. `leads`: see `Leads`."""

    name: str
    kind: str
    value: Callable[[PracticeRow], float | int | None]
    leads: str

    @property
    def label_key(self) -> str:
        """Where the catalogue has its name."""
        return f"comparison.{self.name}"

    @property
    def file_kind(self) -> str:
        """Its kind as a column of a file."""
        return "number" if self.kind == "days" else self.kind

    def shown(self, row: PracticeRow, language: Language) -> str:
        """As a person reads it, a dash for nothing."""
        value = self.value(row)
        if value is None:
            return "\N{EN DASH}"
        match self.kind:
            case "percent":
                return percent(value, language)
            case "amount":
                return euros(int(value), language)
            case "days":
                return decimal(value, language)
        return str(value)

    def cell(self, row: PracticeRow) -> Cell:
        """As a file holds it: shares of one, euro, days with one decimal."""
        value = self.value(row)
        if value is None:
            return None
        match self.kind:
            case "percent":
                return Decimal(f"{value / 100:.4f}")
            case "amount":
                return Decimal(int(value)).scaleb(-2)
            case "days":
                return Decimal(f"{value:.1f}")
        return int(value)


MEASURES = (
    Measure("accepted", "percent", lambda row: _share(row.first.whole_lines, row.first.lines), "refused"),
    Measure(
        "still_refused", "percent", lambda row: _share(row.refused.refused_cents, row.first.requested_cents), "causes"
    ),
    Measure("refused_cents", "amount", lambda row: row.refused.refused_cents, "causes"),
    Measure("refused_lines", "number", lambda row: row.refused.lines, "refused"),
    Measure("cascades", "percent", lambda row: _share(row.refused.cascaded_lines, row.refused.lines), "cascades"),
    Measure("delay", "days", lambda row: median(row.delays) if row.delays else None, "settled"),
    Measure("waiting_cents", "amount", lambda row: row.waiting_cents, "waiting"),
    Measure("unread", "number", lambda row: row.unread, "unread"),
    Measure("oldest", "number", lambda row: max(row.ages, default=None), "unread"),
)
"""Those that the dashboard of one practice shows, too."""


def rows_of(
    names: Mapping[UUID, str],
    first: Mapping[UUID, First],
    refused: Mapping[UUID, Refused],
    waiting: Mapping[UUID, int],
    settled: Sequence[Answered],
    unread: Sequence[Answered],
    today: Date,
) -> list[PracticeRow]:
    """One row a practice, in the order of `names`."""
    delays = _grouped((one.establishment_id, one.days) for one in settled)
    ages = _grouped((one.establishment_id, (today - one.settled_on).days if one.settled_on else None) for one in unread)
    counted = Counter(one.establishment_id for one in unread)
    return [
        PracticeRow(
            practice,
            name,
            first.get(practice, First(0, 0, 0, 0)),
            refused.get(practice, Refused(0, 0, 0)),
            waiting.get(practice, 0),
            delays.get(practice, ()),
            counted[practice],
            ages.get(practice, ()),
        )
        for practice, name in names.items()
    ]


def together(rows: Sequence[PracticeRow]) -> PracticeRow:
    """All of them as if they were one practice."""
    return PracticeRow(
        None,
        "",
        First(
            sum(row.first.lines for row in rows),
            sum(row.first.whole_lines for row in rows),
            sum(row.first.requested_cents for row in rows),
            sum(row.first.accepted_cents for row in rows),
        ),
        Refused(
            sum(row.refused.lines for row in rows),
            sum(row.refused.cascaded_lines for row in rows),
            sum(row.refused.refused_cents for row in rows),
        ),
        sum(row.waiting_cents for row in rows),
        tuple(days for row in rows for days in row.delays),
        sum(row.unread for row in rows),
        tuple(age for row in rows for age in row.ages),
    )


def ordered(rows: Iterable[PracticeRow], measure: Measure | None, *, descending: bool) -> list[PracticeRow]:
    """By a figure, by name when there is no measure; who has no such figure comes last in any case."""
    by_name = sorted(rows, key=lambda row: row.name.casefold(), reverse=measure is None and descending)
    if measure is None:
        return by_name
    known = [(value, row) for row in by_name if (value := measure.value(row)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [*(row for _, row in known), *(row for row in by_name if measure.value(row) is None)]


def chart_of(rows: Iterable[PracticeRow], measure: Measure, language: Language) -> Chart:
    """One bar a practice that has the figure; shares stand against one hundred percent."""
    known = ((row, value) for row in rows if (value := measure.value(row)) is not None)
    return bars(
        ((row.name, round(value * 10), measure.shown(row, language)) for row, value in known),
        whole=1_000 if measure.kind == "percent" else 0,
        above=True,
    )


def _grouped(known: Iterable[tuple[UUID, int | None]]) -> dict[UUID, tuple[int, ...]]:
    """By practice; what is not known is left out."""
    found: dict[UUID, tuple[int, ...]] = {}
    for practice, days in known:
        if days is not None:
            found[practice] = (*found.get(practice, ()), days)
    return found


def _share(part: int, whole: int) -> float | None:
    return share(part, whole) if whole else None
