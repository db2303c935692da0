"""What we write stands in the official schemas, and its signatures hold for a verifier that is not ours."""

from base64 import b64decode
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from infrastructure.ehealth import saml_request, ws_trust, xades
from infrastructure.ehealth.bodies import generic
from infrastructure.ehealth.contents import deflate
from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.envelope import Addressing, Envelope
from infrastructure.ehealth.namespaces import DS, SAML, SAMLP, SOAP, WSA, WSSE, WSU, name
from infrastructure.ehealth.origin import Licence, Origin, Party
from infrastructure.ehealth.qualities import QUALITIES, attributes_of
from infrastructure.ehealth.token import Token, read_token
from tests.infrastructure.ehealth import official
from tests.infrastructure.ehealth.holders import NOW, NURSE, SSIN, card, nurse

TTL = timedelta(seconds=60)
DAY = timedelta(hours=24)
IDS = UUID(int=7)
ORIGIN = Origin(
    Licence("Quittance", "fictitious", "secret"), NURSE, "nurse", Party("Fictive Nurse", NURSE, "nurse", SSIN)
)
KINDS: Any = pytest.mark.parametrize("kind", ["rsa-2048", "p-256", "p-384"])


def holds(signature: etree._Element, key: Credential, *parts: etree._Element) -> bool:
    """By libxmlsec; the parts carry `wsu:Id`."""
    for part in parts:
        xmlsec.tree.add_ids(part, ["Id"])
    context = xmlsec.SignatureContext()
    pem = key.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    try:
        context.verify(signature)
    except xmlsec.VerificationError:
        return False
    return True


def a_token() -> Token:
    assertion = etree.fromstring(
        f'<saml:Assertion xmlns:saml="{SAML}" AssertionID="_1" Issuer="sts" IssueInstant="2026-11-02T09:00:00Z"'
        ' MajorVersion="1" MinorVersion="1"><saml:Conditions NotBefore="2026-11-02T09:00:00.000Z"'
        ' NotOnOrAfter="2026-11-02T21:00:00Z"/><saml:AttributeStatement><saml:Attribute AttributeName="a"'
        ' AttributeNamespace="b"><saml:AttributeValue>true</saml:AttributeValue></saml:Attribute>'
        "</saml:AttributeStatement></saml:Assertion>"
    )
    return read_token(assertion)


@KINDS
def test_whoever_identifies_signs_body_timestamp_and_certificate(kind: Any):
    message = etree.fromstring(Envelope(etree.Element("asked"), NOW, TTL, IDS).by_certificate(nurse(kind)))
    header, body = message.find(name(SOAP, "Header")), message.find(name(SOAP, "Body"))
    assert header is not None
    assert body is not None
    (security,) = header
    token, timestamp, signature = security
    assert b64decode(token.text or "") == nurse(kind).certificate_der
    covered = [one.get("URI") for one in signature.iter(name(DS, "Reference"))]
    assert covered == [f"#{part.get(name(WSU, 'Id'))}" for part in (body, timestamp, token)]
    assert [one.text for one in timestamp] == ["2026-11-02T09:30:00.000Z", "2026-11-02T09:31:00.000Z"]
    assert holds(signature, nurse(kind), body, timestamp, token)
    body.set("changed", "1")
    assert not holds(signature, nurse(kind), body, timestamp, token)


@KINDS
def test_the_holder_of_a_token_signs_body_and_timestamp(kind: Any):
    envelope = Envelope(etree.Element("asked"), NOW, TTL, IDS).addressed(Addressing("do:it", UUID(int=9), "urn:to"))
    message = etree.fromstring(envelope.by_token(a_token(), nurse(kind)))
    header, body = message.find(name(SOAP, "Header")), message.find(name(SOAP, "Body"))
    assert header is not None
    assert body is not None
    said = {etree.QName(one).localname: "".join(one.itertext()) for one in header if one.tag.startswith(f"{{{WSA}}}")}
    assert said["Action"] == "do:it"
    assert said["To"] == "urn:to"
    assert said["MessageID"] == UUID(int=9).urn
    security = header.find(name(WSSE, "Security"))
    assert security is not None
    timestamp, assertion, signature = security
    assert etree.tostring(assertion, method="c14n", exclusive=True) == etree.tostring(
        a_token().element(), method="c14n", exclusive=True
    )
    assert signature.findtext(f".//{name(WSSE, 'KeyIdentifier')}") == "_1"
    assert holds(signature, nurse(kind), body, timestamp)


