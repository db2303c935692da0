"""Errors of the domain: each has a stable code, its facts as attributes, and says what to do.

DomainError
├── NotAllowed        the state forbids it (409)
├── Invalid           a value is wrong (422)
└── NotFound          there is no such thing here (404)
"""


class DomainError(Exception):
    """`code` is stable and public; `facts` hold ids, dates and figures, never names or national numbers."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts


class NotAllowed(DomainError):
    """The thing exists, but its state does not allow the command."""


class Invalid(DomainError):
    """A value given is wrong; `facts` name the field."""


class NotFound(DomainError):
    """Nothing here has that id."""
