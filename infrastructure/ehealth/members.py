"""The way to the insurers with questions about members: a `MemberService` by MemberData of MyCareNet."""

from collections.abc import Callable

from application.ports import NotTransmitted, OutcomeUnknown
from infrastructure.ehealth.acting import NoRegistration
from infrastructure.ehealth.calls import NoAnswer, NotReached
from infrastructure.ehealth.faults import NoToken, ServiceFault
from infrastructure.ehealth.member_data import MemberData
from infrastructure.ehealth.unions import Registration

_LICENCE = "NIP.AUTH.license"


class MyCareNetMembers:
    """Refusals of the service are certain: it looked at no question. Only a lost answer leaves that open.

    `pace` holds a question back until it is its turn. `at_once`: how many may be under way side by side.
    """

    def __init__(self, service: MemberData, register: Registration, pace: Callable[[], None], at_once: int = 1) -> None:
        self._service, self._register, self._pace, self.at_once = service, register, pace, at_once

    def is_open(self, tpp_number: str) -> bool:
        """Whether somebody opened a session that holds now."""
        return self._register.is_open(tpp_number)

    def ask(self, tpp_number: str, reference: str, content: bytes) -> bytes:
        """The whole answer as it came. Raises `OutcomeUnknown` or `NotTransmitted`."""
        self._pace()
        try:
            session, origin = self._register(tpp_number)
        except NoRegistration as error:
            raise NotTransmitted(str(error), "registration_missing", holder_kind=error.holder_kind) from error
        except (NoToken, NotReached, NoAnswer, ServiceFault) as error:
            raise NotTransmitted(str(error), "no_session", getattr(error, "code", "")) from error
        try:
            return self._service.ask(session, origin, reference, content)
        except NotReached as error:
            raise NotTransmitted(str(error), "not_reached") from error
        except NoAnswer as error:
            raise OutcomeUnknown("No answer came; a question may be asked again.") from error
        except ServiceFault as error:
            raise NotTransmitted(str(error), _why(error), error.code) from error


def _why(refused: ServiceFault) -> str:
    if refused.is_not_mandated:
        return "not_mandated"
    if refused.is_not_authenticated:
        return "no_session"
    if refused.retry:
        return "service_unavailable"
    return "licence_refused" if refused.code == _LICENCE else "refused_by_network"
