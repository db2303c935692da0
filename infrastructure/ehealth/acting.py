"""In whose name a file goes: the registration that fits whoever holds the session, and what follows from it.

The quality of the session and the Origin of the message (reference 6). Who holds the key sends under their own number,
for a colleague or a group that gave them a mandate, or as an organisation for its nurses. Mandates are arranged at
MyCareNet, outside any program: a missing one is its answer.
"""

from collections.abc import Iterable, Sequence

from domain.registration import Registration
from domain.registration_kinds import Kind
from infrastructure.ehealth.distinguished import Holder
from infrastructure.ehealth.faults import NoToken
from infrastructure.ehealth.origin import Licence, Origin, Party
from infrastructure.ehealth.qualities import Attribute, attributes_of, of_company_staff
from infrastructure.ehealth.token import Token

_GROUP, _ENTERPRISE = "groupofnurses", "enterprise"
_QUALITY_OF_NUMBER = {"4": "nurse", "3": "dentist"}
_QUALITY_OF_ORGANISATION = {"NIHII-GROUP": _GROUP, "CBE": _ENTERPRISE}
_IN_PERSON: tuple[Kind, ...] = ("own", "group", "colleague")
"""Before those of a company, for whoever gives care: of several that fit, the one that says least of others."""
_CARE_GIVER = ":nihii11"
_GROUP_DIGITS = 8


class NoRegistration(Exception):
    """No registration in force fits whoever holds the session. `holder_kind`: SSIN, CBE, NIHII-GROUP."""

    def __init__(self, holder_kind: str) -> None:
        super().__init__("No registration in force fits the holder of the session.")
        self.holder_kind = holder_kind


def fitting(registrations: Iterable[Registration], holder: Holder, tpp_number: str) -> tuple[Registration, ...]:
    """Those for this number under which the holder may come, the likeliest first. Raises `NoRegistration`."""
    fits = [one for one in registrations if one.nihii == tpp_number and _may_be_of(one, holder)]
    if not fits:
        raise NoRegistration(holder.kind)
    return tuple(sorted(fits, key=_likelihood))


def claims(holder: Holder, fits: Sequence[Registration]) -> tuple[Attribute, ...]:
    """What a session asks for. A person acts in their own quality, also for a group; staff of a company as such.

    `fits`: as `fitting` found them. Raises `NoToken` for a holder or a number of no quality.
    """
    if holder.kind == "SSIN":
        if all(one.rule.is_of_company for one in fits):
            return of_company_staff(holder.number, fits[0].cbe)
        quality = quality_of(fits[0])
        return attributes_of("nurse" if quality == _GROUP else quality, holder.number)
    if holder.kind not in _QUALITY_OF_ORGANISATION:
        raise NoToken("certificate_of_no_quality", f"A certificate of kind {holder.kind} sends nothing here.")
    return attributes_of(_QUALITY_OF_ORGANISATION[holder.kind], holder.number)


def claims_as_staff(holder: Holder, fits: Sequence[Registration], token: Token) -> tuple[Attribute, ...]:
    """What to ask for anew: of a person who gives no care, and whom the token names no company for; none else.

    Nobody knows before the first token whether it is a care giver who asks, and who claims to be staff of a company
    that is not theirs gets no token at all.
    """
    if holder.kind != "SSIN" or _gives_care(token):
        return ()
    of_company = [one for one in fits if one.rule.is_of_company]
    if not of_company or len(of_company) == len(fits):
        return ()
    return claims(holder, of_company)


def origin(holder: Holder, fits: Sequence[Registration], licence: Licence, token: Token) -> Origin:
    """For whom and by whom; nobody is told as sender who sends for themselves. Raises `NoRegistration`, `NoToken`."""
    under = counting(holder, fits, token)
    quality, nihii = quality_of(under), under.nihii
    person = organisation = sender_person = sender_organisation = None
    if under.rule.is_of_group:
        organisation = Party("", nihii, quality)
    if holder.kind == "CBE":
        sender_organisation = Party(holder.owner, cbe=holder.number)
    elif under.kind == "own":
        person = Party(holder.owner, nihii, quality, holder.number)
    elif holder.kind == "SSIN":
        sender_person = Party(holder.owner, ssin=holder.number)
        sender_organisation = Party(cbe=under.cbe) if under.cbe and _names(token, under.cbe) else None
    return Origin(
        licence,
        nihii,
        quality,
        person,
        organisation,
        sender_person,
        sender_organisation,
        under=under,
        holder_kind=holder.kind,
    )


def counting(holder: Holder, fits: Sequence[Registration], token: Token) -> Registration:
    """The one that counts, now that the platform told who holds the token. Raises `NoRegistration`.

    Their own number is theirs alone; who comes for a company that the token names comes as its staff.
    """
    if holder.kind != "SSIN":
        return fits[0]
    if (own := fits[0]).kind == "own" and _names(token, own.nihii):
        return own
    others = [one for one in fits if one.kind != "own"]
    others.sort(key=lambda one: not (one.rule.is_of_company and _names(token, one.cbe)))
    if not others:
        raise NoRegistration(holder.kind)
    return others[0]


def quality_of(registration: Registration) -> str:
    """Of the care provider: by the kind, else by the beginning of the number. Raises `NoToken` for any other."""
    if registration.rule.is_of_group:
        return _GROUP
    if quality := _QUALITY_OF_NUMBER.get(registration.nihii[:1]):
        return quality
    raise NoToken("number_of_no_quality", "Neither a nurse, nor a dentist, nor a group of nurses.")


def _may_be_of(registration: Registration, holder: Holder) -> bool:
    """As far as the certificate tells. A person may be anybody: what the platform says of them is in the token."""
    if holder.kind == "CBE":
        return registration.rule.is_of_company and registration.cbe == holder.number
    if holder.kind == "NIHII-GROUP":
        return registration.kind == "group" and registration.nihii[:_GROUP_DIGITS] == holder.number
    return holder.kind == "SSIN"


def _likelihood(registration: Registration) -> int:
    kind = registration.kind
    return _IN_PERSON.index(kind) if kind in _IN_PERSON else len(_IN_PERSON)


def _names(token: Token, number: str) -> bool:
    """The platform vouches for the number."""
    return any(number in values for values in token.attributes.values())


def _gives_care(token: Token) -> bool:
    return any(name.endswith(_CARE_GIVER) and any(values) for name, values in token.attributes.items())
