"""A SOAP 1.1 message from outside: one header at most, one body, no id twice, nothing that could be read two ways."""

from dataclasses import dataclass

from lxml import etree

from infrastructure.mycarenet_simulator.errors import NotAuthentic, Refused
from infrastructure.mycarenet_simulator.names import WSU, qname, text_at
from infrastructure.mycarenet_simulator.signing import canonical
from infrastructure.xml import XmlError, document

MOST_BYTES = 64 * 1024 * 1024
_IDS = frozenset({"Id", "ID", "id", "AssertionID", "RequestID", "ResponseID", f"{{{WSU}}}Id", qname("xml:id")})


@dataclass(frozen=True, slots=True)
class Envelope:
    """`content` is the one child of `body`."""

    root: etree._Element
    header: etree._Element | None
    body: etree._Element
    content: etree._Element

    def addressing(self, name: str, *below: str) -> str:
        """Text of a WS-Addressing header; empty without one."""
        return "" if self.header is None else text_at(self.header, f"wsa:{name}", *(f"wsa:{step}" for step in below))


def read_envelope(content: bytes) -> Envelope:
    """Raises `Refused`: SOA-03001 for XML that is none, 03002 for what is no SOAP, 03003 for an empty body."""
    try:
        root = document(content, MOST_BYTES, has_long_texts=True)
    except XmlError as error:
        raise Refused("SOA-03001", f"The message is not well-formed: {error.code}.") from None
    if _has_side_matter(root):
        raise Refused("SOA-03001", "The message holds comments or processing instructions.")
    names = [child.tag for child in root]
    header, body = qname("s:Header"), qname("s:Body")
    if root.tag != qname("s:Envelope") or names not in ([body], [header, body]):
        raise Refused("SOA-03002", "The message is no SOAP 1.1 envelope with one body.")
    if sum(1 for _ in root.iter(body, header)) != len(names):
        raise Refused("SOA-03002", "A body or header stands inside another element.")
    if len(root[-1]) != 1 or _has_text(root) or _has_text(root[-1]):
        raise Refused("SOA-03003", "The body does not hold exactly one element.")
    _require_unique_ids(root)
    try:
        canonical(root)
    except NotAuthentic:
        raise Refused("SOA-03001", "The message has no canonical form.") from None
    return Envelope(root, root[0] if len(names) > 1 else None, root[-1], root[-1][0])


def ids_of(node: etree._Element) -> list[str]:
    """All ids of one element, whatever attribute they stand in."""
    return [str(value) for name, value in node.attrib.items() if name in _IDS]


def _require_unique_ids(root: etree._Element) -> None:
    seen: set[str] = set()
    for node in root.iter():
        for value in ids_of(node):
            if value in seen:
                raise Refused("SOA-03001", "An id stands on two elements.")
            seen.add(value)


def _has_side_matter(root: etree._Element) -> bool:
    beside = [*root.itersiblings(preceding=True), *root.itersiblings()]
    return bool(beside) or any(not isinstance(node.tag, str) for node in root.iter())


def _has_text(node: etree._Element) -> bool:
    texts = [node.text, *(child.tail for child in node)]
    return any((text or "").strip() for text in texts)
