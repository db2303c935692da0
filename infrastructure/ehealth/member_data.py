"""MyCareNet MemberData, synchronous: one question about one member, one answer (reference 4.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from infrastructure.ehealth.bodies import member_data
from infrastructure.ehealth.calls import Caller
from infrastructure.ehealth.envelope import Envelope
from infrastructure.ehealth.generic_async import Session
from infrastructure.ehealth.namespaces import MEMBER_DATA
from infrastructure.ehealth.origin import Origin

_ACTION = f"{MEMBER_DATA}:MemberDataConsultation"
_TTL = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class MemberData:
    """`addresses` in the order in which they are tried; `now` and `new_id` are injected.

    The question goes in the clear: sealing it wants the recipient's key, whose profile nobody documents.
    """

    caller: Caller
    addresses: tuple[str, ...]
    is_test: bool
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    timeout_s: float = 20

    def ask(self, session: Session, origin: Origin, reference: str, query: bytes) -> bytes:
        """The whole answer as it came, whatever it says. Raises `ServiceFault`, `NotReached`, `NoAnswer`.

        `reference`: at most 14 characters; the query repeats it.
        """
        body = member_data(
            CommonInput={
                "Request": {"IsTest": self.is_test},
                "Origin": origin.as_sent(),
                "InputReference": reference,
            },
            Detail={
                "_value_1": query,
                "ContentType": "text/xml",
                "ContentEncoding": "none",
                "Id": f"_{self.new_id()}",
            },
            Id=f"_{self.new_id()}",
            IssueInstant=self.now(),
        )
        envelope = Envelope(body, self.now(), _TTL, self.new_id())
        return session.call(self.caller, self.addresses, _ACTION, envelope, self.timeout_s).content
