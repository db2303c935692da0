"""Flat fees of home nursing and the statistical lines right before them (eFact reference 5.3), line by line."""

from collections.abc import Iterator, Sequence

from infrastructure.simulator.claims import Claim

_SHARED = {5: "date", 6: "last_date", 7: "affiliation", 8: "patient", 9: "sex", 10: "10", 11: "account",
           12: "urgency", 13: "service", 14: "place"}  # fmt: skip
_WITH_AIDE, _SEVERAL = 2, 9
_TWO_VISITS = ("C",)


def blocks_of(claims: Sequence[Claim]) -> Iterator[tuple[Claim, Sequence[Claim]]]:
    """Each flat fee of an invoice with the statistical lines that no other line parts from it."""
    told: list[Claim] = []
    for claim in claims:
        if claim.is_told:
            told.append(claim)
            continue
        if claim.is_a("lump_sum", "palliative"):
            yield claim, tuple(told)
        told = []


def block_faults(flat: Claim, told: Sequence[Claim]) -> Iterator[tuple[Claim, str]]:
    """Line and code of what is wrong with a flat fee and its block."""
    if not told or told[-1].service.attached:
        yield flat, "500417"
    if not told:
        return
    if any(not claim.codes for claim in told):
        yield flat, "500418"
    firsts = [claim for claim in told if claim.is_a("base_first")]
    seconds = [claim for claim in told if claim.is_a("base_second")]
    needs_second = any(code.role == "lump_sum" and code.category in _TWO_VISITS for code in flat.codes)
    if not firsts or (needs_second and not seconds) or not any(claim.is_a("toilet") for claim in told):
        yield flat, "500458"
    for claim in told:
        for zone, name in _SHARED.items():
            if claim.zone(name) != flat.zone(name):
                yield claim, f"50{zone:02d}17"
    yield from ((flat, code) for code in _of_care_givers(flat, told, firsts))


def _of_care_givers(flat: Claim, told: Sequence[Claim], firsts: Sequence[Claim]) -> Iterator[str]:
    mine, givers = flat.zone("provider"), {claim.zone("provider") for claim in told}
    norm = flat.number("provider_norm")
    if firsts and firsts[0].zone("provider") != mine:
        yield "501512"
    if norm == 1 and len(givers) > 1:
        yield "501614"
    if norm == _SEVERAL and givers == {mine}:
        yield "501615"
    if norm == _WITH_AIDE and all(claim.number("provider_norm") != _WITH_AIDE for claim in told):
        yield "501617"
