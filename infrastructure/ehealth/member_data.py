"""MyCareNet MemberData, synchronous: one question about one member, one answer (reference 4.2)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from lxml import etree

from infrastructure.ehealth import member_answer
from infrastructure.ehealth.bodies import member_data
from infrastructure.ehealth.calls import Caller
from infrastructure.ehealth.contents import opened
from infrastructure.ehealth.envelope import Envelope
from infrastructure.ehealth.generic_async import Session
from infrastructure.ehealth.member_answer import MemberAnswer
from infrastructure.ehealth.member_query import Question, query
from infrastructure.ehealth.namespaces import MEMBER_DATA
from infrastructure.ehealth.origin import Origin
from infrastructure.xml import XmlError, document, local_name

_ACTION = f"{MEMBER_DATA}:MemberDataConsultation"
_TTL = timedelta(seconds=60)
_MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Told:
    """`raw`: the whole answer as it came, to be kept; `answer`: what it says, None when that cannot be read.

    `unreadable`: why not.
    """

    answer: MemberAnswer | None
    unreadable: str
    raw: bytes = field(repr=False)


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
    timeout_s: float = 30

    def ask(self, session: Session, origin: Origin, asked: Question) -> Told:
        """Raises `ServiceFault`, `NotReached`, `NoAnswer`; what an insurer refuses is an answer."""
        clear = etree.tostring(query(asked, "nihii11", origin.nihii, self.now()))
        body = member_data(
            CommonInput={
                "Request": {"IsTest": self.is_test},
                "Origin": origin.as_sent(),
                "InputReference": asked.reference,
            },
            Detail={
                "_value_1": clear,
                "ContentType": "text/xml",
                "ContentEncoding": "none",
                "Id": f"_{self.new_id()}",
            },
            Id=f"_{self.new_id()}",
            IssueInstant=self.now(),
        )
        content = Envelope(body, self.now(), _TTL, self.new_id()).by_token(session.token, session.holder)
        answer = self.caller.call(self.addresses, _ACTION, content, self.timeout_s)
        return Told(*_opened(answer.body), answer.content)


def _opened(body: etree._Element) -> tuple[MemberAnswer | None, str]:
    detail = next((one for one in body.iter("*") if local_name(one) == "Detail"), None)
    if detail is None:
        return None, "content_missing"
    content, unreadable = opened(detail)
    if content is None:
        return None, unreadable
    try:
        return member_answer.read(document(content, _MOST_BYTES)), ""
    except XmlError as error:
        return None, error.code
