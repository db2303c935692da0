"""Rows of a register file, with the shapes of the domain. `line` counts from 1."""

from dataclasses import dataclass
from datetime import date as Date

from domain.authorisation import Authorisation
from domain.establishment import EstablishmentDetails
from domain.patient import Insurability, PatientDetails
from domain.provider import ProviderDetails
from domain.registration import Wanted


@dataclass(frozen=True, slots=True)
class EstablishmentRow:
    """The establishment to which all other rows of the file belong."""

    line: int
    details: EstablishmentDetails


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider and the periods in which the NIHII number is active, both ends included (None: open)."""

    line: int
    details: ProviderDetails
    activity: tuple[tuple[Date, Date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """The provider with this NIHII number works in the establishment in that time."""

    line: int
    nihii: str
    valid_from: Date
    valid_to: Date | None = None


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """The establishment is registered with MyCareNet in that way."""

    line: int
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient by national number, or by affiliation number, with the periods of insurability given inline."""

    line: int
    ssin: str
    affiliation_number: str
    details: PatientDetails
    periods: tuple[Insurability, ...] = ()


@dataclass(frozen=True, slots=True)
class InsurabilityRow:
    """A period of a patient, named like in the care file: `number` is the national, else the affiliation number."""

    line: int
    number: str
    period: Insurability


@dataclass(frozen=True, slots=True)
class AuthorisationRow:
    """What an insurer allowed for a patient, named in the same way."""

    line: int
    number: str
    given: Authorisation


RegisterRow = (
    EstablishmentRow | ProviderRow | MembershipRow | RegistrationRow | PatientRow | InsurabilityRow | AuthorisationRow
)
