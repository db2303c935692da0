"""Fictitious keys and certificates, made once a run."""

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID, uuid5

from infrastructure.ehealth.credential import Credential
from infrastructure.mycarenet_simulator import pki

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SSIN = "85073003328"
NURSE = "41234502401"
_SPACE = UUID("6f2f7c5e-6e2c-4b8f-9f5b-0f4f6f4a9d11")


@lru_cache
def authority() -> pki.Held:
    return pki.new_authority(NOW)


@lru_cache
def nurse(kind: pki.KeyKind = "p-384") -> Credential:
    return credential(pki.person(authority(), SSIN, "Fictive Nurse", NOW, kind))


@lru_cache
def card(kind: pki.KeyKind = "p-384") -> Credential:
    return credential(pki.identity_card(authority(), SSIN, "Fictive", "Nurse", NOW, kind))


def credential(held: pki.Held) -> Credential:
    return Credential(held.certificate, held.key, held.chain)


class Ids:
    """New ones in a fixed order."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> UUID:
        self.given += 1
        return uuid5(_SPACE, str(self.given))
