"""Demo identities: the fictitious group of the sample practice, a nurse of it, her colleague, an employee, a dentist.

All numbers have valid check digits and belong to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime

from infrastructure.mycarenet_simulator import pki
from infrastructure.mycarenet_simulator.pki import Held
from infrastructure.mycarenet_simulator.registry import CBE, SSIN, Mandate, Organisation, Person, Registry
from infrastructure.sample.numbers import nihii, ssin

LICENCE_USER, LICENCE_PASSWORD = "quittance-simulator", "simulated-licence"
GROUP = "94999919000"
COMPANY = "0999999823"
NURSE = Person(ssin(Date(1984, 3, 12), 2), "Amélie", "Delvaux", {"nurse": "49991127401"}, frozenset({GROUP[:8]}))
COLLEAGUE = Person(ssin(Date(1990, 7, 2), 2), "Bérénice", "Vanhoutte", {"nurse": "49992216401"})
EMPLOYEE = Person(ssin(Date(1979, 11, 30), 1), "Luc", "Claes", {}, frozenset({COMPANY}))
DENTIST = Person(ssin(Date(1988, 1, 20), 1), "Karim", "Benali", {"dentist": nihii(399_991, "001")})

REGISTRY = Registry(
    persons=(NURSE, COLLEAGUE, EMPLOYEE, DENTIST),
    organisations=(
        Organisation("groupofnurses", GROUP[:8], GROUP),
        Organisation("enterprise", COMPANY),
    ),
    mandates=(
        Mandate((SSIN, NURSE.ssin), GROUP, "groupofnurses"),
        Mandate((SSIN, EMPLOYEE.ssin), GROUP, "groupofnurses"),
        Mandate((CBE, COMPANY), GROUP, "groupofnurses"),
        Mandate((SSIN, EMPLOYEE.ssin), NURSE.qualities["nurse"], "nurse"),
        Mandate((SSIN, COLLEAGUE.ssin), NURSE.qualities["nurse"], "nurse"),
    ),
    licences={LICENCE_USER: LICENCE_PASSWORD},
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who gets a keystore; `make` draws its certificate."""

    name: str
    make: Callable[[Held, datetime], Held]


def _person(person: Person, kind: pki.KeyKind) -> Callable[[Held, datetime], Held]:
    name = f"{person.given_name} {person.surname}"
    return lambda authority, now: pki.person(authority, person.ssin, name, now, kind)


def _organisation(identifier: str, application: str, kind: pki.KeyKind) -> Callable[[Held, datetime], Held]:
    return lambda authority, now: pki.organisation(authority, identifier, "Les Tilleuls", now, application, kind)


IDENTITIES = (
    Identity("nurse", _person(NURSE, "p-384")),
    Identity("colleague", _person(COLLEAGUE, "rsa-2048")),
    Identity("employee", _person(EMPLOYEE, "p-256")),
    Identity("dentist", _person(DENTIST, "p-384")),
    Identity("group", _organisation(f"NIHII-GROUP={GROUP[:8]}", "", "p-384")),
    Identity("company", _organisation(f"CBE={COMPANY}", "QUITTANCE", "rsa-2048")),
)
