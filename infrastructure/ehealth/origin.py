"""Who asks, for whom and with which program, as MyCareNet wants it told (reference 3.2)."""

from dataclasses import dataclass, field
from typing import Any

from domain.registration import Registration


@dataclass(frozen=True, slots=True)
class Licence:
    """Of the program, not of the practice."""

    package: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organisation; what is empty is not told."""

    name: str = ""
    nihii: str = ""
    quality: str = ""
    ssin: str = field(default="", repr=False)
    cbe: str = ""

    def as_sent(self) -> dict[str, Any]:
        """Only what is known."""
        told: dict[str, Any] = {"Name": self.name, "Ssin": self.ssin, "Cbe": self.cbe}
        if self.nihii:
            told["Nihii"] = {"Quality": self.quality, "Value": self.nihii}
        return {word: value for word, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Origin:
    """`nihii` (11 digits) and `quality` of the care provider for whom it is; `sender` when somebody else asks.

    `under`: the registration of which it is made, and `holder_kind` of the session: for us alone, nobody is told.
    """

    licence: Licence
    nihii: str
    quality: str
    person: Party | None = None
    organisation: Party | None = None
    sender_person: Party | None = None
    sender_organisation: Party | None = None
    site_id: str = ""
    under: Registration | None = None
    holder_kind: str = ""

    def as_sent(self) -> dict[str, Any]:
        """By the names of the schema."""
        provider: dict[str, Any] = {"Nihii": {"Quality": self.quality, "Value": self.nihii}}
        provider |= _parties(self.person, self.organisation)
        package = {
            "Name": self.licence.package,
            "License": {"Username": self.licence.username, "Password": self.licence.password},
        }
        told: dict[str, Any] = {"Package": package, "CareProvider": provider}
        if self.site_id:
            told["SiteID"] = self.site_id
        if sender := _parties(self.sender_person, self.sender_organisation):
            told["Sender"] = sender
        return told


def _parties(person: Party | None, organisation: Party | None) -> dict[str, Any]:
    found = {"PhysicalPerson": person, "Organization": organisation}
    return {word: party.as_sent() for word, party in found.items() if party}
