"""MTOM: a SOAP message whose large base64 contents travel as parts of their own, put back where they belong."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from urllib.parse import unquote

from lxml import etree

from infrastructure.mycarenet_simulator.envelope import MOST_BYTES
from infrastructure.mycarenet_simulator.errors import Refused
from infrastructure.mycarenet_simulator.signing import encoded
from infrastructure.xml import XmlError, document

KIND = "multipart/related"
_INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"
_MOST_PARTS = 10


def unpacked(content: bytes, content_type: str) -> bytes:
    """The message as it would be without MTOM. Raises `Refused` (SOA-03001)."""
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=policy.HTTP).parsebytes(head + content)
    parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
    if not parts or len(parts) > _MOST_PARTS or message.defects:
        raise Refused("SOA-03001", "The message is no multipart/related message.")
    root, attached = parts[0], {_id_of(part): part for part in parts[1:]}
    if root.get_content_type() != "application/xop+xml" or len(attached) != len(parts) - 1:
        raise Refused("SOA-03001", "The message is no XOP message.")
    try:
        tree = document(_bytes_of(root), MOST_BYTES)
    except XmlError as error:
        raise Refused("SOA-03001", f"The message is not well-formed: {error.code}.") from None
    for include in list(tree.iter(_INCLUDE)):
        _put_back(include, attached)
    if attached:
        raise Refused("SOA-03001", "A part is referred to by nothing.")
    made: bytes = etree.tostring(tree)
    return made


def _put_back(include: etree._Element, attached: dict[str, EmailMessage]) -> None:
    """Each part once, as the only content of its element."""
    holder = include.getparent()
    part = attached.pop(unquote(include.get("href", "").removeprefix("cid:")), None)
    alone = holder is not None and len(holder) == 1 and not (holder.text or "").strip() and not include.tail
    if part is None or not alone:
        raise Refused("SOA-03001", "A part is missing, or stands beside other content.")
    holder.remove(include)
    holder.text = encoded(_bytes_of(part))


def _id_of(part: EmailMessage) -> str:
    return str(part.get("Content-ID", "")).strip().strip("<>")


def _bytes_of(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
