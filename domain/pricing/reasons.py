"""Why a line would be refused, or a day cannot be made: found before anything is sent, said in codes."""

from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from domain.care import Care

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong. `line_id` when one line is the cause; `facts` are codes, dates and figures.

    `refused_as`: the refusal that it would bring, whose meaning and cure stand in `domain.rules.refusals`; empty when
    no refusal is known. `is_notice`: an insurer remarks it and pays.
    """

    code: str
    line_id: UUID | None = None
    facts: Facts = ()
    refused_as: str = ""
    is_notice: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A line as it stands in a file: care of a day, and whose it is (zones 7, 8 and 9)."""

    line_id: UUID
    day: Date
    care: Care
    patient: UUID | None = None
    fund: str = ""
    sex: int = 0
