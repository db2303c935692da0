"""The register file as JSON Lines: establishment, providers, registrations, patients and what is known of them."""

from typing import Any

from application.import_care import Rejected
from domain import authorisation as authorisations
from domain import establishment as establishments
from domain.authorisation import Authorisation
from domain.errors import Invalid
from domain.establishment import EstablishmentDetails
from domain.patient import Insurability, PatientDetails
from domain.provider import ProviderDetails
from domain.registration import Wanted
from infrastructure.carefile.json_lines import BadObject, object_of, parsed
from infrastructure.carefile.lines import numbered_lines
from infrastructure.carefile.register_columns import FIELDS, NEEDED
from infrastructure.carefile.register_rows import (
    AuthorisationRow,
    EstablishmentRow,
    InsurabilityRow,
    MembershipRow,
    PatientRow,
    ProviderRow,
    RegisterRow,
    RegistrationRow,
)
from infrastructure.carefile.rejections import Rejections

_KINDS = ("establishment", "provider", "membership", "registration", "patient", "insurability", "authorisation")
_OF_PATIENTS = ("patient", "insurability", "authorisation")
_LISTS = ("periods", "activity")
_MOST_PERIODS = 200
_CONTACT = ("contact_last_name", "contact_first_name", "contact_phone")


def read_register_file(content: bytes) -> tuple[list[RegisterRow], list[Rejected]]:
    """Typed rows in file order and reasons for every line that is none. Raises `CareFileError`, nothing else."""
    rows, rejected = list[RegisterRow](), Rejections()
    for line, raw in numbered_lines(content):
        problems: list[Rejected] = []
        try:
            found = object_of(raw)
        except BadObject as bad:
            problems.append(Rejected(line, bad.field, bad.code))
        else:
            row = _row(line, found, problems)
            if row is not None and not problems:
                rows.append(row)
        if problems:
            rejected.add(line, problems)
    return rows, rejected.told()


def _row(line: int, found: dict[str, Any], problems: list[Rejected]) -> RegisterRow | None:
    kind = found.pop("kind", None)
    if kind not in _KINDS:
        problems.append(Rejected(line, "kind", "kind_unknown"))
        return None
    values = _checked(line, found, kind, "", problems)
    for name in _LISTS:
        if name in values:
            values[name] = _inner(line, name, values[name], problems)
    is_named = not {"ssin", "affiliation_number"}.isdisjoint((*values, *(problem.field for problem in problems)))
    if kind in _OF_PATIENTS and not is_named:
        problems.append(Rejected(line, "ssin", "patient_number_missing"))
    return None if problems else _made(line, kind, values, problems)


def _checked(line: int, found: dict[str, Any], kind: str, prefix: str, problems: list[Rejected]) -> dict[str, Any]:
    values, wrong = parsed(line, found, FIELDS[kind], prefix)
    named = {problem.field for problem in wrong}
    missing = [name for name in NEEDED[kind] if name not in values and prefix + name not in named]
    problems += [*wrong, *(Rejected(line, prefix + name, "value_missing") for name in missing)]
    if "valid_to" in values and "valid_from" in values and values["valid_to"] < values["valid_from"]:
        problems.append(Rejected(line, prefix + "valid_to", "period_reversed"))
    return values


def _inner(line: int, kind: str, items: list[Any], problems: list[Rejected]) -> list[dict[str, Any]]:
    """The objects of `periods` or `activity`; their fields are told as `periods.ct1`."""
    if len(items) > _MOST_PERIODS:
        problems.append(Rejected(line, kind, "out_of_range"))
        return []
    made = []
    for item in items:
        if isinstance(item, dict):
            made.append(_checked(line, item, kind, f"{kind}.", problems))
        else:
            problems.append(Rejected(line, kind, "type_wrong"))
    return made


def _made(line: int, kind: str, values: dict[str, Any], problems: list[Rejected]) -> RegisterRow | None:
    match kind:
        case "establishment":
            return _establishment(line, values, problems)
        case "provider":
            periods = tuple((p["valid_from"], p.get("valid_to")) for p in values.pop("activity", ()))
            return ProviderRow(line, ProviderDetails(**values), periods)
        case "membership":
            return MembershipRow(line, **values)
        case "registration":
            wanted = Wanted(values["registration"], values["nihii"], values.get("cbe", ""), values["valid_from"])
            return RegistrationRow(line, wanted)
        case "patient":
            numbers = values.pop("ssin", ""), values.pop("affiliation_number", "")
            insured = tuple(_insurability(p) for p in values.pop("periods", ()))
            return PatientRow(line, *numbers, PatientDetails(**values), insured)
    number, other = values.pop("ssin", ""), values.pop("affiliation_number", "")
    if kind == "insurability":
        return InsurabilityRow(line, number or other, _insurability(values))
    return _authorisation(line, number or other, values, problems)


def _establishment(line: int, values: dict[str, Any], problems: list[Rejected]) -> EstablishmentRow | None:
    """Check digits and lengths are the domain's to judge."""
    details = EstablishmentDetails(**{**dict.fromkeys(_CONTACT, ""), **values})
    try:
        establishments.check(details)
    except Invalid as wrong:
        problems.append(Rejected(line, str(wrong.facts.get("field", "")), wrong.code))
        return None
    return EstablishmentRow(line, details)


def _authorisation(line: int, number: str, values: dict[str, Any], problems: list[Rejected]) -> AuthorisationRow | None:
    """Whether it fits beside the others of the patient is told when it is recorded."""
    given = Authorisation(
        values["authorisation"],
        values.get("category", ""),
        values["valid_from"],
        values.get("valid_to"),
        values.get("number", ""),
    )
    try:
        authorisations.check((), given)
    except Invalid as wrong:
        problems.append(Rejected(line, str(wrong.facts.get("field", "")), wrong.code))
        return None
    return AuthorisationRow(line, number, given)


def _insurability(values: dict[str, Any]) -> Insurability:
    return Insurability(**{"valid_to": None, **values})
