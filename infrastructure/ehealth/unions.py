"""The way to the national unions over MyCareNet: a `UnionTransport` by GenericAsync, whatever the project."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from application.ports import Collected, NotTransmitted, OutcomeUnknown, UnionsNotReached
from infrastructure.ehealth.acting import NoRegistration
from infrastructure.ehealth.calls import NoAnswer, NotReached
from infrastructure.ehealth.faults import NoToken, ServiceFault
from infrastructure.ehealth.generic_async import Acknowledgement, Fetched, GenericAsync, Message, Session
from infrastructure.ehealth.origin import Origin

_ANSWERS = ()
"""All names: those of eFact (HCPFAC, HCPAFD, HCPVWR), of members (MDA), REJECT, and what nobody told us of."""
_LICENCE = "NIP.AUTH.license"
_MOST = 64
_FEWEST = 1
_LESS = 4
_OF_MESSAGES, _OF_TACKS = ("ref", "hash"), ("tack-ref", "tack")
_CERTAIN = ("SOA-01", "SOA-03", "NIP.")
"""Refused at the door: who asks, or how. Of any other trouble nobody knows whether the file went through."""


_TROUBLES = (NoRegistration, NoToken, NotReached, NoAnswer, ServiceFault)


class Registration(Protocol):
    """In whose name something is sent for a third-party number, and the session for it."""

    def __call__(self, tpp_number: str) -> tuple[Session, Origin]:
        """Raises `NoRegistration`, `NoToken`."""

    def is_open(self, tpp_number: str) -> bool:
        """Whether a session holds now for that number; asks nobody outside."""


class MyCareNetUnions:
    """Messages go out under their reference, which MyCareNet knows again; answers wait until confirmed.

    A receipt says how something is confirmed: by reference or hash of a message, by reference or content of a TAck.
    """

    def __init__(self, service: GenericAsync, register: Registration) -> None:
        self._service, self._register = service, register
        self._most = _MOST

    def close(self) -> None:
        """Give connections back."""
        self._service.caller.close()

    def is_open(self, tpp_number: str) -> bool:
        """Whether somebody opened a session that holds now."""
        return self._register.is_open(tpp_number)

    def transmit(self, content: bytes, provider_reference: str, union: str, tpp_number: str) -> None:
        """Hand over one message. Raises `OutcomeUnknown` or `NotTransmitted`, with what the service said."""
        try:
            session, origin = self._register(tpp_number)
        except NoRegistration as error:
            raise NotTransmitted(str(error), "registration_missing", holder_kind=error.holder_kind) from error
        except _TROUBLES as error:
            raise NotTransmitted(str(error), "no_session", getattr(error, "code", "")) from error
        try:
            told = self._service.post(session, origin, content, provider_reference, union)
        except NotReached as error:
            raise NotTransmitted(str(error), "not_reached") from error
        except NoAnswer as error:
            raise OutcomeUnknown("No answer came; wait for one from the union before sending again.") from error
        except ServiceFault as error:
            if error.code.startswith(_CERTAIN):
                raise _refused(error, origin) from error
            raise OutcomeUnknown(str(error)) from error
        if not told.is_success:
            raise NotTransmitted(told.message, "refused_by_network", told.minor.rpartition(":")[2])

    def collect(self, tpp_number: str) -> Collected:
        """Answers and acknowledgements that wait, each with its receipt.

        What cannot be opened comes as it came. Raises `UnionsNotReached`.
        """
        with _reaching():
            fetched, has_more = self._fetch(*self._register(tpp_number))
        return Collected(list(_entries(fetched, self._service.project.by_content)), fetched.raw, has_more)

    def confirm(self, tpp_number: str, receipts: Sequence[str]) -> None:
        """They are stored here; what carries no name is not confirmed and comes again. Raises `UnionsNotReached`."""
        kinds = [parts for receipt in receipts if (parts := receipt.partition(":"))[2]]
        messages = [_message(kind, value) for kind, _, value in kinds if kind in _OF_MESSAGES]
        tacks = [_acknowledgement(kind, value) for kind, _, value in kinds if kind in _OF_TACKS]
        if messages or tacks:
            with _reaching():
                self._service.confirm(*self._register(tpp_number), messages, tacks)

    def _fetch(self, session: Session, origin: Origin) -> tuple[Fetched, bool]:
        """Fewer at a time when the service says that it has not enough time for so many, or answers too late.

        And whether more may wait: as many came as were asked for. As long as they do, no more are asked for than last
        time.
        """
        while True:
            most = self._most
            try:
                fetched = self._service.get(session, origin, _ANSWERS, most)
            except (ServiceFault, NoAnswer) as error:
                asks_for_less = isinstance(error, NoAnswer) or error.asks_for_less
                self._most = max(_FEWEST, most // _LESS) if asks_for_less and most > _FEWEST else _MOST
                if self._most == _MOST:
                    raise
                continue
            has_more = fetched.is_cut or max(len(fetched.messages), len(fetched.acknowledgements)) >= most
            if not has_more:
                self._most = _MOST
            return fetched, has_more


def _refused(error: ServiceFault, origin: Origin) -> NotTransmitted:
    """Whose mandate it is that whoever sends lacks follows from the registration."""
    under = origin.under.registration_id if origin.under and error.is_not_mandated else None
    return NotTransmitted(str(error), _why(error), error.code, under, origin.holder_kind if under else "")


def _why(refused: ServiceFault) -> str:
    if refused.is_not_mandated:
        return "not_mandated"
    return "licence_refused" if refused.code == _LICENCE else "refused_by_network"


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except _TROUBLES as error:
        raise UnionsNotReached(str(error), _why_not(error), getattr(error, "raw", b"")) from error


def _why_not(error: Exception) -> str:
    if isinstance(error, ServiceFault):
        return _why(error)
    if isinstance(error, NoAnswer):
        return "no_answer"
    if isinstance(error, NoRegistration):
        return "registration_missing"
    return "no_session" if isinstance(error, NoToken) else "not_reached"


def _entries(fetched: Fetched, by_content: bool) -> Iterator[tuple[str, bytes]]:
    for message in fetched.messages:
        receipt = f"ref:{message.reference}" if message.reference else f"hash:{message.hash_value}"
        yield receipt, message.raw if message.content is None else message.content
    for tack in fetched.acknowledgements:
        is_named = tack.reference and not by_content
        receipt = f"tack-ref:{tack.reference}" if is_named else f"tack:{tack.content}"
        yield receipt, tack.raw


def _message(kind: str, value: str) -> Message:
    return Message("", None, reference=value) if kind == "ref" else Message("", None, hash_value=value)


def _acknowledgement(kind: str, value: str) -> Acknowledgement:
    by_reference = kind == "tack-ref"
    return Acknowledgement(True, "", "", reference=value if by_reference else "", content="" if by_reference else value)
