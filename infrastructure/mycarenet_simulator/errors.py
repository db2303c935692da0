"""What the simulator answers instead of a result; `soap.fault` writes them."""


class Refused(Exception):
    """A SOAP fault with eHealth's error in its detail: `code` as SOA-nnnnn, `message` for the log of a developer.

    `technical`: a SystemError, else a BusinessError. `retry`: the caller is told to ask again.
    """

    def __init__(self, code: str, message: str, *, technical: bool = True, retry: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.technical, self.retry = code, message, technical, retry


class Faulted(Exception):
    """A SOAP fault with MyCareNet's `g:fault` in its detail."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class NotAuthentic(Exception):
    """A signature, token, certificate or time that does not hold; `reason` is one word of `security`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConnectionLost(Exception):
    """The scenario breaks the connection instead of answering."""


def not_authenticated(reason: str) -> Refused:
    """SOA-01001."""
    return Refused("SOA-01001", f"The caller is not authenticated: {reason}.")


def not_authorised(reason: str) -> Refused:
    """SOA-01002."""
    return Refused("SOA-01002", f"The caller is not authorised: {reason}.", technical=False)


def not_of_the_schema(where: str) -> Refused:
    """SOA-03006; `where` names an element, never a value."""
    return Refused("SOA-03006", f"The message does not fit the schema at {where}.")


def wrong_content(what: str) -> Refused:
    """SOA-03007."""
    return Refused("SOA-03007", f"The content is not valid: {what}.", technical=False)
