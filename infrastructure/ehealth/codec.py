"""What comes from MyCareNet for eFact: files of the unions, and what the network says of a file (reference 3.4, 5)."""

from lxml import etree

from application.ports import UnreadableMessage
from domain.answer import NOT_TREATED, TECHNICAL, Answer
from infrastructure.efact.codec import EfactCodec
from infrastructure.ehealth.namespaces import GENERIC, TYPES, name
from infrastructure.xml import XmlError, document, local_name

_SUCCESS = "urn:nip:tack:result:major:success"
_REFERENCE, _UNION = "urn:nip:reference:input:", "urn:nip:issuer:io:"
_MOST_BYTES = 8 * 1024 * 1024
_MOST_CHARACTERS = 64


class UnionCodec(EfactCodec):
    """An eFact file never begins with a bracket: what does is a TAck, or the refusal to treat a message."""

    def read_answer(self, content: bytes) -> Answer:
        """Raises `UnreadableMessage`."""
        return word_of_network(content) if content.lstrip().startswith(b"<") else super().read_answer(content)

    def kind(self, content: bytes) -> str:
        """Name of the message, empty when it cannot be told."""
        if not content.lstrip().startswith(b"<"):
            return super().kind(content)
        try:
            return word_of_network(content).message
        except UnreadableMessage:
            return ""


def word_of_network(content: bytes) -> Answer:
    """A TAck, or the refusal to treat a message. Raises `UnreadableMessage`."""
    try:
        root = document(content.replace(b"\0", b""), _MOST_BYTES)  # insurers' refusals may hold NUL bytes
    except XmlError as error:
        raise UnreadableMessage(error.code, "XML that cannot be read; keep it and ask MyCareNet.") from None
    if root.tag == name(GENERIC, "TAck"):
        return _acknowledgement(root)
    if local_name(root) in ("RejectInb", "RejectOutb"):
        return _refusal(root)
    raise UnreadableMessage("efact.unrecognised", "Neither a file of a union nor an acknowledgement.")


def _acknowledgement(tack: etree._Element) -> Answer:
    major, minor = tack.get("ResultMajor", ""), tack.get("ResultMinor", "")
    reference = tack.get("AppliesTo", "").removeprefix(_REFERENCE)
    issuer = tack.get("Issuer", "").removeprefix(_UNION)[:_MOST_CHARACTERS]
    if major == _SUCCESS:
        return Answer(TECHNICAL, reference, issuer, None, None)
    return Answer(NOT_TREATED, reference, issuer, None, minor.rpartition(":")[2][:_MOST_CHARACTERS])


def _refusal(root: etree._Element) -> Answer:
    """REJECT: what could not be treated, and why; `CommonInput` repeats the reference."""
    texts = {local_name(one): (one.text or "").strip() for one in root.iter("*")}
    code = root.findtext(f".//{name(TYPES, 'FaultCode')}") or texts.get("FaultCode", "")
    source = root.findtext(f".//{name(TYPES, 'FaultSource')}") or texts.get("FaultSource", "")
    return Answer(
        NOT_TREATED,
        texts.get("InputReference", ""),
        source.strip()[:_MOST_CHARACTERS],
        None,
        code.strip()[:_MOST_CHARACTERS],
    )
