"""The official schemas as one judge of whole messages, when they stand beside the checkout (`../shared/schemas`).

One schema imports all that eHealth, MyCareNet, OASIS and W3C published, so every part is judged where it stands: envelope,
headers, token, signature, body, fault. What a message carries as base64 (contents, XAdES) is opened and judged too.
SOAP 1.1 itself is not there (`soap.xsd` says its rules in our words), nor is WS-Security 1.1: its one attribute,
`wsse11:TokenType`, is checked by the simulator alone.
"""

import zlib
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parents[3] / "shared" / "schemas"
_TRUST = "wsdl/mycarenet-ehealth-ws-trust-sts"
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity"
_WST, _SAML = "http://docs.oasis-open.org/ws-sx/ws-trust/200512", "urn:oasis:names:tc:SAML:1.0"
_DS, _SOAP = "http://www.w3.org/2000/09/xmldsig#", "http://schemas.xmlsoap.org/soap/envelope/"
_SCHEMAS = {
    _SOAP: str(Path(__file__).with_name("soap.xsd")),
    _DS: "belgium/external/XSD/xmldsig-core-schema.xsd",
    f"{_WSS}-utility-1.0.xsd": f"{_TRUST}/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    f"{_WSS}-secext-1.0.xsd": f"{_TRUST}/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "http://www.w3.org/2005/08/addressing": f"{_TRUST}/ws-addr.xsd",
    _WST: f"{_TRUST}/ws-trust-1.3.xsd",
    "http://docs.oasis-open.org/wsfed/authorization/200706": f"{_TRUST}/ws-authorization.xsd",
    f"{_SAML}:assertion": "wsdl/mycarenet-ehealth-saml-sts/oasis-sstc-saml-schema-assertion-1.1.xsd",
    f"{_SAML}:protocol": "wsdl/mycarenet-ehealth-saml-sts/oasis-sstc-saml-schema-protocol-1.1.xsd",
    "urn:be:cin:nip:async:generic": "belgium/mycarenet-genasync/XSD/mycarenet-genasync-v1.3.xsd",
    "urn:be:fgov:ehealth:errors:soa:v1": "belgium/ehealth-errors/XSD/ehealth-errors-schema-soa-1_1.xsd",
    "urn:be:fgov:ehealth:mycarenet:memberdata:protocol:v1": (
        "wsdl/mycarenet-memberdata/mycarenet-memberdata-protocol-1_0.xsd"
    ),
    "http://uri.etsi.org/01903/v1.3.2#": "belgium/external/XSD/XAdES.xsd",
    "urn:oasis:names:tc:SAML:2.0:protocol": "belgium/mycarenet-memberdata/XSD/saml-schema-protocol-2.0.xsd",
    "urn:be:cin:nippin:memberdata:saml:extension": "belgium/memberdata-response.xsd",
}
_REJECT = "belgium/mycarenet-commons/XSD/Reject.xsd"
_REJECTS = ("{urn:be:cin:nip:async:generic}RejectInb", "{urn:be:cin:nip:async:generic}RejectOutb")
_SECEXT, _G = f"{{{_WSS}-secext-1.0.xsd}}", "{urn:be:cin:nip:async:generic}"
_OPEN = {
    *(f"{_SECEXT}{name}" for name in ("Security", "SecurityTokenReference", "Embedded")),
    *(f"{{{_DS}}}{name}" for name in ("KeyInfo", "Object")),
    *(
        f"{{{_WST}}}{name}"
        for name in ("RequestSecurityToken", "RequestSecurityTokenResponse", "RequestedSecurityToken")
    ),
    *(f"{{{_WST}}}{name}" for name in ("Claims", "UseKey", "RenewTarget", "SignChallenge", "SignChallengeResponse")),
    f"{{{_SAML}:assertion}}SubjectConfirmationData",
    "{urn:oasis:names:tc:SAML:2.0:protocol}Extensions",
    "detail",
}
"""Where schemas let anything stand: what stands there must be known to one of them."""
_LONG = etree.XMLParser(huge_tree=True, no_network=True, resolve_entities=False)
"""Contents in base64 are longer than texts may be else."""


def is_here() -> bool:
    """Whether the official schemas stand beside the checkout."""
    return ROOT.is_dir()


def faults(content: bytes) -> list[str]:
    """What the schemas have against a message, an empty list when nothing."""
    root = etree.fromstring(content, _LONG)
    if root.tag != f"{{{_SOAP}}}Envelope":
        return [f"no SOAP envelope: {root.tag}"]
    return list(_against(root))


def _against(root: etree._Element) -> Iterator[str]:
    judge = _schema(_REJECT) if root.tag in _REJECTS else _whole()
    yield from _said(judge, root)
    if root.tag in _REJECTS:
        return
    for node in root.iter("*"):
        if node.tag in _OPEN:
            for child in node.iterchildren("*"):
                yield from (said for said in _said(judge, child) if "No matching global" in said)
        yield from _inside(node)


def _inside(node: etree._Element) -> Iterator[str]:
    """XML that an element carries as base64."""
    if node.tag == f"{_G}Xades-t" or node.get("ContentEncoding") is not None:
        content = b64decode("".join((node.text or "").split()))
        if node.get("ContentEncoding") == "deflate":
            content = zlib.decompress(content, -zlib.MAX_WBITS)
        if content.lstrip().startswith(b"<"):
            yield from _against(etree.fromstring(content))


def _said(judge: etree.XMLSchema, node: etree._Element) -> list[str]:
    alone = etree.fromstring(etree.tostring(node, with_tail=False), _LONG)
    judge.validate(alone)
    return [f"{error.path}: {error.message}" for error in judge.error_log]


@cache
def _whole() -> etree.XMLSchema:
    imports = (f'<import namespace="{name}" schemaLocation="{ROOT / file}"/>' for name, file in _SCHEMAS.items())
    text = f'<schema xmlns="http://www.w3.org/2001/XMLSchema">{"".join(imports)}</schema>'
    return etree.XMLSchema(etree.fromstring(text, etree.XMLParser(no_network=True)))


@cache
def _schema(file: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(ROOT / file), etree.XMLParser(no_network=True)))
