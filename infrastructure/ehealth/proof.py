"""What stands in the kept answer to a `get`: messages as they were taken in."""

from collections.abc import Iterator

from infrastructure.ehealth.contents import MOST_BYTES, opened
from infrastructure.ehealth.namespaces import GENERIC, name
from infrastructure.xml import XmlError, document


def contents(proof: bytes) -> Iterator[bytes]:
    """The clear bytes of each message that can be opened; none for an answer that brought none, or cannot be read."""
    try:
        envelope = document(proof, MOST_BYTES, has_long_texts=True)
    except XmlError:
        return
    for detail in envelope.iterfind(f".//{name(GENERIC, 'MsgResponse')}/{name(GENERIC, 'Detail')}"):
        content, _ = opened(detail)
        if content is not None:
            yield content
