"""What a union refuses of one line by the nomenclature: price, validity, what is missing (eFact reference 4)."""

from collections.abc import Iterator

from domain.holidays import holiday, is_weekend
from domain.pricing.tariff_set import Variant
from infrastructure.simulator.claims import Claim

_PRESCRIBER, _PRESCRIBED_ON = "502405", "502004"
_NOT_ALLOWED, _NOT_VALID, _AMOUNT, _SHARE, _TOOTH, _READING = "500403", "500420", "501940", "502742", "502940", "500112"
_RELATED, _OTHER_TIME, _REST_HOME = "501753", "500459", "500424"
_READ = "52"


def faults_of(claim: Claim, ct1: str, ct2: str) -> Iterator[str]:
    """Codes of what is wrong. Agreements and notifications are in registers that this desk does not have."""
    if claim.is_told:
        return
    if not claim.codes:
        yield _NOT_ALLOWED
        return
    (code,) = claim.codes
    if not code.valid_from <= claim.day <= code.valid_to:
        yield _NOT_VALID
        return
    yield from _price(claim, ct1, ct2)
    missing = {
        "prescription": (_PRESCRIBED_ON, not claim.number("prescription_date")),
        "prescriber": (_PRESCRIBER, not claim.service.has_prescriber),
        "tooth": (_TOOTH, not claim.number("tooth")),
        "reading": (_READING, not any(kind == _READ for kind, _ in claim.service.attached)),
    }
    yield from (refusal for need, (refusal, is_missing) in missing.items() if is_missing and need in code.needs)
    if claim.book.is_nursing:
        if claim.number("related_code"):
            yield _RELATED
        if _is_of_another_time(claim):
            yield _OTHER_TIME
        if claim.book.is_rest_home(claim.number("place"), claim.day):
            yield _REST_HOME


def _price(claim: Claim, ct1: str, ct2: str) -> Iterator[str]:
    due = claim.book.due(claim.service.code, claim.day, ct1, ct2, claim.units)
    if due is None or claim.service.amount_cents != due[0]:
        yield _AMOUNT
    elif claim.service.patient_share_cents > due[1]:
        yield _SHARE


def _is_of_another_time(claim: Claim) -> bool:
    """A weekday's code on a Sunday, or the reverse; one for the night may stand on any day."""
    family = claim.book.families.get(claim.service.code)
    if family is None:
        return False
    names = family.variants
    rest: Variant = "weekend" if is_weekend(claim.day) else "week"
    now = names.get("holiday" if holiday(claim.day, "BE") else rest, family.code)
    return claim.service.code not in (now, names.get("night"))
