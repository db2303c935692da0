"""What a form that comes late did not touch: it keeps what others changed there meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date as Date

from api.web.care_form import typed_line
from api.web.typed_money import as_typed
from api.web.visit import Visit
from application.ports import Recorded
from domain import billing_day as days
from domain import establishment as establishments
from domain import patient as patients
from domain import provider as providers
from domain.establishment import EstablishmentDetails
from domain.patient import PatientDetails
from domain.provider import ProviderDetails

Fields = tuple[tuple[str, str], ...]


def over_theirs(visit: Visit, recorded: Sequence[Recorded], version: int, sent: Fields) -> Fields:
    """The fields of a form made at `version`, with what stands now in those that still hold what stood then."""
    values = _VALUES.get(recorded[0].topic.partition(".")[0]) if recorded else None
    if values is None:
        return sent
    then = values(visit, [one for one in recorded if one.version <= version])
    now = values(visit, recorded)
    return tuple((name, now[name] if name in now and then.get(name) == value else value) for name, value in sent)


def _of_patient(_: Visit, recorded: Sequence[Recorded]) -> dict[str, str]:
    state = patients.fold(one.event for one in recorded)
    return _typed(state.details) if state else {}


def _of_establishment(_: Visit, recorded: Sequence[Recorded]) -> dict[str, str]:
    state = establishments.fold(one.event for one in recorded)
    return _typed(state.details) if state else {}


def _of_provider(_: Visit, recorded: Sequence[Recorded]) -> dict[str, str]:
    state = providers.fold(one.event for one in recorded)
    return _typed(state.details) if state else {}


def _of_line(visit: Visit, recorded: Sequence[Recorded]) -> dict[str, str]:
    """Of the line that the path names; a form about the whole day has no value of it."""
    state = days.fold(one.event for one in recorded)
    named = str(visit.request.path_params.get("line_id", ""))
    return next((typed_line(one.care) for one in state.lines if str(one.line_id) == named), {}) if state else {}


_VALUES: Mapping[str, Callable[[Visit, Sequence[Recorded]], dict[str, str]]] = {
    "patient": _of_patient,
    "establishment": _of_establishment,
    "provider": _of_provider,
    "billing_day": _of_line,
}
"""Of things that a form holds whole: what its fields show, by the first word of their topics."""


def _typed(details: PatientDetails | EstablishmentDetails | ProviderDetails) -> dict[str, str]:
    """Values as the fields of a form send them."""
    return {one.name: _written(one.name, getattr(details, one.name)) for one in fields(details)}


def _written(name: str, value: object) -> str:
    if isinstance(value, int) and name.endswith("_cents"):
        return as_typed(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, Date) else str(value if value is not None else "")
