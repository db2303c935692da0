"""In whose name a file goes: the quality of the session and the Origin of the message (reference 6).

Who holds the key sends under their own number, for a colleague or a group that gave them a mandate, or as an
organisation for its nurses. Mandates are arranged at MyCareNet, outside any program: a missing one is its answer.
"""

from infrastructure.ehealth.distinguished import Holder
from infrastructure.ehealth.faults import NoToken
from infrastructure.ehealth.origin import Licence, Origin, Party
from infrastructure.ehealth.qualities import Attribute, attributes_of
from infrastructure.ehealth.token import Token

_GROUP = "groupofnurses"
_QUALITY_OF_NUMBER = {"94": _GROUP, "4": "nurse", "3": "dentist"}
_QUALITY_OF_ORGANISATION = {"NIHII-GROUP": _GROUP, "CBE": "enterprise"}


def quality_of(tpp_number: str) -> str:
    """Of the care provider by the beginning of the third-party number. Raises `NoToken` for any other."""
    for beginning, quality in _QUALITY_OF_NUMBER.items():
        if tpp_number.startswith(beginning):
            return quality
    raise NoToken("number_of_no_quality", "Neither a nurse, nor a dentist, nor a group of nurses.")


def claims(holder: Holder, tpp_number: str) -> tuple[Attribute, ...]:
    """What a session for this number asks for. A person acts in their own quality, also for a group."""
    if holder.kind == "SSIN":
        quality = quality_of(tpp_number)
        return attributes_of("nurse" if quality == _GROUP else quality, holder.number)
    if holder.kind not in _QUALITY_OF_ORGANISATION:
        raise NoToken("certificate_of_no_quality", f"A certificate of kind {holder.kind} sends nothing here.")
    return attributes_of(_QUALITY_OF_ORGANISATION[holder.kind], holder.number)


def origin(holder: Holder, tpp_number: str, licence: Licence, token: Token) -> Origin:
    """For whom and by whom; nobody is told as sender who sends for themselves."""
    quality = quality_of(tpp_number)
    person = organisation = sender_person = sender_organisation = None
    if quality == _GROUP:
        organisation = Party("", tpp_number, quality)
    if holder.kind == "CBE":
        sender_organisation = Party(holder.owner, cbe=holder.number)
    elif holder.kind == "SSIN" and _is_own(tpp_number, token):
        person = Party(holder.owner, tpp_number, quality, holder.number)
    elif holder.kind == "SSIN":
        sender_person = Party(holder.owner, ssin=holder.number)
    return Origin(licence, tpp_number, quality, person, organisation, sender_person, sender_organisation)


def _is_own(tpp_number: str, token: Token) -> bool:
    """The platform vouches for the number of whoever holds the token."""
    return any(tpp_number in values for values in token.attributes.values())
