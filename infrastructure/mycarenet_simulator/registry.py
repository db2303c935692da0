"""Whom the simulated services know: persons, organisations, who may send for whom, and licences of software."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SSIN, CBE, NIHII = "ssin", "cbe", "nihii"


@dataclass(frozen=True, slots=True)
class Person:
    """`qualities`: the NIHII number of 11 digits by quality. `works_for`: numbers of organisations."""

    ssin: str
    given_name: str
    surname: str
    qualities: Mapping[str, str] = field(default_factory=dict)
    works_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Organisation:
    """`number`: 8 digits of NIHII, 10 of CBE or EHP; `nihii11` as a recognised organisation is told it."""

    quality: str
    number: str
    nihii11: str = ""
    recognised: bool = True


@dataclass(frozen=True, slots=True)
class Mandate:
    """`sender` is (`ssin`, `cbe` or `nihii`, number); he may send for this care provider by these services."""

    sender: tuple[str, str]
    nihii11: str
    quality: str
    services: frozenset[str] = frozenset({"invoicing", "member_data"})


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything above, and the password of each licence by its user name."""

    persons: tuple[Person, ...]
    organisations: tuple[Organisation, ...]
    mandates: tuple[Mandate, ...]
    licences: Mapping[str, str]

    def person(self, ssin: str) -> Person | None:
        """None for an unknown one, who gets a token that says so."""
        return next((person for person in self.persons if person.ssin == ssin), None)

    def organisation(self, quality: str, number: str) -> Organisation | None:
        """By the number of its quality."""
        found = (one for one in self.organisations if (one.quality, one.number) == (quality, number))
        return next(found, None)

    def may_send(self, sender: tuple[str, str], nihii11: str, quality: str, service: str) -> bool:
        """Whether a mandate says so."""
        return any(
            (one.sender, one.nihii11, one.quality) == (sender, nihii11, quality) and service in one.services
            for one in self.mandates
        )
