"""How fast a month of home nursing becomes priced and checked blocks, beside a loop that only reads what was recorded.

Run with `python -m benchmarks.pricing`. The tariffs are the fictitious nursing set. Seconds are those of one core
(processor time), whatever else the machine does.
"""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date as Date
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from domain.authorisation import Authorisation
from domain.care import Care, CareLine
from domain.pricing import limits, nursing_checks
from domain.pricing.book import PriceBook
from domain.pricing.day_prices import kind_of_day
from domain.pricing.nursing import Block, Situation, derive
from domain.pricing.nursing_checks import Surroundings
from domain.pricing.price import Pricer
from domain.pricing.reasons import Asked
from domain.pricing.tariff_set import Variant
from infrastructure.sample.tariff_be_nursing import be_nursing

VISITS = 100_000
_GOAL_S = 10
_FIRST, _DAYS = Date(2026, 10, 1), 31
_SPACE = UUID("c4fbe2bd-5e6a-5b0b-a2cf-3d5d5a3f3c11")
_NURSES = ("41234502401", "49990137405")
_PRESCRIBED: dict[str, Any] = {"prescriber": "11234578004", "prescription_date": Date(2026, 9, 21)}
_CATEGORIES = ("A", "B", "C", "")

Day = tuple[Situation, list[CareLine]]


def run(rounds: int = 3) -> list[dict[str, Any]]:
    """Seconds, median of `rounds`, each with a pricer that knows nothing yet."""
    gc.set_threshold(100_000, 50, 100)  # as the product does
    seconds, least, lines = [], [], 0
    for _ in range(rounds):
        tariffs = be_nursing()
        days = month(Pricer(tariffs))
        least.append(_timed(_read, days)[0])
        book = PriceBook([(tariffs.valid_from, tariffs)])
        gc.collect()
        spent, lines = _timed(partial(_derive_and_check, book), days)
        seconds.append(spent)
    median, limit = statistics.median(seconds), statistics.median(least)
    return [
        {
            "name": f"{VISITS:,} visits priced, in blocks and checked, {lines:,} lines",
            "value": median,
            "unit": "s",
            "goal": f"<= {_GOAL_S}",
            "limit": f"{limit:.2f} s only to read them",
            "ratio": round(median / limit, 1),
            "spread": (min(seconds), max(seconds)),
        }
    ]


def month(pricer: Pricer, visits: int = VISITS) -> list[Day]:
    """Two visits a day of three acts together; three patients of four have a flat fee, one of seven the PTSI fee."""
    made: list[Day] = []
    for number in range(visits // 2):
        patient, day = number // _DAYS, _FIRST + timedelta(days=number % _DAYS)
        day_id = uuid5(_SPACE, str(number))
        when: Variant = "weekend" if day.weekday() >= 5 else "week"
        allowed = [Authorisation("katz", _CATEGORIES[patient % 4], _FIRST, None)] if patient % 4 < 3 else []
        if patient % 7 == 0:
            allowed.append(Authorisation("ptsi", "", _FIRST, None))
        situation = Situation(day_id, day, when, "111" if patient % 2 else "110", "100", pricer, allowed)
        made.append((situation, _done(day_id, patient, number % 7)))
    return made


def _done(day_id: UUID, patient: int, late: int) -> list[CareLine]:
    """Each patient at about the same time each day, some minutes late."""
    code = "990404" if patient % 7 == 0 else "990022"
    minute = patient % 53 + late
    cares = (
        Care("990011", 0, _NURSES[patient % 2], time=f"08{minute:02d}", visit=1, is_priced=False),
        Care(code, 0, _NURSES[patient % 2], time=f"09{minute:02d}", visit=1, is_priced=False, **_PRESCRIBED),
        Care("990011", 0, _NURSES[patient % 3 % 2], time=f"18{minute:02d}", visit=2, is_priced=False),
    )
    return [CareLine(uuid5(day_id, str(nth)), care) for nth, care in enumerate(cares)]


def _derive_and_check(book: PriceBook, days: Sequence[Day]) -> int:
    """Patient by patient, as a run does."""
    lines = 0
    for start in range(0, len(days), _DAYS):
        asked: list[Asked] = []
        for situation, done in days[start : start + _DAYS]:
            block = derive(situation, done)
            if block.reasons:
                raise ValueError(block.reasons)
            asked += _as_asked(situation.day, block)
        wrong = limits.check(asked, book, days[start][0].authorisations)
        wrong += nursing_checks.check(asked, book, Surroundings(kind_of_day))
        if wrong:
            raise ValueError(wrong)
        lines += len(asked)
    return lines


def _as_asked(day: Date, block: Block) -> list[Asked]:
    return [Asked(made.line.line_id, day, made.line.care, fund="131", sex=2) for made in block.lines]


def _read(days: Sequence[Day]) -> int:
    """What no derivation can do without: who did which code in which visit, and when."""
    return sum(
        bool((care := line.care).visit and care.time and care.code and care.provider)
        for _, done in days
        for line in done
    )


def _timed(work: Callable[[Sequence[Day]], int], days: Sequence[Day]) -> tuple[float, int]:
    start = time.process_time()
    lines = work(days)
    return time.process_time() - start, lines


def main() -> None:
    for row in run():
        print(f"{row['name']}: {row['value']:.2f} s (goal {row['goal']}, {row['limit']}, {row['spread']})")


if __name__ == "__main__":
    main()
