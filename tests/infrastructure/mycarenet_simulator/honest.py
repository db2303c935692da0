"""An honest client of its own: canonical forms by lxml, digests by hashlib, values by cryptography; nothing of the product.

Messages are written as text, so that each byte is ours; signatures are filled in afterwards.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zlib import DEFLATED, compressobj

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

S = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
B64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
I = "urn:be:fgov:identification-namespace"  # noqa: E741 - the reference calls it so
C = "urn:be:fgov:certified-namespace:ehealth"
P = "urn:be:fgov:person:ssin"
H = "urn:be:fgov:ehealth:1.0:certificateholder"
RST = "urn:be:fgov:ehealth:sts:protocol:v1:RequestSecureToken"


def b64(content: bytes) -> str:
    return b64encode(content).decode()


def exc(node) -> bytes:
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)


def digest(content: bytes) -> str:
    return b64(sha256(content).digest())


def z(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def der(held) -> str:
    return b64(held.certificate.public_bytes(Encoding.DER))


def method(key) -> str:
    name = "rsa" if isinstance(key, rsa.RSAPrivateKey) else "ecdsa"
    return f"http://www.w3.org/2001/04/xmldsig-more#{name}-sha256"


def value(key, content: bytes) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return b64(key.sign(content, padding.PKCS1v15(), hashes.SHA256()))
    r, s = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    width = (key.curve.key_size + 7) // 8
    return b64(r.to_bytes(width, "big") + s.to_bytes(width, "big"))


def signature(key, references, key_info: str, extra: str = "") -> str:
    """`references`: (uri, transforms, canonical bytes, type)."""
    parts = "".join(
        f'<ds:Reference URI="{uri}"{f" Type={chr(34)}{kind}{chr(34)}" if kind else ""}><ds:Transforms>'
        + "".join(f'<ds:Transform Algorithm="{one}"/>' for one in transforms)
        + '</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{digest(content)}</ds:DigestValue></ds:Reference>"
        for uri, transforms, content, kind in references
    )
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{EXC}"/>'
        f'<ds:SignatureMethod Algorithm="{method(key)}"/>{parts}</ds:SignedInfo>'
    )
    made = value(key, exc(etree.fromstring(info)))
    return (
        f'<ds:Signature xmlns:ds="{DS}">{info}<ds:SignatureValue>{made}</ds:SignatureValue>'
        f"<ds:KeyInfo>{key_info}</ds:KeyInfo>{extra}</ds:Signature>"
    )


def envelope(content: str, header: str, now: datetime, life: timedelta, token: str) -> str:
    """With `@@` where the signature comes."""
    return (
        f'<s:Envelope xmlns:s="{S}" xmlns:wsa="http://www.w3.org/2005/08/addressing"><s:Header>{header}'
        f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" s:mustUnderstand="1">{token}'
        f'<wsu:Timestamp wsu:Id="ts"><wsu:Created>{z(now)}</wsu:Created>'
        f"<wsu:Expires>{z(now + life)}</wsu:Expires></wsu:Timestamp>@@</wsse:Security></s:Header>"
        f'<s:Body xmlns:wsu="{WSU}" wsu:Id="body">{content}</s:Body></s:Envelope>'
    )


def part(root, identifier: str):
    return root.xpath(f"//*[@*[local-name()='Id']='{identifier}']")[0]


def x509_message(content: str, held, now, life=timedelta(seconds=60), covers=("body", "ts", "bst")) -> bytes:
    token = (
        f'<wsse:BinarySecurityToken wsu:Id="bst" ValueType="{X509}" EncodingType="{B64}">{der(held)}'
        "</wsse:BinarySecurityToken>"
    )
    text = envelope(content, "", now, life, token)
    root = etree.fromstring(text.replace("@@", ""))
    info = (
        f'<wsse:SecurityTokenReference xmlns:wsse="{WSSE}"><wsse:Reference URI="#bst" ValueType="{X509}"/>'
        "</wsse:SecurityTokenReference>"
    )
    references = [(f"#{name}", [EXC], exc(part(root, name)), "") for name in covers]
    return text.replace("@@", signature(held.key, references, info)).encode()


def hok_message(content: str, held, token, now, header="", covers=("ts",), life=timedelta(seconds=30)) -> bytes:
    """`token`: the assertion as element, exactly as it came."""
    text = envelope(content, header, now, life, etree.tostring(token, with_tail=False).decode())
    root = etree.fromstring(text.replace("@@", ""))
    info = (
        f'<wsse:SecurityTokenReference xmlns:wsse="{WSSE}" xmlns:k="{WSSE11}" '
        'k:TokenType="http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1">'
        '<wsse:KeyIdentifier ValueType="http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID">'
        f"{token.get('AssertionID')}</wsse:KeyIdentifier></wsse:SecurityTokenReference>"
    )
    references = [(f"#{name}", [EXC], exc(part(root, name)), "") for name in covers]
    return text.replace("@@", signature(held.key, references, info)).encode()


@dataclass(frozen=True)
class Ask:
    """What a token is asked with: claims and designators as (namespace, name[, value])."""

    claims: tuple
    wanted: tuple


def nurse(ssin: str) -> Ask:
    claims = ((I, f"{H}:person:ssin", ssin), (I, P, ssin))
    names = ("nurse:boolean", "ehealth:1.0:nurse:nihii11", "ehealth:1.0:givenname", "ehealth:1.0:fpsph:nurse:boolean")
    return Ask(claims, (*((n, a) for n, a, _ in claims), *((C, f"{P}:{name}") for name in names)))


def person(ssin: str) -> Ask:
    claims = ((I, f"{H}:person:ssin", ssin), (I, P, ssin))
    return Ask(claims, tuple((n, a) for n, a, _ in claims))


def group(number: str) -> Ask:
    base = f"{H}:groupofnurses:nihii-number"
    soft = "urn:be:fgov:ehealth:1.0:groupofnurses:nihii-number"
    claims = ((I, soft, number), (I, base, number))
    names = (base, f"{soft}:recognisedgroupofnurses:nihii11", f"{base}:recognisedgroupofnurses:boolean")
    return Ask(claims, tuple((C, name) for name in names))


def company(number: str) -> Ask:
    claims = ((I, f"{H}:enterprise:cbe-number", number),)
    return Ask(claims, ((C, f"{H}:recognisedorganization:boolean"),))


def saml_request(ask: Ask, held, key_holder, now, hours=24, sign=None) -> str:
    name = '<saml:NameIdentifier Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName" NameQualifier="CA">me</saml:NameIdentifier>'
    claims = "".join(
        f'<saml:Attribute AttributeNamespace="{n}" AttributeName="{a}"><saml:AttributeValue>{v}</saml:AttributeValue>'
        "</saml:Attribute>"
        for n, a, v in ask.claims
    )
    wanted = "".join(f'<saml:AttributeDesignator AttributeNamespace="{n}" AttributeName="{a}"/>' for n, a in ask.wanted)
    info = f"<ds:X509Data><ds:X509Certificate>{der(key_holder)}</ds:X509Certificate></ds:X509Data>"
    text = (
        f'<samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" xmlns:saml="{SAML}" xmlns:ds="{DS}" '
        f'RequestID="request-1" MajorVersion="1" MinorVersion="1" IssueInstant="{z(now)}">@1@<samlp:AttributeQuery>'
        f"<saml:Subject>{name}<saml:SubjectConfirmation>"
        "<saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:holder-of-key</saml:ConfirmationMethod>"
        f'<saml:SubjectConfirmationData><saml:Assertion AssertionID="assertion-1" IssueInstant="{z(now)}" Issuer="me" '
        f'MajorVersion="1" MinorVersion="1"><saml:Conditions NotBefore="{z(now)}" '
        f'NotOnOrAfter="{z(now + timedelta(hours=hours))}"/><saml:AttributeStatement><saml:Subject>{name}'
        f"</saml:Subject>{claims}</saml:AttributeStatement></saml:Assertion></saml:SubjectConfirmationData>"
        f"<ds:KeyInfo>{info}</ds:KeyInfo></saml:SubjectConfirmation></saml:Subject>{wanted}"
        "</samlp:AttributeQuery></samlp:Request>"
    )
    signs = key_holder.certificate != held.certificate if sign is None else sign
    if not signs:
        return text.replace("@1@", "")
    bare = exc(etree.fromstring(text.replace("@1@", "")))
    transforms = [f"{DS}enveloped-signature", EXC]
    return text.replace("@1@", signature(key_holder.key, [("#request-1", transforms, bare, "")], info))


def raw_deflate(content: bytes) -> bytes:
    stream = compressobj(9, DEFLATED, -15)
    return stream.compress(content) + stream.flush()


def xades(held, blob_id: str, transforms, content: bytes, now) -> bytes:
    chain = (held, *())
    certificates = "".join(f"<ds:X509Certificate>{der(one)}</ds:X509Certificate>" for one in chain)
    properties = (
        f'<xades:SignedProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" xmlns:ds="{DS}" Id="props">'
        f"<xades:SignedSignatureProperties><xades:SigningTime>{z(now)}</xades:SigningTime><xades:SigningCertificate>"
        '<xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{digest(held.certificate.public_bytes(Encoding.DER))}</ds:DigestValue></xades:CertDigest>"
        "<xades:IssuerSerial><ds:X509IssuerName>CA</ds:X509IssuerName>"
        f"<ds:X509SerialNumber>{held.certificate.serial_number}</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert>"
        "</xades:SigningCertificate></xades:SignedSignatureProperties></xades:SignedProperties>"
    )
    references = [
        (f"#{blob_id}", transforms, content, ""),
        ("#props", [EXC], exc(etree.fromstring(properties)), "http://uri.etsi.org/01903#SignedProperties"),
    ]
    holder = (
        '<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#sig-x">'
        f"{properties}</xades:QualifyingProperties></ds:Object>"
    )
    made = signature(held.key, references, f"<ds:X509Data>{certificates}</ds:X509Data>", holder)
    return made.replace(">", ' Id="sig-x">', 1).encode()


@dataclass(frozen=True)
class Sent:
    """Whose Origin a message has; `sender` is the XML inside Sender, empty for none."""

    quality: str
    nihii11: str
    provider: str = ""
    sender: str = ""
    user: str = "quittance-simulator"
    password: str = "simulated-licence"


G = 'xmlns:g="urn:be:cin:nip:async:generic" xmlns:c2="urn:be:cin:mycarenet:esb:common:v2"'


def origin(sent: Sent, name: str) -> str:
    sender = f"<c2:Sender>{sent.sender}</c2:Sender>" if sent.sender else ""
    return (
        f"<{name}><c2:Package><c2:Name>Quittance</c2:Name><c2:License><c2:Username>{sent.user}</c2:Username>"
        f"<c2:Password>{sent.password}</c2:Password></c2:License></c2:Package><c2:CareProvider><c2:Nihii>"
        f"<c2:Quality>{sent.quality}</c2:Quality><c2:Value>{sent.nihii11}</c2:Value></c2:Nihii>{sent.provider}"
        f"</c2:CareProvider>{sender}</{name}>"
    )


OPTIONAL_DEFLATE = "urn:nippin:xml:sig:transform:optional-deflate"


def post(
    sent: Sent, content: bytes, held, now, reference="00000000000001", deflate=True, signed=True, **attributes
) -> str:
    said = {"ContentType": "text/plain", "ContentEncoding": "deflate" if deflate else "none", "MessageName": "HCPFAC"}
    said |= {"Id": "blob"} | attributes
    text = "".join(f' {key}="{word}"' for key, word in said.items())
    transforms = [f"{DS}base64", *([OPTIONAL_DEFLATE] if deflate else [])]
    proof = xades(held, said["Id"], transforms, content, now) if signed else b""
    return (
        f"<g:post {G}><g:CommonInput><c2:Request><c2:IsTest>true</c2:IsTest></c2:Request>{origin(sent, 'c2:Origin')}"
        f"<c2:InputReference>{reference}</c2:InputReference></g:CommonInput>"
        f"<g:Detail{text}>{b64(raw_deflate(content) if deflate else content)}</g:Detail>"
        + (f"<g:Xades-t>{b64(proof)}</g:Xades-t>" if signed else "")
        + "</g:post>"
    )


def get(sent: Sent, names="HCPFAC HCPAFD HCPVWR", most=100, parameters="", messages="true", tacks="true") -> str:
    return (
        f'<g:get {G}>{origin(sent, "g:Origin")}{parameters}<g:MsgQuery Include="{messages}"><g:Max>{most}</g:Max>'
        f'<g:MessageNames>{names}</g:MessageNames></g:MsgQuery><g:TAckQuery Include="{tacks}"><g:Max>{most}</g:Max>'
        "</g:TAckQuery></g:get>"
    )


def confirm(sent: Sent, hashes=(), references=(), contents=(), tack_references=()) -> str:
    lists = {
        "MsgHashValues": hashes,
        "MsgRefValues": references,
        "TAckContents": contents,
        "TAckReferences": tack_references,
    }
    parts = "".join(f"<g:{name}>{' '.join(items)}</g:{name}>" for name, items in lists.items())
    return f"<g:confirm {G}>{origin(sent, 'g:Origin')}{parts}</g:confirm>"


ACTIONS = {
    "post": "urn:be:cin:nip:async:generic:post:msg",
    "get": "urn:be:cin:nip:async:generic:get:query",
    "confirm": "urn:be:cin:nip:async:generic:confirm:hash",
}


def addressing(operation: str, to: str | None = None) -> str:
    told = "" if to is None else f"<wsa:To>{to}</wsa:To>"
    return (
        f"<wsa:Action>{ACTIONS[operation]}</wsa:Action>{told}<wsa:MessageID>urn:uuid:1</wsa:MessageID>"
        "<wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>"
    )


def operation_of(content: str) -> str:
    found = re.match(r"<g:(\w+)", content)
    return found.group(1) if found else ""
