"""The way to MyCareNet as an operator sets it up (`QUITTANCE_MYCARENET_…`); without addresses unions are simulated."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import uuid4

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from application.ports import Clock
from infrastructure.ehealth.calls import Caller
from infrastructure.ehealth.generic_async import MEMBER_DATA, GenericAsync
from infrastructure.ehealth.member_data import MemberData
from infrastructure.ehealth.members import MyCareNetMembers
from infrastructure.ehealth.open_sessions import OpenSessions
from infrastructure.ehealth.origin import Licence
from infrastructure.ehealth.pace import Pace
from infrastructure.ehealth.sessions import Tokens
from infrastructure.ehealth.sts import TokenService
from infrastructure.ehealth.unions import MyCareNetUnions


class MyCareNetSettings(BaseSettings):
    """Addresses are lists, tried in their order. No production address is known to us: CIN-NIC gives them out."""

    model_config = SettingsConfigDict(env_prefix="QUITTANCE_MYCARENET_", extra="ignore", frozen=True)

    sts: tuple[str, ...] = Field(default=(), description="Addresses of the token service (JSON list).")
    sts_protocol: Literal["saml", "ws-trust"] = Field(default="saml", description="Which of its protocols.")
    invoicing: tuple[str, ...] = Field(default=(), description="Addresses of GenericAsync for eFact (JSON list).")
    member_data: tuple[str, ...] = Field(
        default=(), description="Addresses of MemberData (JSON list); empty: nobody is asked about insurability."
    )
    member_data_per_second: float = Field(
        default=5, gt=0, le=100, description="Questions in a second at most; no source says what MyCareNet takes."
    )
    member_data_at_once: int = Field(
        default=4, ge=1, le=10, description="Questions of one job under way side by side; the pace is that of all."
    )
    member_data_facets: tuple[str, ...] = Field(
        default=(), description="Asked beside insurability (JSON list): palliativeStatus, chronicCondition …"
    )
    member_data_async: tuple[str, ...] = Field(
        default=(), description="Addresses of GenericAsync for questions about members that leave together (JSON list)."
    )
    trust: Path | None = Field(default=None, description="Certificates (PEM) of the authorities that sign answers.")
    is_test: bool = Field(default=True, description="Messages say that they are a test.")
    card_trust: Path | None = Field(
        default=None, description="Certificates (PEM) of the authorities that issue cards; without, whoever did."
    )
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
            "LICENCE_USER": self.licence_user,
            "LICENCE_PASSWORD_FILE": self.licence_password_file,
        }
        return tuple(f"QUITTANCE_MYCARENET_{word}" for word, value in wanted.items() if not value)


class MyCareNetIncomplete(Exception):
    """Some of it is set and some is not. `missing`: names of variables."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("To send over MyCareNet also set: " + ", ".join(missing))
        self.missing = missing


@dataclass(frozen=True, slots=True)
class MyCareNet:
    """Connections to it, as set up. `tokens` opens sessions."""

    settings: MyCareNetSettings
    caller: Caller
    clock: Clock
    licence: Licence
    tokens: Tokens

    def unions(self, sessions: OpenSessions) -> MyCareNetUnions:
        """The transport of files and answers."""
        settings = self.settings
        service = GenericAsync(self.caller, settings.invoicing, settings.is_test, self.clock.now, uuid4)
        return MyCareNetUnions(service, sessions)

    def member_batches(self, sessions: OpenSessions) -> MyCareNetUnions | None:
        """The way to insurers with many questions in one message, None when no address of it is set."""
        settings = self.settings
        if not settings.member_data_async:
            return None
        addresses, now = settings.member_data_async, self.clock.now
        service = GenericAsync(self.caller, addresses, settings.is_test, now, uuid4, project=MEMBER_DATA)
        return MyCareNetUnions(service, sessions)

    def members(self, sessions: OpenSessions) -> MyCareNetMembers | None:
        """The way to insurers with questions, None when no address of it is set."""
        settings = self.settings
        if not settings.member_data:
            return None
        service = MemberData(self.caller, settings.member_data, settings.is_test, self.clock.now, uuid4)
        pace = Pace(settings.member_data_per_second)
        return MyCareNetMembers(service, sessions, pace, settings.member_data_at_once)


def mycarenet(settings: MyCareNetSettings, clock: Clock) -> MyCareNet | None:
    """None when nothing is set. Raises `MyCareNetIncomplete`, OSError, ValueError."""
    if not settings.model_fields_set:
        return None
    if settings.missing or settings.trust is None:
        raise MyCareNetIncomplete(settings.missing)
    caller = Caller(httpx.Client(), _authorities(settings.trust), clock.now)
    service = TokenService(caller, settings.sts, settings.sts_protocol, clock.now, uuid4)
    length = timedelta(hours=settings.session_hours)
    tokens = Tokens(service, length, _authorities(settings.card_trust), clock.now, uuid4)
    licence = Licence(settings.package, settings.licence_user, _secret(settings.licence_password_file))
    return MyCareNet(settings, caller, clock, licence, tokens)


def _authorities(file: Path | None) -> list[Certificate]:
    return [] if file is None else load_pem_x509_certificates(file.read_bytes())


def _secret(file: Path | None) -> str:
    return "" if file is None else file.read_text(encoding="utf-8").strip()
