"""Who a certificate names, by the rule of its OUs, and its names as RFC 1779 writes them."""

import re

from cryptography import x509
from cryptography.x509.oid import NameOID

_IDENTIFIER = re.compile(r"([A-Z][A-Z_-]*)=([0-9]+)", re.ASCII)
_LENGTHS = {"SSIN": 11, "CBE": 10, "EHP": 10}
_NIHII_LENGTH = 8
_SPECIAL = frozenset(',+="\n<>#;')
_SHORT = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.COUNTRY_NAME: "C",
}


def identifier_of(certificate: x509.Certificate) -> tuple[str, str]:
    """Type (`SSIN`, `CBE`, `NIHII-GROUP`…) and number; both empty when it names nobody. A card is an SSIN."""
    for part in certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER):
        return "SSIN", str(part.value).rjust(_LENGTHS["SSIN"], "0")
    for part in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME):
        found = _IDENTIFIER.fullmatch(str(part.value))
        if found:
            kind, number = found.groups()
            return kind, number.rjust(_LENGTHS.get(kind, _NIHII_LENGTH), "0")
    return "", ""


def rfc1779(name: x509.Name) -> str:
    """Most specific part first, values with special characters in quotes."""
    return ", ".join(f"{_key(part.oid)}={_quoted(str(part.value))}" for part in reversed(list(name)))


def _key(oid: x509.ObjectIdentifier) -> str:
    return _SHORT.get(oid, f"OID.{oid.dotted_string}")


def _quoted(value: str) -> str:
    if value == value.strip() and not _SPECIAL.intersection(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
