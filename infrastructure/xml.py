"""The one way into XML from outside: no document type, no entities, no network, bounded size.

XmlError
    xml_too_large       more bytes than the caller takes
    xml_invalid         not well-formed, too deep, or a text beyond what libxml2 takes
    xml_forbidden       a document type, and with it entities
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Never
from xml.parsers import expat

from lxml import etree


class XmlError(Exception):
    """`code` is stable and public; nothing of the document is repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def local_name(element: etree._Element) -> str:
    """Name without namespace."""
    return str(etree.QName(element).localname)


def document(content: bytes, most_bytes: int, *, has_long_texts: bool = False) -> etree._Element:
    """The root of a whole document, as it was written: comments stay where they are. Raises `XmlError`.

    `has_long_texts`: of more than 10 MB, as contents in base64 are.
    """
    if len(content) > most_bytes:
        raise XmlError("xml_too_large")
    if has_long_texts:
        _require_no_document_type(content)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=has_long_texts)
    try:
        root = etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError):
        raise XmlError("xml_invalid") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("xml_forbidden")
    return root


class _RootBegins(Exception):
    pass


def _require_no_document_type(content: bytes) -> None:
    """libxml2 that takes long texts also lets entities grow in attributes: a document type must not get that far."""

    def forbidden(*_: object) -> Never:
        raise XmlError("xml_forbidden")

    def begins(*_: object) -> Never:
        raise _RootBegins

    reader = expat.ParserCreate()
    reader.StartDoctypeDeclHandler, reader.StartElementHandler = forbidden, begins
    try:
        reader.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):  # the latter two: an encoding that expat does not read
        raise XmlError("xml_invalid") from None
    except _RootBegins:
        return


def records(content: bytes, most_bytes: int) -> Iterator[etree._Element]:
    """The root, of which only name and attributes count, then each child whole; it is gone when the next is asked for.

    Raises `XmlError`, also after some children. Memory is that of one child, however long the document.
    """
    if len(content) > most_bytes:
        raise XmlError("xml_too_large")
    events = etree.iterparse(
        BytesIO(content),
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root: etree._Element | None = None
    try:
        for event, element in events:
            if root is None:
                root = element
                if root.getroottree().docinfo.internalDTD is not None:
                    raise XmlError("xml_forbidden")
                yield root
            elif event == "end" and element.getparent() is root:
                yield element
                element.clear(keep_tail=True)  # what comes behind it may be half read: only what is done goes
                while element.getprevious() is not None:
                    del root[0]
    except etree.LxmlError:
        raise XmlError("xml_invalid") from None
