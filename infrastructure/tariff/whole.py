"""A set as a whole: what no single object of the file can show. Only a set without fault comes out."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from domain.pricing.reading import Report
from domain.pricing.tariff_set import Code, D, Entitlement, LetterValue, RestHome, Rounding, TariffSet
from infrastructure.tariff.report import Faults, Notices

_FLAT_FEES = ("lump_sum", "palliative")


@dataclass(frozen=True, slots=True)
class Draft:
    """All that was read. `head`: fields of the set by name, None when faulty; `content`: hash of the bytes.

    `codes` come with the place where they stand; `named`: codes that stand there, also those with faults.
    """

    head: dict[str, Any] | None
    rounding: Rounding
    letters: Sequence[LetterValue]
    entitlements: Sequence[Entitlement]
    codes: Sequence[tuple[str, Code]]
    named: AbstractSet[str]
    content: str
    rest_homes: Sequence[RestHome] = ()


def whole(draft: Draft, faults: Faults, notices: Notices | None = None) -> Report:
    """The report of a file: the set, or its faults."""
    for letter in dict.fromkeys(one.letter for one in draft.letters):
        if _overlap([one for one in draft.letters if one.letter == letter]):
            faults.add("", "letters", "period_overlaps", letter)
    known: dict[str, Code] = {}
    for place, code in draft.codes:
        if code.code in known:
            faults.add(place, "code", "code_duplicate", code.code)
        known[code.code] = code
    for place, code in draft.codes:
        _check(place, code, draft.named, faults)
    if not draft.named and not faults:
        faults.add("", "codes", "codes_missing")
    left_out = notices.told() if notices else ()
    if faults or draft.head is None:
        return Report(None, faults.told(), left_out)
    made = TariffSet(
        **draft.head,
        rounding=draft.rounding,
        letters=tuple(draft.letters),
        entitlements=tuple(draft.entitlements),
        codes=known,
        rest_homes=tuple(draft.rest_homes),
        content=draft.content,
    )
    return Report(made, (), left_out)


def content_hash(files: Iterable[bytes]) -> str:
    """SHA-256 of a file; of several, of their hashes in order."""
    hashes = [sha256(content).hexdigest() for content in files]
    return hashes[0] if len(hashes) == 1 else sha256("".join(hashes).encode()).hexdigest()


def _check(place: str, code: Code, named: AbstractSet[str], faults: Faults) -> None:
    if _overlap(code.prices):
        faults.add(place, "prices", "period_overlaps", code.code)
    if code.role in _FLAT_FEES and not code.category:
        faults.add(place, "category", "value_missing", code.code)
    for field, others in _others(code):
        if any(other not in named for other in others):
            faults.add(place, field, "code_unknown", code.code)


def _others(code: Code) -> Iterable[tuple[str, Iterable[str]]]:
    """Other codes that a code names, by field."""
    yield "statistical", [code.statistical] if code.statistical else []
    yield "variants", code.variants.values()
    yield "maxima", [one for rule in code.maxima for one in rule.codes]
    yield "not_with", [one for rule in code.not_with for one in rule.codes]
    yield "before", [one for rule in code.before for one in rule.codes]


def _overlap(periods: Sequence[D]) -> bool:
    ordered = sorted(periods, key=lambda one: one.valid_from)
    return any(later.valid_from <= earlier.valid_to for earlier, later in pairwise(ordered))
