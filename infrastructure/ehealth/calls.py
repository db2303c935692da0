"""One call over HTTP: the bytes that were signed go, and whatever comes back is kept whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import httpx
from cryptography import x509
from lxml import etree

from infrastructure.ehealth.faults import fault_of
from infrastructure.ehealth.namespaces import SOAP, name
from infrastructure.ehealth.verify import NotGenuine, verify
from infrastructure.xml import XmlError, document

_SKEW = timedelta(minutes=10)
"""By how much the times of an answer may be off: large ones are long under way (reference 2)."""
MOST_BYTES = 64 * 1024 * 1024


class NotReached(Exception):
    """The service was certainly not reached: nothing was sent."""


class NoAnswer(Exception):
    """It was sent, and no answer that can be read came back: nobody knows whether it arrived.

    `raw`: what came instead.
    """

    def __init__(self, message: str, raw: bytes = b"") -> None:
        super().__init__(message)
        self.raw = raw


@dataclass(frozen=True, slots=True)
class Answer:
    """`content`: the bytes as they came; `body`: the child of the SOAP body."""

    content: bytes
    envelope: etree._Element
    body: etree._Element


class Caller:
    """Posts to the first of an endpoint's addresses that can be reached.

    `anchors`: authorities whose certificates may sign an answer. One that carries a signature is verified, whatever it
    says; services need not sign.
    """

    def __init__(self, client: httpx.Client, anchors: Sequence[x509.Certificate], now: Callable[[], datetime]) -> None:
        self._client, self.anchors, self._now = client, anchors, now

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def call(self, addresses: tuple[str, ...], action: str, content: bytes, timeout_s: float) -> Answer:
        """Raises `ServiceFault`, `NotReached`, `NoAnswer`."""
        if not addresses:
            raise NotReached("no address is set")
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{action}"',
            "Accept-Encoding": "identity",
        }
        for address in addresses:
            try:
                with self._client.stream(
                    "POST", address, content=content, headers=headers, timeout=timeout_s
                ) as answer:
                    status, told = answer.status_code, _taken(answer, timeout_s)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
            except httpx.HTTPError as error:
                raise NoAnswer(type(error).__name__) from None
            return self._genuine(_read(status, told))
        raise NotReached("no connection")

    def _genuine(self, answer: Answer) -> Answer:
        try:
            verify(answer.envelope, self.anchors, self._now(), _SKEW)
        except NotGenuine as error:
            raise NoAnswer(f"an answer that is not genuine: {error.code}", answer.content) from None
        if fault := fault_of(answer.body):
            fault.raw = answer.content
            raise fault
        return answer


def _taken(answer: httpx.Response, timeout_s: float) -> bytes:
    """The whole of it, within bounds of size and of time, however slowly it drips."""
    parts, size, until = list[bytes](), 0, monotonic() + timeout_s
    for part in answer.iter_bytes():
        size += len(part)
        parts.append(part)
        if size > MOST_BYTES or monotonic() > until:
            raise NoAnswer("an answer that does not end")
    return b"".join(parts)


def _read(status: int, content: bytes) -> Answer:
    try:
        envelope = document(content, MOST_BYTES, has_long_texts=True)
    except XmlError as error:
        raise NoAnswer(f"HTTP {status}, {error.code}", content) from None
    bodies = envelope.findall(name(SOAP, "Body"))
    if envelope.tag != name(SOAP, "Envelope") or len(bodies) != 1:
        raise NoAnswer(f"HTTP {status}, no SOAP envelope", content)
    children = list(bodies[0].iterchildren("*"))
    if len(children) != 1:
        raise NoAnswer(f"HTTP {status}, no single content", content)
    return Answer(content, envelope, children[0])
