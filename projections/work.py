"""One row of the worklist: what a person should do, until when, and how much money hangs on it."""

from dataclasses import dataclass
from datetime import date as Date
from typing import Literal, get_args
from uuid import UUID

from domain import casework

Kind = Literal[
    "resolve",
    "rejected",
    "send",
    "queued",
    "descored",
    "notify",
    "refusals",
    "returned",
    "duplicates",
    "bill",
    "confirm",
    "patient_documents",
    "read",
    "item",
    "silent",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The weightiest first, among rows of the same deadline and amount."""

HeldBack = tuple[tuple[str, int, int | None, int], ...]
"""What the latest run could not bill: code of the blocker, days, cents (None: none has an amount), days without one."""


@dataclass(frozen=True, slots=True)
class Work:
    """`about`: sending, item or patient. `count`: billing days, or documents.

    `code`, `letter`: root of refusals, kind of an item, or kind and category of an authorisation.

    `deadline`: the last day on which the oldest care in it can be sent, paid days corrected by the practice itself, an
    authorisation notified, or patients given their documents; None where nothing hangs on a day. `since`: first day of
    care or of the authorisation, day of sending, day on which the item was raised or the insurer told it. `unpriced`:
    billing days of which the tariffs have not made an amount yet; they count for nothing in `cents`. `left_out`: days
    that the latest run with this month in it left out.
    """

    kind: Kind
    deadline: Date | None
    cents: int
    count: int = 0
    about: UUID | None = None
    month: str = ""
    national_union: str = ""
    sending_number: int = 0
    code: str = ""
    letter: str = ""
    since: Date | None = None
    held_back: HeldBack = ()
    unpriced: int = 0
    left_out: int = 0

    def target_id(self, establishment_id: UUID) -> UUID:
        """What people take upon themselves or put off: the sending, item or patient, else the cause or the month."""
        if self.about:
            return self.about
        named = casework.cause(self.code, self.letter) if self.kind == "refusals" else casework.month(self.month)
        return named.id_in(establishment_id)

    @property
    def rank(self) -> tuple[Date, int, int, str]:
        """Deadline, then euro, then the weight of its kind."""
        return (self.deadline or Date.max, -self.cents, KINDS.index(self.kind), str(self.about or self.code))
