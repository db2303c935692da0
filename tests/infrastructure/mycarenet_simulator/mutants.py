"""Messages with one or two things changed, drawn from a seed: what a schema may or may not mind."""

from copy import deepcopy
from random import Random

from lxml import etree

TEXTS = ("", " ", "x", "true", " 1 ", "maybe", "-1", "+7", "99999999999", "AAAA", "AB==", "AQ==", "A===", "AA A A", "=", "é", "100 200", "AQ== AQ==", "AQ== x", "a:b", "%zz", "2026-03-02T09:00:00Z", "2026-03-02", "2026-13-02T09:00:00Z")  # fmt: skip
ATTRIBUTES = ("Id", "Ref", "ValueRef", "ContentType", "ContentEncryption", "HashValue", "Etk", "Issuer", "Reference", "Include", "Unknown", "{urn:x}Other", "{http://www.w3.org/2005/05/xmlmime}contentType", "Format", "Context")  # fmt: skip
NAMES = ("Name", "Nihii", "Ssin", "Cbe", "Value", "Quality", "SiteID", "Sender", "Max", "NIPReference", "Detail", "Unknown", "Attribute", "Subject")  # fmt: skip


def mutants(message, count: int, seed: int):
    draw = Random(seed)
    for _ in range(count):
        made = deepcopy(message)
        for _ in range(draw.choice((1, 1, 1, 2))):
            _mutate(made, draw)
        yield made


def _mutate(root, draw: Random) -> None:
    node = draw.choice(list(root.iter()))
    parent, kind = node.getparent(), draw.randrange(9)
    if kind == 0 and parent is not None:
        parent.remove(node)
    elif kind == 1 and parent is not None:
        parent.insert(parent.index(node), deepcopy(node))
    elif kind == 2 and parent is not None:
        parent.insert(draw.randrange(len(parent)), node)
    elif kind == 3 and parent is not None:
        node.tag = f"{{{etree.QName(node).namespace}}}{draw.choice(NAMES)}"
    elif kind == 4 and parent is not None:
        node.tag = f"{{{draw.choice(('urn:x', 'urn:be:cin:nip:async:generic', 'urn:be:cin:mycarenet:esb:common:v2'))}}}{etree.QName(node).localname}"
    elif kind == 5:
        etree.SubElement(node, f"{{{etree.QName(draw.choice(list(root.iter()))).namespace}}}{draw.choice(NAMES)}")
    elif kind == 6 and node.attrib:
        name = draw.choice(list(node.attrib))
        if draw.random() < 0.5:
            del node.attrib[name]
        else:
            node.set(name, draw.choice(TEXTS))
    elif kind == 7:
        node.set(draw.choice(ATTRIBUTES), draw.choice(TEXTS))
    else:
        node.text = draw.choice(TEXTS)
