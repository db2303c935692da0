"""What an attacker does to a signed message without its key: wrapping, doubling, swapping, downgrading."""

from base64 import b64decode, b64encode
from copy import deepcopy
from random import Random

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from tests.infrastructure.mycarenet_simulator.honest import DS, SAML, WSSE, WSU, S

ID = f"{{{WSU}}}Id"
SHA1 = ("http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1")  # fmt: skip
OTHERS = (*SHA1, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512", "", "http://www.w3.org/TR/1999/REC-xslt-19991116", "http://www.w3.org/TR/1999/REC-xpath-19991116")  # fmt: skip
ID_NAMES = (ID, "Id", "ID", "id", "AssertionID", "{http://www.w3.org/XML/1998/namespace}id", "RequestID")


class Message:
    """The tree of a signed message and its places."""

    def __init__(self, content: bytes) -> None:
        self.root = etree.fromstring(content)
        self.header, self.body = self.root
        self.security = self.header.find(f"{{{WSSE}}}Security")
        self.signature = self.security.find(f"{{{DS}}}Signature")
        self.info = self.signature[0]
        self.timestamp = self.security.find(f"{{{WSU}}}Timestamp")
        self.token = self.security.find(f"{{{SAML}}}Assertion")

    def hideout(self, draw: Random, most: int):
        """Where a stolen element can lie; made only when it is drawn, so that nothing else gives the attack away."""
        places = (
            lambda: self.header,
            lambda: self.security,
            lambda: etree.SubElement(self.header, "{urn:attack}Wrapper"),
            lambda: etree.SubElement(self.security, "{urn:attack}Wrapper"),
            lambda: etree.SubElement(self.signature, f"{{{DS}}}Object"),
            lambda: etree.SubElement(self.body, "{urn:attack}Wrapper"),
            lambda: self.body[0],
            lambda: self.root,
        )
        return draw.choice(places[:most])()


def forged_body(message: Message, draw: Random):
    made = deepcopy(message.body)
    choice = draw.randrange(3)
    if choice == 1:
        made.set(ID, "forged")
    if choice == 2:
        made.attrib.pop(ID, None)
    target = draw.choice([one for one in made.iter() if (one.text or "").strip()])
    target.text = f"{target.text}1"
    return made


def wrap_body(message: Message, draw: Random) -> None:
    stolen, forged = message.body, forged_body(message, draw)
    hideout = message.hideout(draw, 5)
    message.root.replace(stolen, forged)
    hideout.insert(draw.randrange(len(hideout) + 1), stolen)


def wrap_renamed_body(message: Message, draw: Random) -> None:
    wrap_body(message, draw)
    for one in list(message.root.iter(f"{{{S}}}Body"))[:-1]:
        one.tag = "{urn:attack}Body"


def two_bodies(message: Message, draw: Random) -> None:
    message.root.insert(draw.choice((0, 1, 2)), forged_body(message, draw))


def body_in_body(message: Message, draw: Random) -> None:
    forged = forged_body(message, draw)
    message.root.replace(message.body, forged)
    forged.insert(draw.choice((0, 1)), message.body)


def change_body(message: Message, draw: Random) -> None:
    target = draw.choice([one for one in message.body.iter() if (one.text or "").strip()])
    target.text = draw.choice(("x", target.text + "0", target.text[:-1]))


def change_body_attribute(message: Message, draw: Random) -> None:
    message.body[0].set("forged", "1")


def wrap_timestamp(message: Message, draw: Random) -> None:
    forged = deepcopy(message.timestamp)
    if draw.random() < 0.5:
        forged.set(ID, "forged")
    forged[1].text = "2031-01-01T00:00:00Z"
    message.security.replace(message.timestamp, forged)
    hideout = message.hideout(draw, 7)
    hideout.append(message.timestamp)


def change_timestamp(message: Message, draw: Random) -> None:
    draw.choice(list(message.timestamp)).text = "2026-03-02T09:00:17.000Z"


def two_timestamps(message: Message, draw: Random) -> None:
    forged = deepcopy(message.timestamp)
    forged.set(ID, "forged")
    message.security.insert(draw.randrange(3), forged)


def same_id(message: Message, draw: Random) -> None:
    ids = [one.get(ID) for one in message.root.iter() if one.get(ID)]
    holder = message.hideout(draw, 6)
    made = etree.SubElement(holder, "{urn:attack}Twin")
    made.set(draw.choice(ID_NAMES), draw.choice(ids))


def no_signature(message: Message, draw: Random) -> None:
    message.security.remove(message.signature)


def two_signatures(message: Message, draw: Random) -> None:
    message.security.insert(draw.randrange(3), deepcopy(message.signature))


def two_headers(message: Message, draw: Random) -> None:
    made = deepcopy(message.security)
    if draw.random() < 0.5:
        made.set(f"{{{S}}}actor", "urn:x")
    message.header.insert(draw.choice((0, 1)), made)


def header_elsewhere(message: Message, draw: Random) -> None:
    wrapper = etree.SubElement(message.header, "{urn:attack}Wrapper")
    wrapper.append(message.security)


def algorithm(message: Message, draw: Random) -> None:
    nodes = [one for one in message.info.iter() if one.get("Algorithm") is not None]
    draw.choice(nodes).set("Algorithm", draw.choice(OTHERS))


def transform_more(message: Message, draw: Random) -> None:
    chain = draw.choice(list(message.info.iter(f"{{{DS}}}Transforms")))
    etree.SubElement(chain, f"{{{DS}}}Transform").set("Algorithm", draw.choice(OTHERS))


def transform_less(message: Message, draw: Random) -> None:
    chain = draw.choice(list(message.info.iter(f"{{{DS}}}Transforms")))
    chain.getparent().remove(chain) if draw.random() < 0.5 else chain.remove(chain[0])


def reference_less(message: Message, draw: Random) -> None:
    message.info.remove(draw.choice(message.info[2:]))


def reference_elsewhere(message: Message, draw: Random) -> None:
    uris = ("", "#", "#xpointer(/)", "http://127.0.0.1/x", "#forged", "cid:x", "#body", "#ts")
    node = draw.choice(message.info[2:])
    node.set("URI", draw.choice([uri for uri in uris if uri != node.get("URI")]))


def reference_twice(message: Message, draw: Random) -> None:
    message.info.append(deepcopy(draw.choice(message.info[2:])))


def digest_value(message: Message, draw: Random) -> None:
    node = draw.choice(list(message.info.iter(f"{{{DS}}}DigestValue")))
    node.text = draw.choice(("", "AAAA", b64encode(bytes(32)).decode(), "not base64"))


def value(message: Message, draw: Random) -> None:
    node = message.signature[1]
    content = bytearray(b64decode(node.text))
    half = len(content) // 2
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    r, s = int.from_bytes(content[:half], "big"), int.from_bytes(content[half:], "big")
    forms = (bytes(content), bytes(len(content)), encode_dss_signature(r, s), content[1:], bytes(content) + b"\0", b"")
    node.text = b64encode(draw.choice(forms)).decode()


def key_info(message: Message, draw: Random) -> None:
    node = message.signature[2]
    choice = draw.randrange(4)
    if choice == 0:
        node.clear()
    elif choice == 1:
        node.append(deepcopy(node[0]))
    elif choice == 2:
        node[0][0].text, node[0][0].attrib["URI"] = "_other", "#other"
    else:
        node[0][0].tag = f"{{{WSSE}}}Embedded"


def stranger(message: Message, draw: Random) -> None:
    """An unknown element in the security header, or in the signature."""
    holder = draw.choice((message.security, message.signature, message.info, message.timestamp))
    holder.insert(draw.randrange(len(holder) + 1), etree.Element("{urn:attack}More"))


def comment(message: Message, draw: Random) -> None:
    node = draw.choice([one for one in message.root.iter() if (one.text or "").strip()])
    half = len(node.text) // 2
    made = draw.choice((etree.Comment("x"), etree.PI("x", "y")))
    made.tail, node.text = node.text[half:], node.text[:half]
    node.insert(0, made)


ANYWHERE = [wrap_timestamp, change_timestamp, two_timestamps, same_id, no_signature, two_signatures, two_headers, header_elsewhere, algorithm, transform_more, transform_less, reference_less, reference_elsewhere, reference_twice, digest_value, value, key_info, stranger, comment]  # fmt: skip
ON_BODY = [wrap_body, wrap_renamed_body, two_bodies, body_in_body, change_body, change_body_attribute]


def token_value(message: Message, draw: Random) -> None:
    node = draw.choice(list(message.token.iter(f"{{{SAML}}}AttributeValue")))
    node.text = draw.choice(("true", "99999999999")) if node.text not in ("true", "99999999999") else "other"


def token_time(message: Message, draw: Random) -> None:
    message.token[0].set(draw.choice(("NotBefore", "NotOnOrAfter")), "2031-01-01T00:00:00Z")


def token_attribute_more(message: Message, draw: Random) -> None:
    statement = message.token.find(f"{{{SAML}}}AttributeStatement")
    statement.append(deepcopy(statement[-1]))


def wrap_token(message: Message, draw: Random) -> None:
    """A forged token in front, the signed one beside it, in it, or in its signature."""
    forged, choice = deepcopy(message.token), draw.randrange(5)
    next(forged.iter(f"{{{SAML}}}AttributeValue")).text = "99999999999"
    if draw.random() < 0.7:
        forged.set("AssertionID", "_forged")
    if draw.random() < 0.5:
        message.signature[2][0][0].text = forged.get("AssertionID")
    message.security.replace(message.token, forged)
    if choice == 0:
        message.security.append(message.token)
    elif choice == 1:
        advice = etree.Element(f"{{{SAML}}}Advice")
        advice.append(message.token)
        forged.insert(1, advice)
    elif choice == 2:
        holder = etree.SubElement(forged[-1], f"{{{DS}}}Object")
        holder.append(message.token)
    elif choice == 3:
        etree.SubElement(message.header, "{urn:attack}Wrapper").append(message.token)
    else:
        forged[-1][0][2].set("URI", f"#{message.token.get('AssertionID')}")
        forged.append(message.token)


def token_signature_less(message: Message, draw: Random) -> None:
    message.token.remove(message.token[-1])


def token_signature_first(message: Message, draw: Random) -> None:
    message.token.insert(0, message.token[-1])


def token_issuer(message: Message, draw: Random) -> None:
    message.token.set(draw.choice(("Issuer", "AssertionID")), "_forged")


def token_algorithm(message: Message, draw: Random) -> None:
    nodes = [one for one in message.token[-1].iter() if one.get("Algorithm") is not None]
    draw.choice(nodes).set("Algorithm", draw.choice(OTHERS))


ON_TOKEN = [token_value, token_time, token_attribute_more, wrap_token, token_signature_less, token_signature_first, token_issuer, token_algorithm]  # fmt: skip


def variants(content: bytes, attacks, each: int, seed: int):
    """(name of the attack, message), `each` times every attack."""
    for attack in attacks:
        for turn in range(each):
            message = Message(content)
            attack(message, Random(f"{attack.__name__}|{turn}|{seed}"))
            made = etree.tostring(message.root)
            assert etree.tostring(etree.fromstring(made), method="c14n") != etree.tostring(
                etree.fromstring(content), method="c14n"
            )
            yield attack.__name__, made
