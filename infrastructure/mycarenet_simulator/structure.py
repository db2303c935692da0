"""What a message may look like, as data: our own reading of the schemas, which are not shipped.

Names are written `prefix:local`. `fault_in` names the first element that does not fit.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from infrastructure.mycarenet_simulator.names import qname
from infrastructure.mycarenet_simulator.times import instant
from infrastructure.xml import local_name

Check = Callable[[str], bool]
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_ALWAYS_ALLOWED = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})
_INT_RANGE = range(-(2**31), 2**31)
_SIXTEENTHS, _QUARTERS = "AEIMQUYcgkosw048", "AQgw"
_BASE64 = re.compile(
    rf"(?:[A-Za-z0-9+/]{{4}})*(?:[A-Za-z0-9+/]{{2}}[{_SIXTEENTHS}]=|[A-Za-z0-9+/][{_QUARTERS}]==)?", re.ASCII
)
_NCNAME = re.compile(r"[^\W\d][\w.\-]*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def anything(_: str) -> bool:
    """xs:string."""
    return True


def boolean(text: str) -> bool:
    """xs:boolean."""
    return text.strip() in ("true", "false", "1", "0")


def integer(text: str) -> bool:
    """xs:int."""
    return bool(re.fullmatch(r"[+-]?\d+", text.strip(), re.ASCII)) and int(text) in _INT_RANGE


def integer_or_default(text: str) -> bool:
    """xs:int of an element that has a default: empty stands for it."""
    return not text or integer(text)


def base64(text: str) -> bool:
    """xs:base64Binary."""
    return bool(_BASE64.fullmatch("".join(text.split())))


def base64_list(text: str) -> bool:
    """A list of xs:base64Binary."""
    return all(base64(item) for item in text.split())


def ncname(text: str) -> bool:
    """xs:NCName."""
    return bool(_NCNAME.fullmatch(text.strip()))


def uri(text: str) -> bool:
    """xs:anyURI, which takes nearly everything but a colon behind what is no scheme."""
    scheme, found, _ = re.split(r"[/?#]", text.strip(), maxsplit=1)[0].partition(":")
    return not _BROKEN_ESCAPE.search(text) and text.count("#") <= 1 and (not found or bool(_SCHEME.fullmatch(scheme)))


def date_time(text: str) -> bool:
    """xs:dateTime; these services write a zone."""
    try:
        instant(text)
    except ValueError:
        return False
    return "T" in text


def at_least(length: int) -> Check:
    """A string of so many characters."""
    return lambda text: len(text) >= length


def one_of(*values: str) -> Check:
    """One of these words, nothing around it."""
    return lambda text: text in values


@dataclass(frozen=True, slots=True)
class Shape:
    """Either `text` (no children) or `parts` in this order. `attributes`: the check, and whether it must be there."""

    parts: tuple["Part", ...] = ()
    text: Check | None = None
    attributes: Mapping[str, tuple[Check, bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A child that occurs `least` to `most` times in a row."""

    name: str
    shape: Shape
    least: int = 1
    most: int = 1


MANY = 1_000_000
TEXT = Shape(text=anything)


def fault_in(node: etree._Element, shape: Shape) -> str:
    """Local name of the first element that does not fit; empty when all do."""
    name = local_name(node)
    attributes = {qname(key): value for key, value in shape.attributes.items()}
    for key, value in node.attrib.items():
        if key not in _ALWAYS_ALLOWED and (key not in attributes or not attributes[key][0](value)):
            return name
    if any(needed and key not in node.attrib for key, (_, needed) in attributes.items()):
        return name
    if shape.text is not None:
        return name if len(node) or not shape.text(node.text or "") else ""
    if (node.text or "").strip() or any((one.tail or "").strip() for one in node):
        return name
    return _fault_in_parts(node, shape, name)


def _fault_in_parts(node: etree._Element, shape: Shape, name: str) -> str:
    place, children = 0, list(node)
    for part in shape.parts:
        wanted, count = qname(part.name), 0
        while place < len(children) and children[place].tag == wanted and count < part.most:
            found = fault_in(children[place], part.shape)
            if found:
                return found
            place, count = place + 1, count + 1
        if count < part.least:
            return name
    return name if place < len(children) else ""
