"""The three operations of GenericAsync, and what their WS-Addressing headers must say."""

from dataclasses import dataclass

from infrastructure.mycarenet_simulator.envelope import Envelope
from infrastructure.mycarenet_simulator.errors import Faulted
from infrastructure.mycarenet_simulator.generic_shapes import CONFIRM, GET, POST
from infrastructure.mycarenet_simulator.names import GENERIC, qname
from infrastructure.mycarenet_simulator.soap import ANONYMOUS
from infrastructure.mycarenet_simulator.structure import Shape

DESTINATION = "urn:nip:destination:io:"
_ALL = ("", "MULTICAST")


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the three: what its request looks like, and the actions around it."""

    name: str
    shape: Shape
    action: str
    response_action: str
    fault_action: str


def _operation(name: str, shape: Shape, request: str, response: str) -> Operation:
    start = f"{GENERIC}:{name}:"
    return Operation(name, shape, f"{start}{request}", f"{start}{response}", f"{start}fault")


OPERATIONS = {
    qname("g:post"): _operation("post", POST, "msg", "tack"),
    qname("g:get"): _operation("get", GET, "query", "msgs"),
    qname("g:confirm"): _operation("confirm", CONFIRM, "hash", "return"),
}


def require_addressing(message: Envelope, operation: Operation, soap_action: str) -> None:
    """Raises `Faulted`."""
    if message.addressing("Action") != operation.action or soap_action not in ("", operation.action):
        raise Faulted("NIP.META.simulated", "wsa:Action and SOAPAction do not name this operation.")
    if not message.addressing("MessageID"):
        raise Faulted("NIP.META.simulated", "wsa:MessageID is missing.")
    for name in ("ReplyTo", "FaultTo"):
        if message.addressing(name, "Address") not in ("", ANONYMOUS):
            raise Faulted("NIP.META.simulated", f"wsa:{name} is not the anonymous address.")


def insurer_of(message: Envelope) -> str:
    """What stands behind the destination; empty where none is named."""
    to = message.addressing("To")
    named = to.removeprefix(DESTINATION)
    if named in _ALL:
        return ""
    if named == to:
        raise Faulted("NIP.META.simulated", "wsa:To is no destination of MyCareNet.")
    return named
