"""Namespaces, identifiers of algorithms, and the helpers that build elements with them."""

from collections.abc import Mapping

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
WSA = "http://www.w3.org/2005/08/addressing"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:1.0:protocol"
WST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
AUTH = "http://docs.oasis-open.org/wsfed/authorization/200706"
GENERIC = "urn:be:cin:nip:async:generic"
COMMON = "urn:be:cin:mycarenet:esb:common:v2"
TYPES = "urn:be:cin:types:v1"
XMIME = "http://www.w3.org/2005/05/xmlmime"
ERRORS = "urn:be:fgov:ehealth:errors:soa:v1"
MEMBER_DATA = "urn:be:fgov:ehealth:mycarenet:memberdata:protocol:v1"
MEMBER_EXTENSION = "urn:be:cin:nippin:memberdata:saml:extension"
COMMONS = "urn:be:fgov:ehealth:mycarenet:commons"
SAML2 = "urn:oasis:names:tc:SAML:2.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"
XML = "http://www.w3.org/XML/1998/namespace"

PREFIXES = {
    "s": SOAP,
    "wsse": WSSE,
    "wsu": WSU,
    "wsse11": WSSE11,
    "wsa": WSA,
    "ds": DS,
    "xades": XADES,
    "saml": SAML,
    "samlp": SAMLP,
    "wst": WST,
    "auth": AUTH,
    "g": GENERIC,
    "c2": COMMON,
    "t": TYPES,
    "xmime": XMIME,
    "err": ERRORS,
    "mda": MEMBER_DATA,
    "ext": MEMBER_EXTENSION,
    "mcp": f"{COMMONS}:protocol:v3",
    "mcc": f"{COMMONS}:core:v3",
    "saml2": f"{SAML2}:assertion",
    "saml2p": f"{SAML2}:protocol",
    "xsi": XSI,
    "xs": XS,
    "xml": XML,
}

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
BASE64 = f"{DS}base64"
OPTIONAL_DEFLATE = "urn:nippin:xml:sig:transform:optional-deflate"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"

_TOKENS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
X509_V3 = f"{_TOKENS}x509-token-profile-1.0#X509v3"
BASE64_BINARY = f"{_TOKENS}soap-message-security-1.0#Base64Binary"
SAML_11_TOKEN = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1"  # noqa: S105 - a type
SAML_ASSERTION_ID = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID"
HOLDER_OF_KEY = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key"
X509_SUBJECT = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"


def qname(name: str) -> str:
    """`prefix:local` in lxml's notation; a name without a prefix stays bare."""
    prefix, found, local = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}" if found else name


def element(name: str, text: str | None = None, attributes: Mapping[str, str] | None = None) -> etree._Element:
    """A new root; attribute names are written like element names."""
    prefix = name.partition(":")[0]
    made = etree.Element(qname(name), nsmap={prefix: PREFIXES[prefix]} if ":" in name else None)
    return _filled(made, text, attributes)


def child(
    parent: etree._Element, name: str, text: str | None = None, attributes: Mapping[str, str] | None = None
) -> etree._Element:
    """The same, as last child of `parent`; its prefix is declared there when it is new."""
    prefix = name.partition(":")[0]
    nsmap = {prefix: PREFIXES[prefix]} if ":" in name and parent.nsmap.get(prefix) != PREFIXES[prefix] else None
    return _filled(etree.SubElement(parent, qname(name), nsmap=nsmap), text, attributes)


def _filled(made: etree._Element, text: str | None, attributes: Mapping[str, str] | None) -> etree._Element:
    made.text = text
    for key, value in (attributes or {}).items():
        made.set(qname(key), value)
    return made


def path(node: etree._Element, *names: str) -> etree._Element | None:
    """Down by names, always the first child of that name; None when a step is missing."""
    found: etree._Element | None = node
    for name in names:
        found = None if found is None else found.find(qname(name))
    return found


def text_at(node: etree._Element, *names: str) -> str:
    """Text at such a path without surrounding blanks; empty when it is not there."""
    found = path(node, *names)
    return "" if found is None else (found.text or "").strip()
