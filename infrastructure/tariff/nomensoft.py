"""A set out of the public XML files of the Belgian nomenclature site, given as files: codes, fees and rules in words.

The site prices single codes. Roles, maxima and what a code needs are not in these files: the set that comes out can
be written as JSON and completed there. What a category of amounts means is a setting; unmapped ones are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import timedelta
from itertools import pairwise

from domain.establishment import Sector
from domain.pricing.reading import Report
from domain.pricing.tariff_set import OPEN, Code, Entitlement, Note, Price, Rounding, Share, day_after, holding
from infrastructure.tariff.nomensoft_rows import Detail, Rows, read_rows
from infrastructure.tariff.report import Faults, Notices
from infrastructure.tariff.whole import Draft, content_hash, whole

_FEE = "0"
"""The one category whose meaning the files make certain: Honoraire, Honorarium."""
_KINDS = ("share", "reimbursement")


@dataclass(frozen=True, slots=True)
class NomensoftSettings:
    """What the files do not say. `categories`: of amounts, each `fee`, `share:<entitlement>` or
    `reimbursement:<entitlement>`, with entitlements of `entitlements`.
    """

    sector: Sector
    name: str
    edition: str
    source: str
    valid_from: Date
    categories: Mapping[str, str] = field(default_factory=lambda: {_FEE: "fee"})
    entitlements: tuple[Entitlement, ...] = ()
    rounding: Rounding = field(default_factory=Rounding)


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount in minor units and its period."""

    valid_from: Date
    valid_to: Date
    cents: int
    source: str


_Amounts = Mapping[str, tuple[_Amount, ...]]
"""Of one code, by what they are, in order of days."""


def read_nomensoft(files: Sequence[bytes], settings: NomensoftSettings) -> Report:
    """One set of all files, or all faults; notices tell what was left out. Raises nothing."""
    faults, notices = Faults(), Notices()
    _check(settings, faults)
    rows = read_rows(files, faults, notices)
    details = _by_code(rows.details, notices)
    amounts = _amounts(rows, details, settings, faults, notices)
    notes = _notes(rows, details, notices)
    codes = [
        (detail.place, _code(detail, amounts.get(code, {}), notes.get(code, []), notices))
        for code, detail in details.items()
    ]
    head = {
        "country": "BE",
        "sector": settings.sector,
        "currency": "EUR",
        "name": settings.name,
        "edition": settings.edition,
        "source": settings.source,
        "valid_from": settings.valid_from,
    }
    draft = Draft(head, settings.rounding, (), settings.entitlements, codes, details.keys(), content_hash(files))
    return whole(draft, faults, notices)


def _check(settings: NomensoftSettings, faults: Faults) -> None:
    known = {one.name for one in settings.entitlements}
    for meaning in settings.categories.values():
        kind, _, entitlement = meaning.partition(":")
        if meaning != "fee" and (kind not in _KINDS or entitlement not in known):
            faults.add("", "categories", "category_unknown", meaning)


def _by_code(details: Sequence[Detail], notices: Notices) -> dict[str, Detail]:
    """One validity a code, in order of codes: periods that join are one, of stretches with a gap the last counts."""
    found: dict[str, Detail] = {}
    for one in sorted(details, key=lambda detail: (detail.code, detail.valid_from, detail.valid_to)):
        known = found.get(one.code)
        if known is None or one.valid_from > day_after(known.valid_to):
            if known is not None:
                notices.add(known.place, "dbegin", "earlier_period_left_out", known.code)
            found[one.code] = one
        else:
            last = max(known.valid_to, one.valid_to)
            found[one.code] = Detail(one.place, one.code, known.valid_from, last, one.texts)
    return found


def _amounts(
    rows: Rows, details: Mapping[str, Detail], settings: NomensoftSettings, faults: Faults, notices: Notices
) -> dict[str, _Amounts]:
    found: dict[str, dict[str, set[_Amount]]] = {}
    for fee in rows.fees:
        meaning = settings.categories.get(fee.category)
        cents = fee.euro * 100
        if meaning is None:
            notices.add(fee.place, "fee_code_cat", "category_unmapped", f"{fee.category} {fee.meaning}".strip())
        elif fee.code not in details:
            notices.add(fee.place, "nomen_code", "details_missing", fee.code)
        elif cents != cents.to_integral_value():
            notices.add(fee.place, "fee", "fee_not_in_cents", fee.code)
        else:
            amount = _Amount(fee.valid_from, fee.valid_to, int(cents), fee.source)
            found.setdefault(fee.code, {}).setdefault(meaning, set()).add(amount)
    return {code: {meaning: _ordered(code, of, faults) for meaning, of in by.items()} for code, by in found.items()}


def _ordered(code: str, amounts: set[_Amount], faults: Faults) -> tuple[_Amount, ...]:
    ordered = sorted(amounts, key=lambda one: (one.valid_from, one.valid_to, one.cents, one.source))
    for earlier, later in pairwise(ordered):
        if later.valid_from <= earlier.valid_to:
            faults.add("", "fee", "period_overlaps", code)
    return tuple(ordered)


def _notes(rows: Rows, details: Mapping[str, Detail], notices: Notices) -> dict[str, list[Note]]:
    """By code, in order of reference and sequence; a text that several files bring is there once."""
    found: dict[str, list[Note]] = {}
    for rule in sorted(rows.rules, key=lambda one: (one.code, one.reference, one.valid_from, one.sequence)):
        if rule.code not in details:
            notices.add("", "nomen_code", "details_missing", rule.code)
            continue
        note = Note(rule.texts, rule.valid_from, rule.valid_to, f"{rule.reference} {rule.source}".strip())
        known = found.setdefault(rule.code, [])
        if not known or known[-1] != note:
            known.append(note)
    return found


def _code(detail: Detail, amounts: _Amounts, notes: Sequence[Note], notices: Notices) -> Code:
    return Code(
        detail.code,
        detail.texts,
        detail.valid_from,
        detail.valid_to,
        prices=tuple(_prices(detail, amounts, notices)),
        notes=tuple(notes),
    )


def _prices(detail: Detail, amounts: _Amounts, notices: Notices) -> list[Price]:
    """Periods in which no amount changes. Without a fee there is no price, whatever else is known."""
    begins = {one.valid_from for of in amounts.values() for one in of}
    ends = {day_after(one.valid_to) for of in amounts.values() for one in of if one.valid_to < OPEN}
    turns = sorted(begins | ends)
    prices = []
    for place, first in enumerate(turns):
        fee = holding(amounts.get("fee", ()), first)
        if fee is not None:
            last = turns[place + 1] - timedelta(days=1) if place + 1 < len(turns) else OPEN
            shares = _shares(amounts, first, fee.cents)
            for entitlement in [name for name, own in shares.items() if not 0 <= own <= fee.cents]:
                del shares[entitlement]
                notices.add(detail.place, "fee", "share_outside_fee", f"{detail.code} {entitlement}")
            told = {name: Share(own) for name, own in shares.items()}
            prices.append(Price(first, last, fee.cents, shares=told, source=fee.source))
    return prices


def _shares(amounts: _Amounts, day: Date, fee_cents: int) -> dict[str, int]:
    """The patient's part in minor units by entitlement: told, or what the reimbursement leaves of the fee."""
    shares = {}
    for meaning, of in amounts.items():
        kind, _, entitlement = meaning.partition(":")
        amount = holding(of, day)
        if entitlement and amount is not None:
            shares[entitlement] = amount.cents if kind == "share" else fee_cents - amount.cents
    return shares
