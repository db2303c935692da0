"""What came of reading a set: the set whole, or every fault with its place. There is nothing in between."""

from dataclasses import dataclass

from domain.pricing.tariff_set import TariffSet


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is stable and public (docs/tariffs.md); `place` and `field` lead there, `about` names the thing.

    Places: `codes[3].prices[0]` in JSON, `line 14` in CSV, `file 2, record 300` in XML; empty: the whole file.
    `count`: of how many rows this one speaks, 1 unless they are told together.
    """

    place: str
    field: str
    code: str
    about: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """`tariffs` only without faults. `notices`: what was read and left out on purpose, which faults nothing."""

    tariffs: TariffSet | None
    faults: tuple[Fault, ...] = ()
    notices: tuple[Fault, ...] = ()
