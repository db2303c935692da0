"""Questions about members as bytes, and the answer to one of them out of whatever came (reference 4.2, 4.3)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from application.ports import UnreadableMessage
from domain.answer import Answer
from domain.insurability_query import MemberQuestion
from domain.member_answer import MemberAnswer
from infrastructure.ehealth import member_answer
from infrastructure.ehealth.codec import word_of_network
from infrastructure.ehealth.contents import opened
from infrastructure.ehealth.member_query import Facet, Member, Question, insurability, query
from infrastructure.ehealth.namespaces import GENERIC, MEMBER_EXTENSION, SAML2P, SOAP, name
from infrastructure.xml import XmlError, document, local_name, records

_MOST_BYTES = 64 * 1024 * 1024
_FACETS = "urn:be:cin:nippin:"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MemberDataCodec:
    """`facets`: what is asked beside insurability, by the end of its name; who may ask what is published nowhere."""

    now: Callable[[], datetime]
    facets: tuple[str, ...] = ()

    def write(self, asked: MemberQuestion, issuer: str) -> bytes:
        """One attribute query."""
        return bytes(etree.tostring(self._query(asked, issuer)))

    def write_together(self, asked: Sequence[MemberQuestion], issuer: str) -> bytes:
        """A list of such queries; the reference of each is its `ID`, so no two have the same."""
        root = etree.Element(name(MEMBER_EXTENSION, "AttributeQueryList"), nsmap={"ext": MEMBER_EXTENSION})
        root.extend(self._query(one, issuer) for one in asked)
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))

    def read_together(self, content: bytes) -> Answer | list[tuple[MemberAnswer, bytes]]:
        """Responses out of a list, each with its own bytes; TAck and REJECT. Raises `UnreadableMessage`."""
        try:
            found = records(content, _MOST_BYTES)
            root = next(found)
            if root.tag == name(MEMBER_EXTENSION, "ResponseList"):
                responses = (one for one in found if one.tag == name(SAML2P, "Response"))
                return [(member_answer.read(one), etree.tostring(one, with_tail=False)) for one in responses]
        except XmlError as error:
            raise _unreadable(error.code) from None
        if root.tag == name(GENERIC, "MsgResponse"):
            raise _unreadable(_why_closed(_document(content)))
        return word_of_network(content)

    def read(self, content: bytes, reference: str) -> MemberAnswer:
        """Out of a SOAP answer, or the response alone. Raises `UnreadableMessage`."""
        for response in _responses(_document(content)):
            read = member_answer.read(response)
            if read.reference == reference:
                return read
        raise UnreadableMessage("answer_to_another", "The answer is not about this question; keep it and ask again.")

    def _query(self, asked: MemberQuestion, issuer: str) -> etree._Element:
        by_number = Member("ssin", asked.ssin)
        at_fund = Member("registration_at_fund", f"{asked.affiliation_number}@{asked.sickness_fund}")
        facets = (insurability(asked.purpose), *(Facet(f"{_FACETS}{one}") for one in self.facets))
        member = by_number if asked.ssin else at_fund
        question = Question(asked.reference, member, asked.first_day, asked.last_day + _DAY, facets)
        return query(question, "nihii11", issuer, self.now())


def _responses(root: etree._Element) -> Iterator[etree._Element]:
    """In the blob of a SOAP body, or as they are."""
    if root.tag == name(SOAP, "Envelope"):
        detail = next((one for one in root.iter("*") if local_name(one) == "Detail"), None)
        if detail is None:
            raise _unreadable("content_missing")
        content, code = opened(detail)
        if content is None:
            raise _unreadable(code)
        root = _document(content)
    yield from root.iter(name(SAML2P, "Response"))


def _why_closed(message: etree._Element) -> str:
    """Of a message that came as it was because its content could not be opened."""
    detail = message.find(name(GENERIC, "Detail"))
    return "content_missing" if detail is None else opened(detail)[1]


def _document(content: bytes) -> etree._Element:
    try:
        return document(content, _MOST_BYTES)
    except XmlError as error:
        raise _unreadable(error.code) from None


def _unreadable(code: str) -> UnreadableMessage:
    return UnreadableMessage(code, "An answer that cannot be read; keep it and ask MyCareNet.")
