"""The master key's file and variable."""

import base64
from pathlib import Path

import pytest

from infrastructure.keys.master import MasterKey, MasterKeyFault, create_master_key, load_master_key

TEXT = base64.b64encode(bytes(32)).decode()


def test_a_new_key_file_is_its_owners_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = create_master_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_master_key(path, {}) == made
    with pytest.raises(MasterKeyFault, match="never overwritten"):
        create_master_key(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    create_master_key(path)
    path.chmod(mode)
    with pytest.raises(MasterKeyFault, match="chmod 600"):
        load_master_key(path, {})


def test_the_environment_comes_first(tmp_path: Path) -> None:
    assert load_master_key(tmp_path / "none", {"QUITTANCE_MASTER_KEY": TEXT}) == MasterKey(bytes(32))


@pytest.mark.parametrize("text", ["short", base64.b64encode(bytes(31)).decode(), "é" * 44])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(MasterKeyFault, match="32 bytes"):
        load_master_key(None, {"QUITTANCE_MASTER_KEY": text})
    path = tmp_path / "master.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(MasterKeyFault, match="32 bytes"):
        load_master_key(path, {})


def test_a_missing_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyFault, match="QUITTANCE_KEY_FILE"):
        load_master_key(None, {})
    with pytest.raises(MasterKeyFault, match="No such file"):
        load_master_key(tmp_path / "none", {})


def test_a_key_is_not_shown() -> None:
    assert repr(MasterKey(bytes(32))) == "MasterKey()"
