"""Attributes of a token: what an identification certificate proves, and what the registry says about it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from infrastructure.mycarenet_simulator.registry import Organisation, Registry

IDENTIFICATION = "urn:be:fgov:identification-namespace"
CERTIFIED = "urn:be:fgov:certified-namespace:ehealth"
PERSON_SSIN = "urn:be:fgov:person:ssin"
HOLDER_SSIN = "urn:be:fgov:ehealth:1.0:certificateholder:person:ssin"
ENTERPRISE_NUMBER = "urn:be:fgov:ehealth:1.0:certificateholder:enterprise:cbe-number"
KBO_NUMBER = "urn:be:fgov:kbo-bce:organization:cbe-number"

Name = tuple[str, str]
"""Namespace and name; the namespace is empty where a request leaves it out."""

_EHEALTH = "urn:be:fgov:ehealth:1.0:"
_SOFT = f"{re.escape(_EHEALTH)}(?:certificateholder:)?"
_OF_PERSON = re.compile(
    rf"{PERSON_SSIN}:(?:ehealth:1\.0:)?(?:(?:fpsph|professional|nihii):)?(?P<quality>[a-z]+):(?P<what>boolean|nihii11)"
)
_NAMES = {f"{PERSON_SSIN}:ehealth:1.0:givenname": "given_name", f"{PERSON_SSIN}:ehealth:1.0:surname": "surname"}
_SESSION = f"{HOLDER_SSIN}:usersession:boolean"
_NUMBER = re.compile(rf"{_SOFT}(?P<quality>[a-z]+):(?P<kind>nihii|cbe|ehp)-number")
_RECOGNISED = re.compile(
    rf"{_SOFT}(?P<quality>[a-z]+):(?:nihii|ehp)-number:recognised(?P=quality)?(?:ehp)?:(?P<what>boolean|nihii11)"
)
_RECOGNISED_ORGANISATION = f"{_EHEALTH}certificateholder:recognisedorganization:boolean"
_DAAS = f"{ENTERPRISE_NUMBER}:ehealth:1.0:cbe_daas_authorized:boolean"


class ClaimRefused(Exception):
    """The caller claims to be somebody that his certificate does not name."""


@dataclass(frozen=True, slots=True)
class Grants:
    """Answers questions about one caller. `identifier`: type and number of the identification certificate.

    `denied`: the switch that turns every boolean false and leaves numbers of care providers out.
    """

    registry: Registry
    identifier: tuple[str, str]
    denied: bool = False

    def given(self, claims: Mapping[Name, tuple[str, ...]], wanted: Iterable[Name]) -> dict[Name, tuple[str, ...]]:
        """Attributes for the token, in the order of asking. Raises `ClaimRefused`."""
        organisation = self._claimed(claims)
        made: dict[Name, tuple[str, ...]] = {}
        for namespace, name in [*claims, *wanted]:
            value = self._value(name, organisation)
            if value is not None:
                made[(namespace or _usual_namespace(name), name)] = (value,)
        return made

    def _claimed(self, claims: Mapping[Name, tuple[str, ...]]) -> tuple[str, str] | None:
        """Quality and number of the organisation for which the token is asked; None for a person alone."""
        organisation: tuple[str, str] | None = None
        for (_, name), values in claims.items():
            number = _NUMBER.fullmatch(name)
            if name in (PERSON_SSIN, HOLDER_SSIN):
                if values != (self._ssin(),) or not values[0]:
                    raise ClaimRefused("The certificate is not that of this person.")
            elif number or name == KBO_NUMBER:
                quality = number.group("quality") if number else "enterprise"
                if len(values) != 1 or not self._may_act_for(values[0]):
                    raise ClaimRefused("The certificate is not that of this organisation.")
                organisation = (quality, values[0])
        return organisation

    def _ssin(self) -> str:
        kind, number = self.identifier
        return number if kind == "SSIN" else ""

    def _may_act_for(self, number: str) -> bool:
        person = self.registry.person(self._ssin())
        return number == self.identifier[1] or (person is not None and number in person.works_for)

    def _value(self, name: str, organisation: tuple[str, str] | None) -> str | None:
        of_person = _OF_PERSON.fullmatch(name)
        if name in (PERSON_SSIN, HOLDER_SSIN):
            return self._ssin() or None
        if of_person:
            return self._of_person(of_person.group("quality"), of_person.group("what"))
        if name in _NAMES:
            person = self.registry.person(self._ssin())
            return None if person is None else str(getattr(person, _NAMES[name]))
        if name == _SESSION:
            return self._word(bool(self._ssin()))
        return None if organisation is None else self._of_organisation(name, *organisation)

    def _of_person(self, quality: str, what: str) -> str | None:
        person = self.registry.person(self._ssin())
        number = "" if person is None else person.qualities.get(quality, "")
        if what == "boolean":
            return self._word(bool(number))
        return number if number and not self.denied else None

    def _of_organisation(self, name: str, quality: str, number: str) -> str | None:
        known = self.registry.organisation(quality, number)
        recognised, asked = _RECOGNISED.fullmatch(name), _NUMBER.fullmatch(name)
        if (asked and asked.group("quality") == quality) or (name == KBO_NUMBER and quality == "enterprise"):
            return number
        if name in (_RECOGNISED_ORGANISATION, _DAAS):
            return self._word(known is not None and known.recognised)
        if not recognised or recognised.group("quality") != quality:
            return None
        return self._recognised(known, recognised.group("what"))

    def _recognised(self, known: Organisation | None, what: str) -> str | None:
        is_known = known is not None and known.recognised
        if what == "boolean":
            return self._word(is_known)
        return known.nihii11 if known is not None and is_known and known.nihii11 and not self.denied else None

    def _word(self, holds: bool) -> str:
        return "true" if holds and not self.denied else "false"


def _usual_namespace(name: str) -> str:
    """Of a name that a request writes without one."""
    is_number = name in (PERSON_SSIN, HOLDER_SSIN, KBO_NUMBER) or _NUMBER.fullmatch(name)
    return IDENTIFICATION if is_number else CERTIFIED