def test_a_token_says_how_long_it_holds_and_never_shows_itself():
    token = a_token()
    assert token.is_valid(NOW)
    assert not token.is_valid(NOW + timedelta(hours=12))
    assert token.attributes == {"a": ("true",)}
    assert "Assertion" not in repr(token)
    with pytest.raises(ValueError, match="without id"):
        read_token(etree.fromstring(f'<saml:Assertion xmlns:saml="{SAML}" AssertionID="_1"/>'))


@official.needs_schemas
@pytest.mark.parametrize("quality", QUALITIES)
def test_a_request_for_a_token_is_in_the_official_schemas(quality: str):
    attributes = attributes_of(quality, SSIN)
    for identification in (nurse(), card()):
        asked = saml_request.request(identification.certificate, nurse(), attributes, NOW, DAY, IDS)
        assert official.errors(official.SAML, asked) == []
        assert (asked[0].tag == name(DS, "Signature")) == (identification is card())
    issued = ws_trust.issue(nurse(), attributes, NOW, DAY, IDS)
    assert official.errors(official.WS_TRUST, issued) == []
    assert official.errors(official.WS_TRUST, ws_trust.renew(a_token(), IDS)) == []
    asked.remove(asked.find(name(SAMLP, "AttributeQuery")))
    assert official.errors(official.SAML, asked), "the schema does judge"


@KINDS
def test_a_request_for_another_key_is_signed_with_that_key(kind: Any):
    asked = saml_request.request(card("rsa-2048").certificate, nurse(kind), attributes_of("nurse", SSIN), NOW, DAY, IDS)
    asked = etree.fromstring(etree.tostring(asked))
    xmlsec.tree.add_ids(asked, ["RequestID"])
    assert holds(asked[0], nurse(kind))


@official.needs_schemas
def test_bodies_of_generic_async_are_in_the_official_schemas():
    sender = Party("Fictive Office", cbe="0123456749")
    for origin in (ORIGIN, Origin(ORIGIN.licence, NURSE, "nurse", sender_organisation=sender, site_id="1")):
        told = origin.as_sent()
        post = generic(
            "post",
            CommonInput={"Request": {"IsTest": True}, "Origin": told, "InputReference": "00000000000017"},
            Detail={"_value_1": deflate(b"920000"), "ContentType": "text/plain", "MessageName": "HCPFAC", "Id": "blob"},
            **{"Xades-t": b"<xml/>"},
        )
        query = {"Include": True, "Max": 10}
        get = generic("get", Origin=told, MsgQuery=query | {"MessageNames": ["HCPFAC", "HCPAFD"]}, TAckQuery=query)
        confirm = generic("confirm", Origin=told, MsgRefValues=["a", "b"], TAckContents=["YWJj"])
        for body in (post, get, confirm):
            assert official.errors(official.GENERIC_ASYNC, body) == []
        post.remove(post[0])
        assert official.errors(official.GENERIC_ASYNC, post), "the schema does judge"
    with pytest.raises(TypeError):
        generic("post", Anything="else")


@KINDS
def test_the_signature_over_a_content_is_one_over_its_clear_bytes(kind: Any):
    clear = b"920000 fictitious"
    signature = etree.fromstring(xades.sign(clear, "blob", nurse(kind), NOW, IDS))
    first, second = signature.iter(name(DS, "Reference"))
    digests = [b64decode(one.findtext(name(DS, "DigestValue")) or "") for one in (first, second)]
    assert (first.get("URI"), digests[0]) == ("#blob", sha256(clear).digest())
    properties = next(one for one in signature.iter() if one.get("Id") == (second.get("URI") or "")[1:])
    canonical = etree.tostring(properties, method="c14n", exclusive=True)
    assert digests[1] == sha256(canonical).digest()
    info = etree.tostring(signature[0], method="c14n", exclusive=True)
    value = b64decode(signature[1].text or "")
    key = nurse(kind).certificate.public_key()
    if isinstance(key, RSAPublicKey):
        key.verify(value, info, padding.PKCS1v15(), SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        half = len(value) // 2
        r, s = (int.from_bytes(part, "big") for part in (value[:half], value[half:]))
        key.verify(encode_dss_signature(r, s), info, ec.ECDSA(SHA256()))
