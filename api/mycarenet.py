"""The way to MyCareNet as an operator sets it up (`QUITTANCE_MYCARENET_…`); without addresses unions are simulated."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates
from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.mycarenet_environments import Environment, known
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


def _words(given: object) -> object:
    """Raises ValueError."""
    if not isinstance(given, str):
        return given
    return json.loads(given) if given.startswith("[") else tuple(given.split())


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
"""In the environment a JSON list, or words with blanks between them."""


class MyCareNetSettings(BaseSettings):
    """Addresses are lists, tried in their order. What is known of the environment need not be set, and may be."""

    model_config = SettingsConfigDict(env_prefix="QUITTANCE_MYCARENET_", extra="ignore", frozen=True)

    environment: Environment = Field(
        default="sim",
        description="sim, acc (acceptance) or prd (production): its known addresses, and whether messages are tests.",
    )
    sts: Words = Field(default=(), description="Addresses of the token service.")
    sts_protocol: Literal["saml", "ws-trust"] = Field(default="saml", description="Which of its protocols.")
    invoicing: Words = Field(default=(), description="Addresses of GenericAsync for eFact.")
    member_data: Words = Field(
        default=(), description="Addresses of MemberData; empty: nobody is asked about insurability."
    )
    member_data_per_second: float = Field(
        default=5, gt=0, le=100, description="Questions in a second at most; no source says what MyCareNet takes."
    )
    member_data_at_once: int = Field(
        default=4, ge=1, le=10, description="Questions of one job under way side by side; the pace is that of all."
    )
    member_data_facets: Words = Field(
        default=(), description="Asked beside insurability: palliativeStatus, chronicCondition …"
    )
    member_data_async: Words = Field(
        default=(), description="Addresses of GenericAsync for questions about members that leave together."
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

    @model_validator(mode="before")
    @classmethod
    def _as_known(cls, given: dict[str, Any]) -> dict[str, Any]:
        environment, protocol = given.get("environment"), given.get("sts_protocol", "saml")
        return given if environment is None else {**known(environment, protocol), **given}

    @property
    def is_set(self) -> bool:
        """Whether anything says that MyCareNet is to be spoken with; simulated services must be named for that."""
        return bool(self.model_fields_set - {"environment"})

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
        super().__init__(", ".join(missing))
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
    if not settings.is_set:
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
