"""How fast a tariff set of 5,000 codes is read, checked as a whole and ready to price, beside decoding the same bytes.

Run with `python -m benchmarks.tariffs`. The set is the fictitious nursing one many times over, under other codes.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from domain.pricing.difference import difference
from domain.pricing.tariff_set import Code, TariffSet
from infrastructure.sample.tariff_be_nursing import be_nursing
from infrastructure.tariff.json_writer import write_json_set
from infrastructure.tariff.tariff_file import read_tariff_set

CODES = 5_000
_GOAL_S = 2


def run(rounds: int = 5) -> list[dict[str, Any]]:
    """Seconds, median of `rounds`; `limit` is `json.loads` of the same bytes in the same run."""
    tariffs = large_set()
    content = write_json_set(tariffs)
    loads = [_seconds(lambda: json.loads(content)) for _ in range(rounds)]
    reads = [_seconds(lambda: _read(content)) for _ in range(rounds)]
    differences = [_seconds(lambda: difference(tariffs, tariffs)) for _ in range(rounds)]
    size = f"{len(content) / 1_000_000:.1f} MB"
    return [
        _result(f"read a set of {CODES:,} codes, {size}", reads, loads),
        _result(f"difference of two sets of {CODES:,} codes", differences, loads),
    ]


def large_set(codes: int = CODES) -> TariffSet:
    """A set of so many codes, with all rules and two periods of prices each."""
    small = be_nursing()
    return replace(small, codes={code.code: code for code in _copies(list(small.codes.values()), codes)})


def _copies(originals: list[Code], count: int) -> Iterator[Code]:
    """Codes of six digits in order; what they name is the same copy's."""
    place = {code.code: number for number, code in enumerate(originals)}
    for number in range(count):
        start = number - number % len(originals)

        def named(code: str, start: int = start) -> str:
            return f"{100_000 + (start + place[code]) % count:06d}"

        yield _renamed(originals[number % len(originals)], f"{100_000 + number:06d}", named)


def _renamed(code: Code, name: str, named: Callable[[str], str]) -> Code:
    return replace(
        code,
        code=name,
        statistical=named(code.statistical) if code.statistical else "",
        variants={when: named(other) for when, other in code.variants.items()},
        maxima=tuple(replace(rule, codes=tuple(map(named, rule.codes))) for rule in code.maxima),
        not_with=tuple(replace(rule, codes=tuple(map(named, rule.codes))) for rule in code.not_with),
        before=tuple(replace(rule, codes=tuple(map(named, rule.codes))) for rule in code.before),
    )


def _read(content: bytes) -> None:
    report = read_tariff_set(content)
    if report.tariffs is None or len(report.tariffs.codes) != CODES:
        raise ValueError(report.faults)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _result(name: str, seconds: list[float], limits: list[float]) -> dict[str, Any]:
    median, limit = statistics.median(seconds), statistics.median(limits)
    return {
        "name": name,
        "value": median,
        "unit": "s",
        "goal": f"<= {_GOAL_S}",
        "limit": limit,
        "ratio": round(median / limit, 1),
        "spread": (min(seconds), max(seconds)),
    }


def main() -> None:
    for result in run():
        print(
            f"{result['name']}: {result['value']:.3f} {result['unit']} (goal {result['goal']}, "
            f"json.loads {result['limit']:.3f}, ratio {result['ratio']}, {result['spread']})"
        )


if __name__ == "__main__":
    main()
