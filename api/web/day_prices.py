"""What the tariffs made of a day, or would make of it now, as its page shows it: each line with why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.catalogue import money
from api.web.tariff_codes import words_of
from api.web.visit import Visit
from application.day_prices import DayPrices, day_prices
from domain.authorisation import Authorisation
from domain.billing_day import BillingDay, Line
from domain.care import Care
from domain.event import ERASED
from domain.pricing.compare import Difference
from domain.pricing.nursing_rules import Rule
from domain.pricing.price import Explained
from domain.pricing.tariff_set import OPEN, TariffSet

__all__ = ["OPEN", "ShownPrices", "shown_prices"]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the tariffs. `tells`: what was done that it stands for; `why`: its price, if it has one."""

    care: Care
    words: str
    rule: Rule
    tells: tuple[Care, ...]
    amount: str
    share: str
    why: Explained | None
    authorisation: Authorisation | None
    number: str


@dataclass(frozen=True, slots=True)
class Differing:
    """A line that came with another amount. `amount`, `share`: what the set says, empty when it knows no price."""

    line: Line
    cause: str
    amount: str
    share: str


@dataclass(frozen=True, slots=True)
class ShownPrices:
    """`done`: lines without amounts, each with the codes that it became. `reasons`: a code or nothing, and why."""

    of: DayPrices
    lines: tuple[ShownLine, ...]
    done: tuple[tuple[Line, tuple[str, ...]], ...]
    reasons: tuple[tuple[str, str], ...]
    differing: tuple[Differing, ...]


def shown_prices(visit: Visit, day_id: UUID, day: BillingDay) -> ShownPrices | None:
    """As of the day asked for; None when the tariffs have nothing to say of the day."""
    found = day_prices(visit.quittance.log, visit.quittance.lookups, visit.quittance.tariffs, day_id, day, visit.upto)
    if found is None:
        return None
    known = {line.line_id: line.care for line in day.recorded}
    became: dict[UUID, list[str]] = {}
    for made in found.made:
        for line_id in made.of:
            became.setdefault(line_id, []).append(made.line.care.code)
    done = [line for line in day.recorded if not line.care.is_priced]
    return ShownPrices(
        found,
        tuple(_lines(visit, found, known)),
        tuple((line, tuple(became.get(line.line_id, ()))) for line in done),
        tuple((known[one.line_id].code if one.line_id in known else "", one.code) for one in found.reasons),
        tuple(_differing(visit, found.tariffs, line, difference) for line, difference in found.differing),
    )


def _lines(visit: Visit, found: DayPrices, known: Mapping[UUID, Care]) -> Sequence[ShownLine]:
    tariffs = found.tariffs
    if tariffs is None:
        return ()
    return [
        ShownLine(
            made.line.care,
            words_of(tariffs.codes.get(made.line.care.code), visit.language),
            made.rule,
            tuple(known[line_id] for line_id in made.of if line_id in known),
            money(made.line.care.amount_cents, tariffs.currency, visit.language),
            money(made.line.care.patient_share_cents, tariffs.currency, visit.language),
            made.why,
            made.authorisation,
            _number(visit, made.authorisation),
        )
        for made in found.made
    ]


def _number(visit: Visit, allowed: Authorisation | None) -> str:
    """The insurer's number leads to the patient: it is for who may see care."""
    return allowed.number if allowed and visit.may_ever("medical") and allowed.number != ERASED else ""


def _differing(visit: Visit, tariffs: TariffSet | None, line: Line, difference: Difference) -> Differing:
    expected = difference.expected
    if expected is None or tariffs is None:
        return Differing(line, difference.cause, "", "")
    amount, share = (money(c, tariffs.currency, visit.language) for c in (expected.amount_cents, expected.share_cents))
    return Differing(line, difference.cause, amount, share)
