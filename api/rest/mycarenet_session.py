"""The session with MyCareNet of an establishment: look at it, open it by keystore or card, renew it, close it."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.rest.bodies import Body, Reason, example
from api.rest.commands import Writes
from api.rest.encoding import answer, encode
from api.rest.reads import Reads
from api.rest.register_bodies import ReasonIn
from api.rest.resources import resource
from api.rest.rights import MayHoldSession, MayRead, Product, establishment_at
from application.mycarenet_ports import MyCareNetSession
from application.ports import Context, Meta
from domain import mycarenet_session as sessions
from domain.mycarenet_session import HolderKind, Method

router = resource("/establishments/{establishment_id}/mycarenet-session", "MyCareNet sessions")


def _base64(value: str) -> str:
    try:
        b64decode(value, validate=True)
    except ValueError:
        raise PydanticCustomError("base64_invalid", "not base64") from None
    return value


Base64 = Annotated[str, Field(min_length=1, max_length=400_000), AfterValidator(_base64)]


class P12In(Body):
    """An eHealth P12 (base64) and its password: neither is kept."""

    model_config = example(p12="MIIKcAIBAzCCCiwGCSqGSIb3DQEHAaCCCh0=", password="…", reason="Journée")  # noqa: S106

    p12: Base64
    password: Annotated[str, Field(max_length=200)]
    reason: Reason = ""


class CardIn(Body):
    """Certificate of authentication of an identity card (base64 of its DER)."""

    model_config = example(certificate="MIIDczCCAvmgAwIBAgIQ")

    certificate: Base64


class SignedIn(Body):
    """The message of the request (base64), signed by the card."""

    model_config = example(envelope="PHM6RW52ZWxvcGUvPg==")

    envelope: Base64


@dataclass(frozen=True, slots=True)
class OpenSessionOut:
    """`ends_at`: it holds until then, unless somebody closes it or a service no longer believes it.

    `fingerprint`: SHA-256 of the certificate that asked for it (hexadecimal), empty where it was not noted;
    `certificate_ends_at`: when that holds no more.
    """

    session_id: UUID
    method: Method
    holder_kind: HolderKind
    opened_at: datetime
    opened_by: str
    ends_at: datetime
    fingerprint: str
    certificate_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionOut:
    """`session`: the one that holds, null for none. `is_needed`: false where unions are simulated in the process.

    `stream_id`: of its timeline.
    """

    is_needed: bool
    session: OpenSessionOut | None
    stream_id: UUID


@dataclass(frozen=True, slots=True)
class CardRequestOut:
    """`envelope` (base64): to be signed by the card within a minute. `request_id`: good for five, once."""

    request_id: UUID
    envelope: str


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """Which session is over."""

    session_id: UUID


@router.get("", operation_id="get_mycarenet_session", response_model=SessionOut)
def get_session(caller: MayRead, reading: Reads, quittance: Product, establishment_id: UUID) -> Response:
    """The session that holds, and until when."""
    where, known = establishment_at(caller, quittance, establishment_id), quittance.sessions_over_mycarenet
    found = known.current(where) if reading.as_of is None else known.then(where, reading.as_of, reading.upto)
    session = _shown(found) if found else None
    return reading.many({"is_needed": known.is_needed, "session": session, "stream_id": sessions.stream_of(where)})


@router.post("", operation_id="open_mycarenet_session", status_code=201, response_model=OpenSessionOut)
def open_session(
    caller: MayHoldSession, command: Writes, quittance: Product, establishment_id: UUID, body: P12In
) -> Response:
    """Open one by an eHealth P12; one that is open ends with it."""
    where, desk = establishment_at(caller, quittance, establishment_id), quittance.sessions_over_mycarenet
    return command.answer(
        lambda context: desk.open_with_p12(context, where, b64decode(body.p12), body.password),
        _shown,
        status=201,
        about=where,
        reason=body.reason,
    )


@router.post("/card", operation_id="prepare_card_session", response_model=CardRequestOut)
def prepare_card(caller: MayHoldSession, quittance: Product, establishment_id: UUID, body: CardIn) -> Response:
    """A request to the token service in the name of a card, for the card to sign; each time another one.

    Nothing is open yet, and nothing is kept for a repeated request: it names the card's holder.
    """
    where, context = establishment_at(caller, quittance, establishment_id), Context(Meta(caller.actor))
    made = quittance.sessions_over_mycarenet.prepare_card(context, where, b64decode(body.certificate))
    return answer(encode({"request_id": made.request_id, "envelope": b64encode(made.envelope).decode()}))


@router.post("/card/{request_id}", operation_id="finish_card_session", status_code=201, response_model=OpenSessionOut)
def finish_card(
    caller: MayHoldSession,
    command: Writes,
    quittance: Product,
    establishment_id: UUID,
    request_id: UUID,
    body: SignedIn,
) -> Response:
    """Open a session by the request that the card signed; whoever prepared it brings it."""
    where, desk = establishment_at(caller, quittance, establishment_id), quittance.sessions_over_mycarenet
    return command.answer(
        lambda context: desk.finish_card(context, where, request_id, b64decode(body.envelope)), _shown, status=201
    )


@router.post("/renew", operation_id="renew_mycarenet_session", response_model=OpenSessionOut)
def renew_session(
    caller: MayHoldSession, command: Writes, quittance: Product, establishment_id: UUID, body: ReasonIn
) -> Response:
    """Let it last as long again; one of a card may need the card (409 `card_needed`)."""
    where, desk = establishment_at(caller, quittance, establishment_id), quittance.sessions_over_mycarenet
    return command.answer(lambda context: desk.renew(context, where), _shown, about=where, reason=body.reason)


@router.post("/close", operation_id="close_mycarenet_session", response_model=SessionClosed)
def close_session(
    caller: MayHoldSession, command: Writes, quittance: Product, establishment_id: UUID, body: ReasonIn
) -> Response:
    """End it now: what proves it is forgotten."""
    where, desk = establishment_at(caller, quittance, establishment_id), quittance.sessions_over_mycarenet
    return command.answer(
        lambda context: desk.close(context, where),
        lambda closed: {"session_id": closed},
        about=where,
        reason=body.reason,
    )


def _shown(session: MyCareNetSession) -> Mapping[str, object]:
    return {name: getattr(session, name) for name in OpenSessionOut.__slots__}
