"""What the eFact codec refuses. Messages name place and cure; they never carry a value, which may be a patient number.

EfactError                  efact
├── UnrecognisedMessage     efact.unrecognised     not even a message name to read
├── UnexpectedMessage       efact.unexpected       a message of another kind than the caller handles
├── UnusableRecord          efact.unusable         a past billing file that cannot be taken over
└── ValueDoesNotFit         efact.does_not_fit     a value that its zone cannot carry
"""


class EfactError(Exception):
    """Base of all refusals of the codec; `code` is stable, the text is for a person."""

    code = "efact"


class UnrecognisedMessage(EfactError):
    """The bytes do not start with the name of an eFact message."""

    code = "efact.unrecognised"

    def __init__(self, size: int) -> None:
        super().__init__(
            f"header 200, zone 200: none of the {size} bytes starts an eFact message; "
            "give the flat file as the union or the billing run made it"
        )
        self.size = size


class UnexpectedMessage(EfactError):
    """The file is a readable eFact message, but not of the kind asked for."""

    code = "efact.unexpected"

    def __init__(self, message: str, expected: str) -> None:
        super().__init__(f"header 200, zone 200: this is a message {message}; give {expected}")
        self.message, self.expected = message, expected


class ValueDoesNotFit(EfactError):
    """A value cannot be written in its zone."""

    code = "efact.does_not_fit"

    def __init__(self, record: str, zone: str, cure: str) -> None:
        super().__init__(f"{record}, zone {zone}: {cure}")
        self.record, self.zone, self.cure = record, zone, cure


class UnusableRecord(EfactError):
    """A billing file of another program lacks what a settlement needs."""

    code = "efact.unusable"

    def __init__(self, record: str, cure: str) -> None:
        super().__init__(f"{record}: {cure}")
        self.record, self.cure = record, cure
