"""Certificates as their real ones look, and keystores with several private keys that other programs open."""

import re
import shutil
import stat
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, pkcs12
from cryptography.x509.oid import NameOID

from infrastructure.mycarenet_simulator import pki
from infrastructure.mycarenet_simulator.app import Simulator
from infrastructure.mycarenet_simulator.identity import identifier_of
from infrastructure.mycarenet_simulator.p12 import keystore
from tests.stores import SteppedClock

NOW = SteppedClock().now()
PASSWORD = "mot de passe é€"


@pytest.fixture(scope="module")
def authority():
    return pki.new_authority(NOW)


@pytest.mark.parametrize("kind", ["rsa-2048", "p-256", "p-384"])
def test_a_person_is_named_in_cn_and_ou(authority, kind):
    held = pki.person(authority, "84031299839", "Amélie Delvaux", NOW, kind)
    name = held.certificate.subject
    assert name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "SSIN=84031299839"
    units = [one.value for one in name.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
    assert set(units) == {"SSIN=84031299839", "Amélie Delvaux", "eHealth-platform Belgium"}
    assert identifier_of(held.certificate) == ("SSIN", "84031299839")
    assert pki.is_trusted(held.certificate, authority.certificate, NOW)


@pytest.mark.parametrize(
    ("identifier", "application", "expected"),
    [
        ("CBE=0999999823", "QUITTANCE", ("CBE", "0999999823")),
        ("NIHII-GROUP=94999919", "", ("NIHII-GROUP", "94999919")),
        ("NIHII=4999112", "", ("NIHII", "04999112")),
    ],
)
def test_an_organisation_may_name_its_application(authority, identifier, application, expected):
    certificate = pki.organisation(authority, identifier, "Les Tilleuls", NOW, application).certificate
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert common == (f"{identifier}, {application}" if application else identifier)
    assert identifier_of(certificate) == expected


def test_a_card_carries_the_number_as_serial_number(authority):
    card = pki.identity_card(authority, "84031299839", "Amélie", "Delvaux", NOW)
    assert identifier_of(card.certificate) == ("SSIN", "84031299839")


def public(key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def several(authority, tmp_path):
    return made(authority, tmp_path, PASSWORD)


def made(authority, tmp_path, password):
    owner = pki.person(authority, "84031299839", "Amélie Delvaux", NOW)
    decryption = [pki.decryption(owner, NOW) for _ in range(2)]
    file = tmp_path / "several.p12"
    file.write_bytes(keystore(owner, decryption, password, bytes(range(20))))
    return file, owner, decryption


def test_the_usual_library_finds_the_first_key_and_all_certificates(several):
    file, owner, decryption = several
    found = pkcs12.load_pkcs12(file.read_bytes(), PASSWORD.encode())
    assert found.cert.friendly_name == b"authentication"
    assert public(found.key) == public(owner.key)
    aliases = {one.friendly_name for one in found.additional_certs}
    assert aliases == {None, *(str(one.certificate.serial_number).encode() for one in decryption)}
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_pkcs12(file.read_bytes(), b"wrong")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_openssl_opens_every_key_under_its_alias(several, tmp_path):
    file, owner, decryption = several
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    command = ["openssl", "pkcs12", "-in", str(file), "-passin", f"file:{tmp_path / 'password'}", "-nocerts", "-nodes"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    names = re.findall(r"friendlyName: (\S+)", said)
    keys = re.findall(r"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n", said, re.DOTALL)
    found = dict(zip(names, (public(load_pem_private_key(one.encode(), None)) for one in keys), strict=True))
    expected = {"authentication": owner} | {str(one.certificate.serial_number): one for one in decryption}
    assert found == {name: public(held.key) for name, held in expected.items()}


@pytest.mark.skipif(shutil.which("keytool") is None, reason="no Java on this machine")
def test_java_opens_every_key_under_its_alias(authority, tmp_path):
    file, _, decryption = made(authority, tmp_path, "ascii-as-Java-wants-it")
    command = ["keytool", "-list", "-keystore", str(file), "-storepass:env", "P12", "-storetype", "PKCS12"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env={"P12": "ascii-as-Java-wants-it", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}).stdout  # fmt: skip
    for alias in ("authentication", *(str(one.certificate.serial_number) for one in decryption)):
        assert f"{alias}, " in said
    assert said.count("PrivateKeyEntry") == 3


def test_a_decryption_certificate_is_issued_by_the_authentication_key(several):
    _, owner, (first, _) = several
    assert first.certificate.issuer == owner.certificate.subject
    first.certificate.verify_directly_issued_by(owner.certificate)


def test_the_folder_is_made_once_and_for_its_owner_only(tmp_path):
    def opened() -> dict[str, bytes]:
        simulator = Simulator(tmp_path / "s", SteppedClock())
        stores = {name: file.read_bytes() for name, file in simulator.keystores().items()}
        password = simulator.password()
        simulator.close()
        for content in stores.values():
            assert pkcs12.load_pkcs12(content, password.encode()).key is not None
        return stores

    first = opened()
    assert set(first) == {"nurse", "colleague", "employee", "dentist", "group", "company"}
    assert opened() == first
    files = [one for one in (tmp_path / "s").rglob("*") if one.is_file()]
    assert len([one for one in files if one.suffix == ".key"]) == 10
    modes = {stat.S_IMODE(one.stat().st_mode) for one in files if one.suffix in (".key", ".p12", ".txt", ".db")}
    assert modes == {0o600}
