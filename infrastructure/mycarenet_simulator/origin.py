"""Who sends for whom: the Origin of a message held against the token of its caller and the table of mandates."""

from dataclasses import dataclass
from hmac import compare_digest

from lxml import etree

from infrastructure.mycarenet_simulator.attributes import CERTIFIED, HOLDER_SSIN, IDENTIFICATION, PERSON_SSIN
from infrastructure.mycarenet_simulator.errors import Faulted, not_authorised, wrong_content
from infrastructure.mycarenet_simulator.names import path, text_at
from infrastructure.mycarenet_simulator.registry import CBE, NIHII, SSIN, Registry
from infrastructure.mycarenet_simulator.token import Token

_NIHII_LENGTH, _ORGANISATION_LENGTH = 11, 8


@dataclass(frozen=True, slots=True)
class Party:
    """Numbers of one identification; empty where it tells none."""

    nihii: str
    ssin: str
    cbe: str


@dataclass(frozen=True, slots=True)
class Origin:
    """`sender_person` and `sender_organisation` are None without a Sender, or without that part of it."""

    user: str
    quality: str
    nihii11: str
    person: Party | None
    organisation: Party | None
    has_sender: bool
    sender_person: Party | None
    sender_organisation: Party | None

    @property
    def owner(self) -> str:
        """Whose mailbox it is."""
        return f"{self.quality}|{self.nihii11}|{self.user}"


def read_origin(node: etree._Element, registry: Registry, space: str = "c2") -> Origin:
    """Of a message that fits the schema. Raises `Faulted` for a wrong licence, `Refused` for missing numbers.

    `space`: prefix of the common information, which each family of services has in a namespace of its own.
    """
    user = text_at(node, f"{space}:Package", f"{space}:License", f"{space}:Username")
    password = text_at(node, f"{space}:Package", f"{space}:License", f"{space}:Password")
    known = registry.licences.get(user)
    if known is None or not compare_digest(known.encode(), password.encode()):
        raise Faulted("NIP.AUTH.license", "The licence of the package is not valid.")
    provider, sender = path(node, f"{space}:CareProvider"), path(node, f"{space}:Sender")
    if provider is None:
        raise wrong_content("CareProvider is missing")
    quality = text_at(provider, f"{space}:Nihii", f"{space}:Quality")
    nihii11 = text_at(provider, f"{space}:Nihii", f"{space}:Value")
    if not quality or len(nihii11) != _NIHII_LENGTH or not nihii11.isascii() or not nihii11.isdigit():
        raise wrong_content("CareProvider has no quality or no NIHII number of 11 digits")
    made = Origin(
        user,
        quality,
        nihii11,
        _party(provider, space, "PhysicalPerson"),
        _party(provider, space, "Organization"),
        sender is not None,
        _party(sender, space, "PhysicalPerson"),
        _party(sender, space, "Organization"),
    )
    if any(party is not None and party.nihii not in ("", nihii11) for party in (made.person, made.organisation)):
        raise wrong_content("CareProvider has two NIHII numbers")
    return made


def require_allowed(origin: Origin, token: Token, registry: Registry, service: str) -> None:
    """Raises `Refused` (SOA-01002) unless the caller is who he says, and may send for the care provider."""
    ssin, organisation = _ssin(token), _organisation(token)
    if origin.has_sender:
        _require_sender(origin, ssin, organisation)
    elif origin.person is not None and origin.person.ssin not in ("", ssin):
        raise not_authorised("the token is not that of the care provider, and no Sender is told")
    if _is_himself(origin, token, organisation):
        return
    callers = [(SSIN, ssin)] if ssin else []
    callers += [organisation] if organisation else []
    if not origin.has_sender:
        raise not_authorised("the token does not confirm the care provider")
    if not any(registry.may_send(caller, origin.nihii11, origin.quality, service) for caller in callers):
        raise not_authorised("there is no mandate of this care provider for this service")


def _require_sender(origin: Origin, ssin: str, organisation: tuple[str, str] | None) -> None:
    person, told = origin.sender_person, origin.sender_organisation
    if ssin and person is None:
        raise not_authorised("a person authenticated, but Sender names none")
    if person is not None and (not person.ssin or person.ssin != ssin):
        raise not_authorised("Sender is not the person of the token")
    if told is not None and (organisation is None or not _names(told, organisation)):
        raise not_authorised("Sender is not the organisation of the token")
    if person is None and told is None:
        raise not_authorised("Sender names nobody")


def _names(party: Party, organisation: tuple[str, str]) -> bool:
    kind, number = organisation
    return number == (party.cbe if kind == CBE else party.nihii[:_ORGANISATION_LENGTH])


def _is_himself(origin: Origin, token: Token, organisation: tuple[str, str] | None) -> bool:
    """Whether the token confirms the very care provider: by its number, and a boolean of his quality."""
    certified = {name: values for (space, name), values in token.attributes.items() if space == CERTIFIED}
    word = f":{origin.quality}:"
    booleans = [v for name, v in certified.items() if word in f":{name}:" and name.endswith("boolean")]
    numbers = [v for name, v in certified.items() if word in f":{name}:" and name.endswith("nihii11")]
    if any(values != ("true",) for values in booleans) or not booleans:
        return False
    is_organisation = organisation == (NIHII, origin.nihii11[:_ORGANISATION_LENGTH])
    return is_organisation or (origin.nihii11,) in numbers


def _ssin(token: Token) -> str:
    for name in (PERSON_SSIN, HOLDER_SSIN):
        for value in token.attributes.get((IDENTIFICATION, name), ()):
            return value
    return ""


def _organisation(token: Token) -> tuple[str, str] | None:
    for (namespace, name), values in token.attributes.items():
        for kind, ending in ((NIHII, ":nihii-number"), (CBE, ":cbe-number")):
            if namespace == IDENTIFICATION and name.endswith(ending) and len(values) == 1:
                return kind, values[0]
    return None


def _party(node: etree._Element | None, space: str, name: str) -> Party | None:
    found = None if node is None else path(node, f"{space}:{name}")
    if found is None:
        return None
    nihii11 = text_at(found, f"{space}:Nihii", f"{space}:Value")
    made = Party(nihii11, text_at(found, f"{space}:Ssin"), text_at(found, f"{space}:Cbe"))
    if made == Party("", "", ""):
        raise wrong_content("a party has no number")
    return made
