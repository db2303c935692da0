"""One `ds:Signature`, read strictly: its targets are chosen by their place in the message, never searched for by id."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from infrastructure.mycarenet_simulator.errors import NotAuthentic
from infrastructure.mycarenet_simulator.names import DS, ECDSA_SHA256, EXCLUSIVE, RSA_SHA256, SHA256, qname
from infrastructure.mycarenet_simulator.signing import canonical, decoded, digest, is_signed

_PREFIXES = f"{{{EXCLUSIVE}}}InclusiveNamespaces"


@dataclass(frozen=True, slots=True)
class Reference:
    """`target`: the id behind the `#`. `transforms`: algorithm and inclusive prefixes of each."""

    target: str
    kind: str
    transforms: tuple[tuple[str, tuple[str, ...]], ...]
    value: bytes

    def holds(self, content: bytes) -> bool:
        """Whether this is what was digested."""
        return digest(content) == self.value


@dataclass(frozen=True, slots=True)
class Signature:
    """`signed`: the canonical bytes of `ds:SignedInfo`."""

    references: tuple[Reference, ...]
    algorithm: str
    signed: bytes
    value: bytes
    key_info: etree._Element
    objects: tuple[etree._Element, ...]

    def verify(self, certificate: x509.Certificate) -> None:
        """Raises `NotAuthentic` unless the key of this certificate signed."""
        if not is_signed(certificate, self.algorithm, self.value, self.signed):
            raise NotAuthentic("signature")


def read_signature(node: etree._Element, *, with_objects: bool = False) -> Signature:
    """Its parts in the only order that the standard has. Raises `NotAuthentic`."""
    names = [child.tag for child in node]
    expected = [qname("ds:SignedInfo"), qname("ds:SignatureValue"), qname("ds:KeyInfo")]
    extra = node[3:]
    if node.tag != qname("ds:Signature") or names[:3] != expected:
        raise NotAuthentic("signature_shape")
    if extra and not (with_objects and all(child.tag == qname("ds:Object") for child in extra)):
        raise NotAuthentic("signature_shape")
    info, value, key_info = node[:3]
    if [child.tag for child in info[:2]] != [qname("ds:CanonicalizationMethod"), qname("ds:SignatureMethod")]:
        raise NotAuthentic("signature_shape")
    algorithm, prefixes = _transform(info[0])
    method = info[1].get("Algorithm", "")
    if algorithm != EXCLUSIVE or method not in (RSA_SHA256, ECDSA_SHA256) or len(info[1]):
        raise NotAuthentic("algorithm")
    references = tuple(_reference(child) for child in info[2:])
    if not references or len({reference.target for reference in references}) != len(references):
        raise NotAuthentic("references")
    return Signature(references, method, canonical(info, prefixes), _binary(value), key_info, tuple(extra))


def verify_places(
    signature: Signature, places: Mapping[str, etree._Element], node: etree._Element
) -> list[etree._Element]:
    """Elements that the references cover. Each must be one of `places` (by id) as it stands; `node` signs them."""
    covered = []
    for reference in signature.references:
        target = places.get(reference.target)
        if target is None:
            raise NotAuthentic("reference_target")
        if [algorithm for algorithm, _ in reference.transforms] != [EXCLUSIVE]:
            raise NotAuthentic("algorithm")
        if any(ancestor is target for ancestor in node.iterancestors()):
            raise NotAuthentic("reference_target")
        if not reference.holds(canonical(target, reference.transforms[0][1])):
            raise NotAuthentic("digest")
        covered.append(target)
    return covered


def certificate_in(holder: etree._Element | None) -> x509.Certificate:
    """That of the only `ds:X509Certificate` below `holder`. Raises `NotAuthentic`."""
    found = [] if holder is None else list(holder.iter(qname("ds:X509Certificate")))
    if len(found) != 1:
        raise NotAuthentic("certificate")
    return certificate_of(found[0].text)


def certificate_of(text: str | None) -> x509.Certificate:
    """From base64 of its DER form. Raises `NotAuthentic`."""
    try:
        return x509.load_der_x509_certificate(decoded(text))
    except ValueError:
        raise NotAuthentic("certificate") from None


def _reference(node: etree._Element) -> Reference:
    names = [child.tag for child in node]
    uri = node.get("URI", "")
    expected = [qname("ds:Transforms"), qname("ds:DigestMethod"), qname("ds:DigestValue")]
    if node.tag != qname("ds:Reference") or names != expected or not uri.startswith("#") or len(uri) == 1:
        raise NotAuthentic("references")
    chain, method, value = node
    if method.get("Algorithm") != SHA256 or len(method):
        raise NotAuthentic("algorithm")
    if any(one.tag != f"{{{DS}}}Transform" for one in chain):
        raise NotAuthentic("references")
    return Reference(uri[1:], node.get("Type", ""), tuple(_transform(one) for one in chain), _binary(value))


def _transform(node: etree._Element) -> tuple[str, tuple[str, ...]]:
    """Algorithm and prefix list; nothing else may stand in it."""
    prefixes: tuple[str, ...] = ()
    if len(node) > 1 or any(child.tag != _PREFIXES for child in node):
        raise NotAuthentic("algorithm")
    if len(node):
        listed = node[0].get("PrefixList", "").split()
        prefixes = tuple("" if prefix == "#default" else prefix for prefix in listed)
        if "" in prefixes:
            raise NotAuthentic("algorithm")  # libxml2 takes the default namespace by no name; nobody here needs it
    return node.get("Algorithm", ""), prefixes


def _binary(node: etree._Element) -> bytes:
    try:
        return decoded(node.text) if not len(node) else b""
    except ValueError:
        raise NotAuthentic("signature_shape") from None
