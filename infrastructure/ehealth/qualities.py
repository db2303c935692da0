"""Attributes of a token by the quality in which somebody acts (reference 1.6)."""

from dataclasses import dataclass

IDENTIFICATION = "urn:be:fgov:identification-namespace"
CERTIFIED = "urn:be:fgov:certified-namespace:ehealth"
_PERSON = "urn:be:fgov:person:ssin"
_HOLDER = "urn:be:fgov:ehealth:1.0:certificateholder"
_EHEALTH = "urn:be:fgov:ehealth:1.0"


@dataclass(frozen=True, slots=True)
class Attribute:
    """`value` is claimed; without one it is only asked for."""

    namespace: str
    name: str
    value: str = ""


_CERTIFIED_OF_PERSON: dict[str, tuple[str, ...]] = {
    "nurse": (
        f"{_PERSON}:nurse:boolean",
        f"{_PERSON}:ehealth:1.0:nurse:nihii11",
        f"{_PERSON}:ehealth:1.0:nihii:nurse:nihii11",
        f"{_PERSON}:ehealth:1.0:givenname",
        f"{_PERSON}:ehealth:1.0:surname",
        f"{_PERSON}:ehealth:1.0:fpsph:nurse:boolean",
    ),
    "dentist": (
        f"{_PERSON}:ehealth:1.0:fpsph:dentist:boolean",
        f"{_PERSON}:ehealth:1.0:nihii:dentist:nihii11",
        f"{_PERSON}:ehealth:1.0:professional:dentist:boolean",
    ),
}
_GROUP = f"{_EHEALTH}:groupofnurses:nihii-number"
_GROUP_HOLDER = f"{_HOLDER}:groupofnurses:nihii-number"
_ENTERPRISE_HOLDER = f"{_HOLDER}:enterprise:cbe-number"
_UNDASHED = "urn:be:fgov:certifiednamespace:ehealth"
"""So it stands in the only program that shows it, for this attribute alone."""

QUALITIES = ("nurse", "dentist", "groupofnurses", "enterprise")


def attributes_of(quality: str, identifier: str) -> tuple[Attribute, ...]:
    """What a request claims and asks for. `identifier`: SSIN of a person, NIHII (8) of a group, CBE of an enterprise.

    Raises KeyError for another quality.
    """
    if quality in _CERTIFIED_OF_PERSON:
        claims = (f"{_HOLDER}:person:ssin", _PERSON)
        wanted = tuple(Attribute(CERTIFIED, one) for one in _CERTIFIED_OF_PERSON[quality])
        return (*(Attribute(IDENTIFICATION, one, identifier) for one in claims), *wanted)
    if quality == "groupofnurses":
        return (
            Attribute(IDENTIFICATION, _GROUP, identifier),
            Attribute(IDENTIFICATION, _GROUP_HOLDER, identifier),
            Attribute(CERTIFIED, _GROUP_HOLDER),
            Attribute(CERTIFIED, f"{_GROUP}:recognisedgroupofnurses:nihii11"),
            Attribute(CERTIFIED, f"{_GROUP_HOLDER}:recognisedgroupofnurses:boolean"),
        )
    if quality == "enterprise":
        return (
            Attribute(IDENTIFICATION, _ENTERPRISE_HOLDER, identifier),
            Attribute(_UNDASHED, f"{_ENTERPRISE_HOLDER}:ehealth:1.0:cbe_daas_authorized:boolean"),
            Attribute(CERTIFIED, f"{_HOLDER}:recognisedorganization:boolean"),
            Attribute(IDENTIFICATION, "urn:be:fgov:kbo-bce:organization:cbe-number"),
        )
    raise KeyError(quality)


def of_company_staff(ssin: str, cbe: str) -> tuple[Attribute, ...]:
    """Of a person who comes for a company: both numbers. Which attributes production wants of them nobody told."""
    person = tuple(Attribute(IDENTIFICATION, one, ssin) for one in (f"{_HOLDER}:person:ssin", _PERSON))
    return (*person, *attributes_of("enterprise", cbe))
