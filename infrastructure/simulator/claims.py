"""Lines of a file beside what the nomenclature says of their codes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from itertools import groupby

from domain.pricing.tariff_set import Code
from infrastructure.simulator.case import Case, Service
from infrastructure.simulator.nomenclature import Nomenclature, Shelf

_STATISTICAL = 9


@dataclass(frozen=True, slots=True)
class Claim:
    """A record 50 of a day for which a nomenclature counts. `codes`: what it asks, or the acts that it tells."""

    service: Service
    day: Date
    book: Nomenclature
    codes: tuple[Code, ...]

    @property
    def is_told(self) -> bool:
        """A statistical line: it asks nothing."""
        return self.service.norm == _STATISTICAL

    def is_a(self, *roles: str) -> bool:
        """Whether it asks or tells something of such a role."""
        return any(code.role in roles for code in self.codes)

    def zone(self, name: str) -> str:
        """A zone of its record, without padding."""
        return self.service.record.text(name)

    def number(self, name: str) -> int:
        """A zone of digits; 0 when it holds anything else."""
        return self.service.record.number(name) or 0

    @property
    def units(self) -> int:
        """Zone 22."""
        return self.service.record.cents("units") or 0


def claims_of(case: Case, shelf: Shelf) -> Iterator[Sequence[Claim]]:
    """Lines of each invoice that is no credit note, in the order of the file."""
    services = sorted(case.refusable, key=lambda service: service.order)
    for _, invoice in groupby(services, key=lambda service: service.invoice):
        yield [claim for service in invoice if (claim := _claim(service, shelf))]


def _claim(service: Service, shelf: Shelf) -> Claim | None:
    try:
        day = datetime.strptime(service.date, "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None
    book = shelf.on(day)
    if book is None:
        return None
    code = book.code(service.code)
    told = book.told.get(service.code, []) if service.norm == _STATISTICAL else [code] if code else []
    return Claim(service, day, book, tuple(told))
