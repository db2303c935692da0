"""Whose a certificate is (reference 7.1)."""

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

_FIXED_UNITS = ("eHealth-platform Belgium",)
_KEYWORDS = {
    NameOID.COMMON_NAME: "CN",
    NameOID.COUNTRY_NAME: "C",
    NameOID.LOCALITY_NAME: "L",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.STREET_ADDRESS: "STREET",
}
_SPECIAL = re.compile(r'[,+=<>#;"\\\r\n]')
_IDENTIFIER = re.compile(r"([A-Z][A-Z_-]*)=([0-9]+)")


@dataclass(frozen=True, slots=True)
class Holder:
    """`kind`: SSIN, CBE, NIHII, NIHII-GROUP …; `number` as it stands there; `owner`: name, empty when not told.

    `is_card`: an eID, whose serial number is the national number.
    """

    kind: str
    number: str
    owner: str = ""
    is_card: bool = False


def holder_of(certificate: x509.Certificate) -> Holder | None:
    """None when the subject names nobody in a way that eHealth does."""
    subject = certificate.subject
    if serial := subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER):
        names = [*subject.get_attributes_for_oid(NameOID.GIVEN_NAME), *subject.get_attributes_for_oid(NameOID.SURNAME)]
        return Holder("SSIN", str(serial[0].value), " ".join(str(one.value) for one in names), is_card=True)
    units = [str(one.value) for one in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
    common = " ".join(str(one.value) for one in subject.get_attributes_for_oid(NameOID.COMMON_NAME))
    found = next((match for unit in units if (match := _IDENTIFIER.fullmatch(unit))), None)
    if found is None:
        return None
    others = [unit for unit in units if unit not in _FIXED_UNITS and not _IDENTIFIER.fullmatch(unit)]
    owner = next((unit for unit in others if not common.endswith(unit)), "")
    return Holder(found[1], found[2], owner)


def subject_name(certificate: x509.Certificate) -> str:
    """As RFC 1779 writes it, the last part first."""
    return _rfc_1779(certificate.subject)


def issuer_name(certificate: x509.Certificate) -> str:
    """Of whoever issued it, likewise."""
    return _rfc_1779(certificate.issuer)


def _rfc_1779(distinguished: x509.Name) -> str:
    parts = (" + ".join(_part(one) for one in relative) for relative in reversed(distinguished.rdns))
    return ", ".join(parts)


def _part(attribute: x509.NameAttribute[str | bytes]) -> str:
    keyword = _KEYWORDS.get(attribute.oid, f"OID.{attribute.oid.dotted_string}")
    value = str(attribute.value)
    if not _SPECIAL.search(value) and value == value.strip():
        return f"{keyword}={value}"
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{keyword}="{quoted}"'
