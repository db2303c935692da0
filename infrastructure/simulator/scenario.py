"""What simulated unions do, as data: how much they refuse and why, and the mishaps that a test asks for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Mix = tuple[tuple[str, float], ...]
"""(code, share) pairs; a share of 0.01 is one in a hundred."""

USUAL_REFUSALS: Mix = (
    ("502255", 0.009),
    ("500522", 0.006),
    ("500540", 0.005),
    ("500450", 0.005),
    ("502405", 0.004),
    ("500458", 0.004),
    ("200820", 0.002),
)
"""Shares of all lines of a file, cascades included: 3.5 % together."""

USUAL_REMARKS: Mix = (
    ("501940", 0.004),
    ("500524", 0.003),
    ("502744", 0.003),
    ("", 0.004),
    ("521922", 0.05),
    ("511503", 0.05),
)
"""Shares of the records of the type that the code begins with. "" is a line sent back without any reason."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`refusals` and `remarks`: see `causes` and `remarks`; a code unknown there falls on lines by chance.

    `cascade_chance`: how often a refused nursing line takes the rest of its day with it; `comment_chance`: how often
    the union adds a comment. The switches after that are mishaps, each for every file while it is on:

    * `not_transmitted`: nothing leaves. `lose_file`: outcome unknown, nothing arrived. `lose_answer`: outcome
      unknown, but the file did arrive.
    * `envelope_refusal`: 920999 for a zone that is right. `reject_file`: 920099 for a blocking error.
      `acknowledge_refused`: a 931000 follows a 920999 all the same (eFact reference 3.1).
    * `duplicated`: every answer comes twice. `shuffled`: answers come out of order. `stray`: one more answer, to a
      sending that nobody made. `figures`: records 91 and 92 that contradict themselves or their lines.

    The delays count from the hand-over; answers are dated on the day they become due.
    """

    refusals: Mix = USUAL_REFUSALS
    remarks: Mix = USUAL_REMARKS
    cascade_chance: float = 0.6
    comment_chance: float = 0.3
    not_transmitted: bool = False
    lose_file: bool = False
    lose_answer: bool = False
    envelope_refusal: bool = False
    reject_file: bool = False
    acknowledge_refused: bool = False
    duplicated: bool = False
    shuffled: bool = False
    stray: bool = False
    figures: Literal["right", "not_adding_up", "not_of_lines"] = "right"
    acknowledged_after: timedelta = timedelta()
    checked_after: timedelta = timedelta()
    settled_after: timedelta = timedelta()


USUAL = Scenario()
ACCEPTS_ALL = Scenario(refusals=(), remarks=())
"""Unions that pay whatever is well-formed."""
