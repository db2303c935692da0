"""XML signatures by a software key: exclusive canonicalisation, SHA-256, RSA or ECDSA (reference 2)."""

from base64 import b64encode
from collections.abc import Sequence

import xmlsec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from xmlsec import constants

from infrastructure.ehealth.credential import Credential, PrivateKey
from infrastructure.ehealth.namespaces import DS, name


def signed(
    parent: etree._Element,
    parts: Sequence[tuple[etree._Element, str]],
    key_info: etree._Element,
    credential: Credential,
    *,
    enveloped: bool = False,
    place: int | None = None,
) -> etree._Element:
    """Sign `parts`, each with the attribute that is its id, and put the signature into `parent`.

    `enveloped`: the parts hold the signature. `place`: among the children, at their end unless told. The tree must not
    be written anew afterwards but by `etree.tostring` as it stands.
    """
    algorithm = (
        constants.TransformRsaSha256 if isinstance(credential.key, RSAPrivateKey) else constants.TransformEcdsaSha256
    )
    template = xmlsec.template.create(parent, constants.TransformExclC14N, algorithm, ns="ds")
    parent.insert(len(parent) if place is None else place, template)
    for part, attribute in parts:
        local = etree.QName(attribute).localname
        xmlsec.tree.add_ids(part, [local])
        reference = xmlsec.template.add_reference(template, constants.TransformSha256, uri=f"#{part.get(attribute)}")
        if enveloped:
            xmlsec.template.add_transform(reference, constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    template.append(key_info)
    context = xmlsec.SignatureContext()
    context.key = _key(credential.key)
    context.sign(template)
    return template


def x509_data(*certificates: bytes) -> etree._Element:
    """Key information that holds certificates (DER) themselves."""
    info = etree.Element(name(DS, "KeyInfo"), nsmap={"ds": DS})
    data = etree.SubElement(info, name(DS, "X509Data"))
    for certificate in certificates:
        etree.SubElement(data, name(DS, "X509Certificate")).text = b64encode(certificate).decode()
    return info


def _key(key: PrivateKey) -> xmlsec.Key:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return xmlsec.Key.from_memory(pem, constants.KeyDataFormatPem)
