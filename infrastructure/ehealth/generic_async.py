"""MyCareNet GenericAsync: hand over a message, ask for what came back, say that it is stored (reference 3)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from lxml import etree

from infrastructure.ehealth import xades
from infrastructure.ehealth.bodies import generic
from infrastructure.ehealth.calls import Answer, Caller
from infrastructure.ehealth.contents import deflate, opened
from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.envelope import Addressing, Envelope
from infrastructure.ehealth.faults import ServiceFault
from infrastructure.ehealth.namespaces import GENERIC, name
from infrastructure.ehealth.origin import Origin
from infrastructure.ehealth.token import Token
from infrastructure.xml import local_name

_ACTIONS = {"post": f"{GENERIC}:post:msg", "get": f"{GENERIC}:get:query", "confirm": f"{GENERIC}:confirm:hash"}
_DESTINATION = "urn:nip:destination:io:"
_SUCCESS = "urn:nip:tack:result:major:success"
_TTL = timedelta(seconds=30)
MOST_BYTES_AT_ONCE = 64 * 1024 * 1024
"""Of clear content, beyond which the messages behind are left for the next request."""


@dataclass(frozen=True, slots=True)
class Project:
    """How messages of a business project are written and confirmed (reference 3.3, 3.5).

    `is_signed`: with a XAdES over the clear content. `content_id`: of that content; empty: each has one of its own.
    `by_content`: acknowledgements are confirmed by what they hold.
    """

    message_name: str
    content_type: str
    is_deflated: bool
    is_signed: bool
    content_id: str = ""
    by_content: bool = False


INVOICING = Project("HCPFAC", "text/plain", is_deflated=True, is_signed=True, content_id="blob")
MEMBER_DATA = Project("MDA", "text/xml", is_deflated=False, is_signed=False, by_content=True)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A TAck. `applies_to` names the input reference; `content` and `reference` confirm it. `minor` is a warning.

    `raw`: the element as it came.
    """

    is_success: bool
    applies_to: str
    issuer: str
    minor: str = ""
    message: str = ""
    reference: str = ""
    content: str = field(default="", repr=False)
    raw: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """`content`: clear, None when it is sealed or cannot be opened; `hash_value` and `reference` confirm it.

    `raw`: the element as it came.
    """

    message_name: str
    content: bytes | None = field(repr=False)
    input_reference: str = ""
    output_reference: str = ""
    hash_value: str = ""
    reference: str = ""
    unreadable: str = ""
    raw: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """`raw`: the whole answer as it came, to be kept before anything is confirmed. `is_cut`: more messages came with it
    than are opened at once; they wait there still.
    """

    messages: tuple[Message, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    raw: bytes = field(repr=False)
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """Who acts: the token, and the key that holds it. `lost` is called when a service does not believe the token."""

    token: Token
    holder: Credential = field(repr=False)
    lost: Callable[[], object] = field(default=lambda: None, repr=False, compare=False)

    def call(
        self, caller: Caller, addresses: tuple[str, ...], action: str, envelope: Envelope, timeout_s: float
    ) -> Answer:
        """One message, signed by the key. Raises as `Caller.call`."""
        try:
            return caller.call(addresses, action, envelope.by_token(self.token, self.holder), timeout_s)
        except ServiceFault as fault:
            if fault.is_not_authenticated:
                self.lost()
            raise


@dataclass(frozen=True, slots=True)
class GenericAsync:
    """`addresses` of the project in the order in which they are tried; `now` and `new_id` are injected."""

    caller: Caller
    addresses: tuple[str, ...]
    is_test: bool
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    timeout_s: float = 120
    project: Project = INVOICING

    def post(self, session: Session, origin: Origin, content: bytes, reference: str, to: str = "") -> Acknowledgement:
        """Hand over a text. `reference`: at most 14 characters, unique per sender.

        `to`: the union, three digits; without, MyCareNet knows to whom it goes.
        """
        project = self.project
        content_id = project.content_id or f"_{self.new_id()}"
        signature = {}
        if project.is_signed:
            signature["Xades-t"] = xades.sign(content, content_id, session.holder, self.now(), self.new_id())
        body = generic(
            "post",
            CommonInput={
                "Request": {"IsTest": self.is_test},
                "Origin": origin.as_sent(),
                "InputReference": reference,
            },
            Detail={
                "_value_1": deflate(content) if project.is_deflated else content,
                "ContentType": project.content_type,
                "ContentEncoding": "deflate" if project.is_deflated else "none",
                "MessageName": project.message_name,
                "Id": content_id,
            },
            **signature,
        )
        answer = self._call("post", session, body, f"{_DESTINATION}{to}" if to else "")
        found = answer.body.find(name(GENERIC, "return"))
        if found is None:
            raise ServiceFault("soap", "", "an answer without acknowledgement")
        return _acknowledgement(found)

    def get(self, session: Session, origin: Origin, message_names: Sequence[str], most: int) -> Fetched:
        """What waits, messages of these names and acknowledgements, at most so many of each."""
        query = {"Include": True, "Max": most}
        body = generic(
            "get",
            Origin=origin.as_sent(),
            MsgQuery=query | {"MessageNames": list(message_names)},
            TAckQuery=query,
        )
        answer = self._call("get", session, body)
        responses = list(answer.body.iter(name(GENERIC, "MsgResponse")))
        messages = tuple(_as_many_as_fit(responses))
        tacks = (one.find(name(GENERIC, "TAck")) for one in answer.body.iter(name(GENERIC, "TAckResponse")))
        acknowledgements = tuple(_acknowledgement(one) for one in tacks if one is not None)
        return Fetched(messages, acknowledgements, answer.content, is_cut=len(messages) < len(responses))

    def confirm(
        self,
        session: Session,
        origin: Origin,
        messages: Sequence[Message] = (),
        acknowledgements: Sequence[Acknowledgement] = (),
    ) -> None:
        """They are stored here: each by its reference where it has one, else by its hash or content."""
        lists = {
            "MsgHashValues": [one.hash_value for one in messages if not one.reference],
            "MsgRefValues": [one.reference for one in messages if one.reference],
            "TAckContents": [one.content for one in acknowledgements if not one.reference],
            "TAckReferences": [one.reference for one in acknowledgements if one.reference],
        }
        told = {word: values for word, values in lists.items() if values}
        self._call("confirm", session, generic("confirm", Origin=origin.as_sent(), **told))

    def _call(self, operation: str, session: Session, body: etree._Element, to: str = "") -> Answer:
        action = _ACTIONS[operation]
        envelope = Envelope(body, self.now(), _TTL, self.new_id()).addressed(Addressing(action, self.new_id(), to))
        return session.call(self.caller, self.addresses, action, envelope, self.timeout_s)


def _acknowledgement(element: etree._Element) -> Acknowledgement:
    return Acknowledgement(
        element.get("ResultMajor") == _SUCCESS,
        element.get("AppliesTo", ""),
        element.get("Issuer", ""),
        element.get("ResultMinor", ""),
        element.get("ResultMessage", ""),
        element.get("Reference", ""),
        "".join((element.text or "").split()),
        _as_it_came(element),
    )


def _as_many_as_fit(responses: Iterable[etree._Element]) -> Iterator[Message]:
    """At least one; opened, they may be a thousand times as large as they came."""
    size = 0
    for one in responses:
        if size > MOST_BYTES_AT_ONCE:
            return
        message = _message(one)
        size += len(message.content or b"")
        yield message


def _message(element: etree._Element) -> Message:
    output = {
        local_name(one): (one.text or "").strip() for one in element.iterfind(f"{name(GENERIC, 'CommonOutput')}/*")
    }
    detail = element.find(name(GENERIC, "Detail"))
    if detail is None:
        said = output.get("InputReference", "")
        return Message("", None, said, unreadable="content_missing", raw=_as_it_came(element))
    content, unreadable = opened(detail)
    return Message(
        detail.get("MessageName", ""),
        content,
        output.get("InputReference", ""),
        output.get("OutputReference", ""),
        detail.get("HashValue", ""),
        detail.get("Reference", ""),
        unreadable,
        _as_it_came(element),
    )


def _as_it_came(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, with_tail=False))
