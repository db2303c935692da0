"""What MyCareNet hands out is XAdES-T: another program verifies its timestamps."""

import shutil
import subprocess
from base64 import b64decode

import pytest
from asn1crypto import cms
from lxml import etree

from tests.infrastructure.mycarenet_simulator.honest import digest, exc


@pytest.fixture
def stamped(world):
    """Each signature that came, with its timestamp token."""
    world.group_post()
    answered = world.group_get()
    roots = [etree.fromstring(b64decode(text)) for text in answered.all("//g:Xades-t/text()")]
    assert len(roots) == 4
    return [(root, b64decode(root.findtext(".//{*}SignatureTimeStamp/{*}EncapsulatedTimeStamp"))) for root in roots]


def test_a_timestamp_is_over_the_canonical_signature_value(stamped, world):
    for root, token in stamped:
        info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
        hashed = info["message_imprint"]["hashed_message"].native
        assert hashed == b64decode(digest(exc(root.find("{*}SignatureValue"))))
        assert info["gen_time"].native == world.clock.now()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_openssl_verifies_the_timestamp_and_no_other_content(stamped, world, tmp_path):
    root, token = stamped[0]
    (tmp_path / "token").write_bytes(token)
    authority = str(world.simulator.folder.authority_file)
    at = str(int(world.clock.now().timestamp()))
    command = [
        "openssl",
        "ts",
        "-verify",
        "-token_in",
        "-in",
        str(tmp_path / "token"),
        "-CAfile",
        authority,
        "-attime",
        at,
    ]
    right = b64decode(digest(exc(root.find("{*}SignatureValue")))).hex()
    said = subprocess.run([*command, "-digest", right], check=False, capture_output=True, text=True)
    assert "Verification: OK" in said.stdout + said.stderr, said
    said = subprocess.run([*command, "-digest", "00" * 32], check=False, capture_output=True, text=True)
    assert said.returncode != 0
