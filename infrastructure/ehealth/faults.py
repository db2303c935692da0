"""What a service says when it does not do what was asked, by where it was said (reference 5)."""

from lxml import etree

from domain.member_answer import Detail
from infrastructure.ehealth.namespaces import SOAP, TYPES, name
from infrastructure.xml import local_name

_RETRY_LATER = ("SOA-02001", "SOA-02002")
_NOT_MANDATED = ("SOA-01002",)
_NOT_AUTHENTICATED = ("SOA-01001",)
_NOT_ENOUGH_TIME = "Not enough time"


class ServiceFault(Exception):
    """A SOAP fault. `layer`: `ehealth` (platform), `mycarenet` or `soap` (neither says more).

    `retry`: what the service advises, None when it says nothing. `code` is the service's own and stable, empty when it
    gave none. Nothing of the request is repeated. `raw`: the whole answer, set by whoever received it.
    """

    def __init__(
        self, layer: str, code: str, message: str, *, retry: bool | None = None, details: tuple[Detail, ...] = ()
    ) -> None:
        super().__init__(f"{layer}: {code or 'fault'}: {message}")
        self.layer, self.code, self.message, self.retry, self.details = layer, code, message, retry, details
        self.raw = b""

    @property
    def is_not_mandated(self) -> bool:
        """Whoever asks may not ask this, or not for this care provider."""
        return self.code in _NOT_MANDATED

    @property
    def is_not_authenticated(self) -> bool:
        """Whoever asks is not believed: a token that held holds no more."""
        return self.code in _NOT_AUTHENTICATED

    @property
    def asks_for_less(self) -> bool:
        """A get that took too long: ask again for fewer messages."""
        return _NOT_ENOUGH_TIME in self.message


class NoToken(Exception):
    """The token service gave none. `code`: `sts_refused`, `sts_answer_unreadable`; `message` is its own."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code, self.message = code, message


def fault_of(fault: etree._Element) -> ServiceFault | None:
    """The fault that an answer holds instead of a result; `fault` is the child of the body."""
    if fault.tag != name(SOAP, "Fault"):
        return None
    said = (fault.findtext("faultstring") or "").strip()
    detail = fault.find("detail")
    for child in () if detail is None else detail:
        match local_name(child):
            case "SystemError" | "BusinessError":
                return _of_platform(child, said)
            case "fault":
                return _of_mycarenet(child, said)
    return ServiceFault("soap", (fault.findtext("faultcode") or "").strip(), said)


def _of_platform(error: etree._Element, said: str) -> ServiceFault:
    code, retry = _text(error, "Code"), _text(error, "Retry")
    advised = retry in ("true", "1") if retry else (True if code in _RETRY_LATER else None)
    return ServiceFault("ehealth", code, _text(error, "Message") or said, retry=advised)


def _of_mycarenet(fault: etree._Element, said: str) -> ServiceFault:
    details = tuple(
        Detail(*(_text(one, word) for word in ("DetailCode", "DetailSource", "Location", "Message")))
        for one in fault.iter(name(TYPES, "Detail"))
    )
    return ServiceFault("mycarenet", _text(fault, "FaultCode"), _text(fault, "Message") or said, details=details)


def _text(parent: etree._Element, local: str) -> str:
    """Of a child, in whatever namespace: services do not agree on it."""
    return next(((child.text or "").strip() for child in parent if local_name(child) == local), "")
