"""A P12 gives all its keys, each with its certificate, and says clearly when it cannot."""

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.ehealth.credential import KeystoreError, read_p12
from infrastructure.ehealth.distinguished import Holder, holder_of, issuer_name, subject_name
from infrastructure.mycarenet_simulator import pki
from infrastructure.mycarenet_simulator.p12 import keystore
from tests.infrastructure.ehealth.holders import NOW, SSIN, authority, card, nurse

PASSWORD = "fictitious"
SALT = bytes(range(20))


@pytest.mark.parametrize("kind", ["rsa-2048", "p-256", "p-384"])
def test_every_key_of_a_p12_comes_with_its_certificate(kind: pki.KeyKind):
    owner = pki.person(authority(), SSIN, "Fictive Nurse", NOW, kind)
    sealed = [pki.decryption(owner, NOW), pki.decryption(owner, NOW)]
    found = read_p12(keystore(owner, sealed, PASSWORD, SALT), PASSWORD)
    assert found.authentication.certificate == owner.certificate
    assert found.authentication.key.private_numbers() == owner.key.private_numbers()
    assert [one.certificate for one in found.decryption] == [one.certificate for one in sealed]
    assert [one.key.private_numbers() for one in found.decryption] == [one.key.private_numbers() for one in sealed]
    assert found.authentication.chain == owner.chain


def test_one_that_holds_a_single_key_without_alias_is_read_too():
    owner = nurse()
    content = serialize_key_and_certificates(
        None, owner.key, owner.certificate, owner.chain, BestAvailableEncryption(PASSWORD.encode())
    )
    found = read_p12(content, PASSWORD)
    assert (found.authentication.certificate, found.decryption) == (owner.certificate, ())


def test_another_password_and_what_is_no_p12_are_told():
    content = keystore(pki.person(authority(), SSIN, "Fictive", NOW), [], PASSWORD, SALT)
    for given_content, password in ((content, "other"), (content[:-7], PASSWORD), (b"", PASSWORD)):
        with pytest.raises(KeystoreError) as told:
            read_p12(given_content, password)
        assert told.value.code == "p12_unreadable"


@given(st.binary(max_size=200))
def test_any_bytes_are_told(content: bytes):
    with pytest.raises(KeystoreError):
        read_p12(content, PASSWORD)


def test_whose_a_certificate_is():
    assert holder_of(nurse().certificate) == Holder("SSIN", SSIN, "Fictive Nurse")
    assert holder_of(card().certificate) == Holder("SSIN", SSIN, "Fictive Nurse", is_card=True)
    group = pki.organisation(authority(), "NIHII-GROUP=94000017", "Fictive group", NOW, "QUITTANCE")
    assert holder_of(group.certificate) == Holder("NIHII-GROUP", "94000017", "Fictive group")
    assert holder_of(authority().certificate) is None


def test_a_name_is_written_as_the_token_service_wants_it():
    assert subject_name(nurse().certificate) == (
        f'CN="SSIN={SSIN}", OU="SSIN={SSIN}", OU=Fictive Nurse, OU=eHealth-platform Belgium, O=Federal Government, C=BE'
    )
    assert issuer_name(nurse().certificate) == "C=BE, CN=Quittance simulated eHealth issuing CA"
    assert subject_name(card().certificate).startswith(f"OID.2.5.4.5={SSIN}, OID.2.5.4.42=Fictive, ")
    odd = pki.organisation(authority(), "CBE=0123456749", 'A "B" \\ C', NOW)
    assert 'OU="A \\"B\\" \\\\ C"' in subject_name(odd.certificate)
