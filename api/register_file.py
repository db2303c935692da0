"""Load a register file: establishment, who works there, registrations, patients and their insurability, row by row."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from application.commit import Decided, Done, decide
from application.import_care import Rejected
from application.ports import Context, Watch
from application.register import Registered, establishment_id, number_blind, provider_id
from domain import establishment as establishments
from domain.errors import DomainError, NotAllowed, NotFound
from infrastructure.carefile.register_file import read_register_file
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

if TYPE_CHECKING:
    from api.build import Quittance

REPORT = "register_report"
"""Kind of the message that holds what became of a file, and no value of it."""


@dataclass(frozen=True, slots=True)
class RowWarning:
    """Something to look at: `alike` are records that may be the same person."""

    line: int
    code: str
    alike: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """Rows taken by kind, warnings, and every rejected row with place and reason."""

    establishment_id: UUID | None
    taken: dict[str, int]
    warnings: tuple[RowWarning, ...]
    rejected: tuple[Rejected, ...]


def load_register(
    quittance: "Quittance", context: Context, content: bytes, where: UUID | None, watch: Watch = iter
) -> Done[RegisterReport]:
    """Each row commits by itself; the same file again changes nothing. `where`: unless the file names its own."""
    plain = Context(context.meta)
    rows, rejected = read_register_file(content)
    taken: Counter[str] = Counter()
    warnings: list[RowWarning] = []
    for row in watch(rows):
        try:
            if isinstance(row, EstablishmentRow):
                done = quittance.register.establishment(plain, row.details).result
                where = done.id
            else:
                done = _inside(quittance, plain, where, row)
        except DomainError as refused:
            rejected.append(Rejected(row.line, str(refused.facts.get("field", "")), refused.code))
            continue
        taken[type(row).__name__.removesuffix("Row").lower()] += 1
        warnings.extend(RowWarning(row.line, code, done.alike) for code in done.warnings)
    report = RegisterReport(where, dict(taken), tuple(warnings), tuple(sorted(rejected, key=lambda r: r.line)))
    return decide(quittance.log, context, lambda: Decided([], report))


def load_and_report(
    quittance: "Quittance", context: Context, content: bytes, where: UUID, watch: Watch = iter
) -> Done[str]:
    """A file about this practice alone; answers the name under which the report is kept. Raises `NotAllowed`."""
    _check_own(quittance, where, read_register_file(content)[0])
    report = load_register(quittance, Context(context.meta), content, where, watch).result
    written = json.dumps(asdict(report), default=str, sort_keys=True).encode()
    name, _ = quittance.messages.put(written, REPORT, "in", where)
    return decide(quittance.log, context, lambda: Decided([], name))


def _check_own(quittance: "Quittance", where: UUID, rows: list[RegisterRow]) -> None:
    """Nobody changes another practice, nor a known provider who does not work here."""
    state = establishments.fold(quittance.log.load([where]).get(where, []))
    members = {member.provider_id for member in state.memberships} if state else set()
    named = {provider_id(quittance.keys, row.details.nihii) for row in rows if isinstance(row, ProviderRow)}
    known = quittance.log.load(named - members)
    foreign = [
        row
        for row in rows
        if isinstance(row, EstablishmentRow) and establishment_id(quittance.keys, row.details.tpp_number) != where
    ]
    if foreign or known:
        raise NotAllowed("other_practice", "The file names another practice.", field="register_file")


def _inside(quittance: "Quittance", context: Context, given: UUID | None, row: RegisterRow) -> Registered:
    register = quittance.register
    if isinstance(row, ProviderRow):
        return register.provider(context, row.details, row.activity).result
    where = _named(given)
    match row:
        case MembershipRow():
            who = provider_id(quittance.keys, row.nihii)
            return register.join(context, where, who, row.valid_from, row.valid_to).result
        case RegistrationRow():
            made = quittance.registrations.create(context, where, row.wanted).result
            return Registered(made.registration_id, made.is_new, made.warnings)
        case PatientRow():
            return register.patient(context, where, row.ssin, row.affiliation_number, row.details, row.periods).result
        case InsurabilityRow():
            return register.insure(context, _bearer(quittance, where, row.number), [row.period]).result
        case AuthorisationRow():
            return register.authorise(context, _bearer(quittance, where, row.number), row.given).result
        case _:
            raise TypeError(row)


def _bearer(quittance: "Quittance", where: UUID, number: str) -> UUID:
    blind = number_blind(quittance.keys, where, number)
    found = quittance.lookups.patients_by_number(where, [blind])
    if blind not in found:
        raise NotFound("patient_unknown", "There is no such patient; register it first.", field="ssin")
    return found[blind]


def _named(where: UUID | None) -> UUID:
    if where is None:
        raise NotFound("establishment_not_named", "Name the establishment, or let the file begin with one.")
    return where
