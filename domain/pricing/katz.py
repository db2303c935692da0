"""The category that the scores of a Katz form lead to: the scale of home nursing, six items of 1 to 4.

Not the residential scale, which has other items. Rule texts change by royal decree: a table is dated and further ones
are added behind it. Categories and sources: MedAdmin reference A5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from types import MappingProxyType
from typing import Literal

from domain.errors import Invalid

Item = Literal["wash", "dress", "transfer", "toilet", "continence", "eating"]
ITEMS: tuple[Item, ...] = ("wash", "dress", "transfer", "toilet", "continence", "eating")
Certified = Literal["", "night_incontinence", "disoriented"]
_INDEPENDENT, _DEPENDENT = 1, 4


@dataclass(frozen=True, slots=True)
class Scores:
    """As on the form. `night_incontinence`: at night and occasional, documented; `disoriented`: by certificate.

    Raises `Invalid` for a score that is not 1 to 4.
    """

    wash: int
    dress: int
    transfer: int
    toilet: int
    continence: int
    eating: int
    night_incontinence: bool = False
    disoriented: bool = False

    def __post_init__(self) -> None:
        for item in ITEMS:
            if not _INDEPENDENT <= getattr(self, item) <= _DEPENDENT:
                raise Invalid("katz_score_invalid", f"{item}: a score is 1, 2, 3 or 4.", field=item)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way into a category: all of `least`, one of `any_of` when there is one, and what must be certified.

    `is_contested`: a source reads it so, another one more strictly; it gives no category, it is only shown.
    """

    category: str
    least: Mapping[Item, int]
    any_of: tuple[Mapping[Item, int], ...] = ()
    certified: Certified = ""
    source: str = ""
    is_contested: bool = False

    def is_met(self, scores: Scores) -> bool:
        """Whether the scores reach it."""
        if self.certified and not getattr(scores, self.certified):
            return False
        return _reach(scores, self.least) and (not self.any_of or any(_reach(scores, one) for one in self.any_of))


@dataclass(frozen=True, slots=True)
class Table:
    """Criteria from a day on, the highest category first."""

    valid_from: Date
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """`category` is empty when no criterion is met. `contested`: a higher one, by a reading that not all share."""

    category: str
    criterion: Criterion | None
    contested: Criterion | None

    @property
    def palliative(self) -> str:
        """The category of a palliative patient with such scores: PA, PB or PC (PB and PC by analogy with PA)."""
        return f"P{self.category}" if self.category in ("A", "B", "C") else ""


def _least(**scores: int) -> Mapping[Item, int]:
    return MappingProxyType({item: scores[item] for item in ITEMS if item in scores})


_MOST_DEPENDENT = _least(wash=4, dress=4, transfer=4, toilet=4)
_ONE_OF_BOTH = (_least(continence=3), _least(eating=3))
TABLES = (
    Table(
        Date(1900, 1, 1),
        (
            Criterion(
                "C",
                _least(wash=4, dress=4, transfer=4, toilet=4, continence=3, eating=3),
                (_least(continence=4), _least(eating=4)),
                source="IMA, variable PP2002",
            ),
            Criterion("C", _MOST_DEPENDENT, _ONE_OF_BOTH, source="VBZV, 2019", is_contested=True),
            Criterion("B", _least(wash=3, dress=3, transfer=3, toilet=3), _ONE_OF_BOTH, source="DGEC; VBZV"),
            Criterion(
                "A",
                _least(wash=3, dress=3),
                (_least(transfer=3), _least(toilet=3)),
                source="DGEC; VBZV; NomenSoft 427136",
            ),
            Criterion("T7", _least(wash=4, dress=4), source="DGEC"),
            Criterion("T7", _least(wash=2, dress=2, continence=2), certified="night_incontinence", source="DGEC"),
            Criterion("T7", _least(wash=2, dress=2, continence=3), source="DGEC"),
            Criterion("T7", _least(wash=2, dress=2), certified="disoriented", source="DGEC"),
            Criterion("T2", _least(wash=2), source="DGEC"),
        ),
    ),
)
"""C: the condition on continence and eating follows IMA and the nomenclature; VBZV's own summary is weaker."""


def assess(scores: Scores, day: Date) -> Assessed:
    """Category by the table that holds on the day."""
    table = max((one for one in TABLES if one.valid_from <= day), key=lambda one: one.valid_from)
    met = [criterion for criterion in table.criteria if criterion.is_met(scores)]
    found = next((criterion for criterion in met if not criterion.is_contested), None)
    category = found.category if found else ""
    contested = next((one for one in met if one.is_contested and one.category != category), None)
    return Assessed(category, found, contested)


def _reach(scores: Scores, least: Mapping[Item, int]) -> bool:
    return all(getattr(scores, item) >= score for item, score in least.items())
