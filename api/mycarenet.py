"""The way to MyCareNet as an operator sets it up (`QUITTANCE_MYCARENET_…`); without addresses unions are simulated."""

from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import uuid4

import httpx
from cryptography.x509 import load_pem_x509_certificates
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from application.ports import Clock
from infrastructure.ehealth import acting
from infrastructure.ehealth.calls import Caller
from infrastructure.ehealth.credential import Keystore, KeystoreError, read_p12
from infrastructure.ehealth.distinguished import holder_of
from infrastructure.ehealth.generic_async import GenericAsync, Session
from infrastructure.ehealth.origin import Licence, Origin
from infrastructure.ehealth.qualities import Attribute
from infrastructure.ehealth.sessions import KeystoreSession
from infrastructure.ehealth.sts import TokenService
from infrastructure.ehealth.unions import MyCareNetUnions


class MyCareNetSettings(BaseSettings):
    """Addresses are lists, tried in their order. No production address is known to us: CIN-NIC gives them out."""

    model_config = SettingsConfigDict(env_prefix="QUITTANCE_MYCARENET_", extra="ignore", frozen=True)

    sts: tuple[str, ...] = Field(default=(), description="Addresses of the token service (JSON list).")
    sts_protocol: Literal["saml", "ws-trust"] = Field(default="saml", description="Which of its protocols.")
    invoicing: tuple[str, ...] = Field(default=(), description="Addresses of GenericAsync for eFact (JSON list).")
    trust: Path | None = Field(default=None, description="Certificates (PEM) of the authorities that sign answers.")
    is_test: bool = Field(default=True, description="Messages say that they are a test.")
    p12: Path | None = Field(default=None, description="eHealth P12 of whoever sends.")
    p12_password_file: Path | None = Field(default=None, description="File with its password.")
    package: str = Field(default="Quittance", description="Name of the program, as licensed.")
    licence_user: str = Field(default="", description="User name of the licence of the program.")
    licence_password_file: Path | None = Field(default=None, description="File with its password.")
    session_hours: float = Field(default=12, gt=0, le=24, description="Length of a session at most.")

    @property
    def missing(self) -> tuple[str, ...]:
        """What must be set before anything can be sent, by the name of its variable."""
        wanted = {
            "STS": self.sts,
            "INVOICING": self.invoicing,
            "TRUST": self.trust,
            "P12": self.p12,
            "P12_PASSWORD_FILE": self.p12_password_file,
            "LICENCE_USER": self.licence_user,
            "LICENCE_PASSWORD_FILE": self.licence_password_file,
        }
        return tuple(f"QUITTANCE_MYCARENET_{word}" for word, value in wanted.items() if not value)


class MyCareNetIncomplete(Exception):
    """Some of it is set and some is not. `missing`: names of variables."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("To send over MyCareNet also set: " + ", ".join(missing))
        self.missing = missing


def unions_over_mycarenet(settings: MyCareNetSettings, clock: Clock) -> MyCareNetUnions | None:
    """The transport, None when nothing is set. Raises `MyCareNetIncomplete`, `KeystoreError`, OSError."""
    if not settings.model_fields_set:
        return None
    if settings.missing or settings.p12 is None or settings.trust is None:
        raise MyCareNetIncomplete(settings.missing)
    keystore = read_p12(settings.p12.read_bytes(), _secret(settings.p12_password_file))
    caller = Caller(httpx.Client(), load_pem_x509_certificates(settings.trust.read_bytes()), clock.now)
    service = GenericAsync(caller, settings.invoicing, settings.is_test, clock.now, uuid4)
    return MyCareNetUnions(service, _Own(settings, keystore, caller, clock))


class _Own:
    """One session for each way in which the holder of the keystore acts."""

    def __init__(self, settings: MyCareNetSettings, keystore: Keystore, caller: Caller, clock: Clock) -> None:
        holder = holder_of(keystore.authentication.certificate)
        if holder is None:
            raise KeystoreError("p12_of_nobody")
        self._holder = holder
        self._licence = Licence(settings.package, settings.licence_user, _secret(settings.licence_password_file))
        self._service = TokenService(caller, settings.sts, settings.sts_protocol, clock.now, uuid4)
        self._credential, self._clock = keystore.authentication, clock
        self._length = timedelta(hours=settings.session_hours)
        self._sessions: dict[tuple[Attribute, ...], KeystoreSession] = {}

    def __call__(self, tpp_number: str) -> tuple[Session, Origin]:
        """Raises `NoToken` and what a call raises."""
        claims = acting.claims(self._holder, tpp_number)
        if claims not in self._sessions:
            self._sessions[claims] = KeystoreSession(
                self._service, self._credential, claims, self._length, self._clock.now
            )
        session = self._sessions[claims].open()
        return session, acting.origin(self._holder, tpp_number, self._licence, session.token)


def _secret(file: Path | None) -> str:
    return "" if file is None else file.read_text(encoding="utf-8").strip()
