"""What pages of Quittance may ask, from another origin: JSON under `/v1/`. The gate has looked at Host and Origin."""

from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Annotated, Any

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from infrastructure.reader_agent.agent import Agent
from infrastructure.reader_agent.desk import Asked
from infrastructure.reader_agent.errors import RequestError
from infrastructure.reader_agent.version import AGENT, PROTOCOL

_BEARER = "Bearer "


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Pairing(_Body):
    """`code` as the agent shows it, with or without its blank."""

    code: str = Field(pattern=r"^[0-9]{4} ?[0-9]{4}$")


class Named(_Body):
    """`reader`: name of a reader, as `readers` tells it."""

    reader: str = Field(min_length=1, max_length=200)


class Asking(Named):
    """`practice`: for whom the session is, in the page's words; `lang` of the window."""

    practice: str = Field(default="", max_length=80)
    lang: str = Field(default="", max_length=2)


class Message(_Body):
    """`envelope`: base64 of the whole SOAP message, without its signature."""

    envelope: str = Field(max_length=400_000)


def _agent(request: Request) -> Agent:
    found: Agent = request.app.state.agent
    return found


Here = Annotated[Agent, Depends(_agent)]


def _paired(request: Request, agent: Here) -> str:
    origin, said = request.headers.get("origin", ""), request.headers.get("authorization", "")
    if not said.startswith(_BEARER) or not agent.pairings.holds(origin, said.removeprefix(_BEARER)):
        raise RequestError("not_paired")
    return origin


Pages = Annotated[str, Depends(_paired)]
router = APIRouter(prefix="/v1")


@router.get("/version")
def version() -> dict[str, Any]:
    """The one thing that pages learn before they are paired."""
    return {"agent": AGENT, "protocol": PROTOCOL}


@router.post("/pairing")
def pair(body: Pairing, request: Request, agent: Here) -> dict[str, str]:
    """A token, for the code that the agent shows its person now."""
    return {"token": agent.pairings.pair(request.headers["origin"], body.code.replace(" ", ""))}


@router.get("/readers")
def readers(agent: Here, _: Pages) -> dict[str, Any]:
    """Nothing of a holder."""
    return {"readers": [asdict(one) for one in agent.cards.states()]}


@router.post("/certificate")
def certificate(body: Named, agent: Here, _: Pages) -> dict[str, Any]:
    """That of authentication (base64 of its DER), for the request to be written in its holder's name."""
    holder = agent.cards.holder(body.reader)
    content = holder.certificate.public_bytes(Encoding.DER)
    return {"certificate": b64encode(content).decode(), "tries_left": holder.tries_left}


@router.post("/identity")
def identity(body: Named, agent: Here, _: Pages) -> dict[str, Any]:
    """Identity and address, verified."""
    read = agent.cards.read(body.reader)
    person = {key: value for key, value in asdict(read.identity).items() if key != "basic_key_hash"}
    return {"identity": person, "address": asdict(read.address), "is_own_chip": read.is_own_chip}


@router.post("/requests", status_code=201)
def ask(body: Asking, agent: Here, origin: Pages) -> dict[str, Any]:
    """A window for the PIN, which the page opens."""
    asked = agent.desk.open(origin, body.reader, body.practice, body.lang)
    return {**_shown(asked), "pin_page": f"http://127.0.0.1:{agent.settings.port}/pin/{asked.secret}"}


@router.get("/requests/{identifier}")
def look(identifier: str, agent: Here, origin: Pages) -> dict[str, Any]:
    """`ready` when the PIN is right and the message may come."""
    return _shown(agent.desk.of_page(identifier, origin))


@router.post("/requests/{identifier}/envelope")
def sign(identifier: str, body: Message, agent: Here, origin: Pages) -> dict[str, Any]:
    """The message, signed."""
    asked = agent.desk.of_page(identifier, origin)
    try:
        content = b64decode(body.envelope, validate=True)
    except ValueError:
        agent.desk.give_up(asked)
        raise RequestError("sts_request_unreadable") from None
    return {"envelope": b64encode(agent.desk.sign(asked, content)).decode()}


@router.delete("/requests/{identifier}")
def give_up(identifier: str, agent: Here, origin: Pages) -> dict[str, Any]:
    """Nothing will be signed."""
    asked = agent.desk.of_page(identifier, origin)
    agent.desk.give_up(asked)
    return _shown(asked)


def _shown(asked: Asked) -> dict[str, Any]:
    return {
        "id": asked.id,
        "state": asked.state,
        "code": asked.code,
        "tries_left": asked.tries_left,
        "until": asked.until.isoformat(timespec="seconds"),
    }
