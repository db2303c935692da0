"""What holds days back from being billed, and where a person mends it: one link a patient, a provider or a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.catalogue import text
from api.web.visit import Visit
from application.register import provider_id
from application.run_report import HeldBack
from domain import billing_day as days
from domain import patient as patients
from domain import provider as providers
from domain.billing_day import BillingDay

_OF_PATIENT = frozenset(
    {
        "patient_erased",
        "patient_number_missing",
        "ssin_invalid",
        "insurability_missing",
        "not_cured_insurability",
        "not_cured_destination",
        "not_cured_authorisation",
        "correction_other_union",
        "correction_same_destination",
    }
)
_OF_THE_FILE = ("10", "90")
"""Refusals of its first and last record, which say who bills; a code with a slash is of its envelope."""
_OF_PROVIDER = frozenset({"provider_unknown", "provider_not_active", "provider_not_member"})


@dataclass(frozen=True, slots=True)
class Cure:
    """Where it is mended: `path` of a page. `label`: who it is about, empty for a day. `days`: those it holds back."""

    path: str
    icon: str
    label: str
    days: tuple[BillingDay, ...]


@dataclass(frozen=True, slots=True)
class Blocker:
    """Days left out for one reason, and the cures of the first of them. `more`: days beyond those.

    `unpriced`: days that count for nothing in the amount, as they have none yet; None when all of them have none.
    """

    code: str
    days: int
    amount_cents: int | None
    cures: tuple[Cure, ...]
    more: int
    unpriced: int


def blockers(visit: Visit, reasons: Sequence[HeldBack]) -> tuple[Blocker, ...]:
    """The costliest first. Whose names are shown is noted."""
    log = visit.quittance.log
    ids = {day_id for held in reasons for day_id, _ in held.first}
    known = {i: day for i, events in log.load(ids).items() if (day := days.fold(events))}
    names = _names(visit, reasons, known)
    found = [_blocker(visit, held, known, names) for held in reasons]
    return tuple(sorted(found, key=lambda one: (-(one.amount_cents or 0), one.code)))


def _names(visit: Visit, blocked: Iterable[HeldBack], known: Mapping[UUID, BillingDay]) -> dict[UUID, str]:
    """Of patients whose own record holds days back."""
    ids = [day_id for held in blocked if held.code in _OF_PATIENT for day_id, _ in held.first]
    who = dict.fromkeys(known[day_id].patient_id for day_id in ids if day_id in known)
    if not visit.may_ever("medical"):
        return {}
    visit.saw("billing_preview.read", who)
    states = {i: state for i, events in visit.quittance.log.load(who).items() if (state := patients.fold(events))}
    return {
        i: f"{state.details.last_name} {state.details.first_name}" for i, state in states.items() if not state.is_erased
    }


def _blocker(visit: Visit, held: HeldBack, known: Mapping[UUID, BillingDay], names: Mapping[UUID, str]) -> Blocker:
    grouped: dict[tuple[str, str, str], list[BillingDay]] = {}
    for day_id, line_id in held.first:
        day = known.get(day_id)
        if day is not None:
            grouped.setdefault(_place(visit, held.code, day_id, day, line_id, names), []).append(day)
    cures = tuple(Cure(*place, tuple(found)) for place, found in grouped.items())
    return Blocker(held.code, held.days, held.amount_cents, cures, held.days - len(held.first), held.unpriced)


def _place(
    visit: Visit, code: str, day_id: UUID, day: BillingDay, line_id: UUID | None, names: Mapping[UUID, str]
) -> tuple[str, str, str]:
    """Path, icon and label. Who may not open a file of a patient is led to the day."""
    if code == "country_not_billed" or code.startswith(_OF_THE_FILE) or "/" in code:
        return "/cabinet", "building-2", text("register_kind.establishment", visit.language)
    if code in _OF_PATIENT and visit.may_ever("medical"):
        return f"/patients/{day.patient_id}", "users", names.get(day.patient_id, "")
    line = next((one for one in day.lines if one.line_id == line_id), None)
    if code in _OF_PROVIDER and line is not None:
        return _provider(visit, line.care.provider)
    return f"/jours/{day_id}", "calendar-check", ""


def _provider(visit: Visit, nihii: str) -> tuple[str, str, str]:
    """A provider that nobody registered is entered from the list."""
    identifier = provider_id(visit.quittance.keys, nihii)
    state = providers.fold(visit.quittance.log.load([identifier]).get(identifier, []))
    if state is None:
        return "/prestataires", "stethoscope", nihii
    return f"/prestataires/{identifier}", "stethoscope", f"{state.details.last_name} {state.details.first_name}"
