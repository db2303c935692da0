"""Load a register file: establishment, providers, memberships, patients and their insurability, row by row."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from api.build import Quittance
from application.commit import Decided, Done, decide
from application.import_care import Rejected
from application.ports import Context, Watch
from application.register import Registered, number_blind, provider_id
from domain.errors import DomainError, NotFound
from infrastructure.carefile.register_file import read_register_file
from infrastructure.carefile.register_rows import (
    EstablishmentRow,
    InsurabilityRow,
    MembershipRow,
    PatientRow,
    ProviderRow,
    RegisterRow,
)


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
    quittance: Quittance, context: Context, content: bytes, where: UUID | None, watch: Watch = iter
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


def _inside(quittance: Quittance, context: Context, given: UUID | None, row: RegisterRow) -> Registered:
    register = quittance.register
    if isinstance(row, ProviderRow):
        return register.provider(context, row.details, row.activity).result
    where = _named(given)
    match row:
        case MembershipRow():
            who = provider_id(quittance.keys, row.nihii)
            return register.join(context, where, who, row.valid_from, row.valid_to).result
        case PatientRow():
            return register.patient(context, where, row.ssin, row.affiliation_number, row.details, row.periods).result
        case InsurabilityRow():
            blind = number_blind(quittance.keys, where, row.number)
            found = quittance.lookups.patients_by_number(where, [blind])
            if blind not in found:
                raise NotFound("patient_unknown", "There is no such patient; register it first.", field="ssin")
            return register.insure(context, found[blind], [row.period]).result
        case _:
            raise TypeError(row)


def _named(where: UUID | None) -> UUID:
    if where is None:
        raise NotFound("establishment_not_named", "Name the establishment, or let the file begin with one.")
    return where
