"""The lines of a block, field by field: what each takes over from what was recorded."""

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from domain.care import Care
from domain.pricing.nursing_visits import Act, Visit
from domain.pricing.price import Priced
from domain.pricing.tariff_set import Code

_REMEMBERED = 16_384
"""Statistical lines that are kept to be used again."""
STATISTICAL, WITH_ASSISTANT, SEVERAL = 9, 2, 9
"""Service norm of zone 3; care-giver norms of zone 16."""
_FIELDS = tuple(field.name for field in fields(Care))
_WHOLE = attrgetter(*_FIELDS)
_READING = (
    *[name for name in _FIELDS if name.startswith("reading_")],
    "vignette_reason",
    "proof_number",
    "device_number",
)
_PRESCRIPTION = ("prescriber", "prescriber_norm", "prescription_date")
_SECOND, _FURTHER = 3, 4
"""Derogations of zone 23: the second identical service of the day, the third or a later one."""


def asked(act: Act, price: Priced, already: int) -> Care:
    """An act that asks for itself: as recorded, with its price; `already`: times the same was asked that day."""
    derogation = (0, _SECOND, _FURTHER)[min(already, 2)]
    if act.is_implied:
        return _of_visit(act.care, act.code, price, derogation=derogation)
    values = dict(zip(_FIELDS, _WHOLE(act.care), strict=True))
    values["code"], values["is_priced"], values["lump_sum_pct"] = act.code.code, True, act.code.lump_sum_pct
    values["amount_cents"], values["patient_share_cents"] = price.amount_cents, price.share_cents
    values["supplement_cents"] = price.supplement_cents
    values["derogation"] = values["derogation"] or derogation
    return Care(**values)


def statistical(act: Act, pseudo: Code, first: Care, reading: Care | None = None) -> Care:
    """What was done, told without amounts. A block has one place and one urgency (500x17), those of `first`."""
    care = act.care
    told = _told(
        pseudo.code,
        pseudo.lump_sum_pct,
        care.provider,
        act.units,
        care.provider_norm,
        care.care_assistant,
        first.urgency,
        first.place,
        care.time,
        care.visit,
    )
    return replace(told, **_read(reading)) if reading else told


@lru_cache(_REMEMBERED)
def _told(
    code: str,
    lump_sum_pct: int,
    provider: str,
    units: int,
    provider_norm: int,
    care_assistant: str,
    urgency: int,
    place: str,
    time: str,
    visit: int,
) -> Care:
    """Most lines of a month are these, and whoever comes at the same time each day does the same: a care is shared."""
    return Care(
        code,
        0,
        provider,
        units,
        service_norm=STATISTICAL,
        provider_norm=provider_norm,
        care_assistant=care_assistant,
        urgency=urgency,
        time=time,
        place=place,
        lump_sum_pct=lump_sum_pct,
        visit=visit,
    )


def flat_fee(code: Code, visits: Sequence[Visit], price: Priced, reading: Care | None = None) -> Care:
    """In the name of the care giver of the first base service (501512), who may have had help."""
    norm, assistant = _help(visits)
    helped = {"provider_norm": norm, "care_assistant": assistant}
    return _of_visit(visits[0].base.care, code, price, **helped, **_read(reading))


def day_fee(code: Code, acts: Sequence[Act], price: Priced) -> Care:
    """Asked once a day for these acts; when it needs a prescription, with the first that there is among them."""
    taken: dict[str, Any] = {}
    if "prescriber" in code.needs or "prescription" in code.needs:
        taken = _taken(next((act.care for act in acts if act.care.prescriber), acts[0].care), _PRESCRIPTION)
    return _of_visit(acts[0].care, code, price, **taken)


def was_read(act: Act) -> bool:
    """Whether an identity was read for it: a record 52 goes with its line."""
    return act.care.has_reading and any(_taken(act.care, _READING).values())


def _help(visits: Sequence[Visit]) -> tuple[int, str]:
    """Norm of the flat fee (501614, 501615, 501617) and the care assistant that it names, the first of the day."""
    cares = [act.care for visit in visits for act in visit]
    if len({care.provider for care in cares}) > 1:
        return SEVERAL, ""
    assistant = next((care.care_assistant for care in cares if care.provider_norm == WITH_ASSISTANT), "")
    return (WITH_ASSISTANT, assistant) if assistant else (1, "")


def _of_visit(care: Care, code: Code, price: Priced, **more: Any) -> Care:  # noqa: ANN401 - fields of a care
    """Another code for the same visit: who came, when and where; what was prescribed or read belongs to an act."""
    taken: dict[str, Any] = {
        "provider_norm": care.provider_norm,
        "care_assistant": care.care_assistant,
        "urgency": care.urgency,
        "time": care.time,
        "place": care.place,
        "lump_sum_pct": code.lump_sum_pct,
        "visit": care.visit,
    }
    share, supplement = price.share_cents, price.supplement_cents
    return Care(code.code, price.amount_cents, care.provider, 1, share, supplement, **(taken | more))


def _read(reading: Care | None) -> dict[str, Any]:
    return _taken(reading, _READING) if reading else {}


def _taken(care: Care, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(care, name) for name in names}
