"""The codec as the use cases need it: one object behind the port, its refusals translated."""

from application.ports import UnreadableMessage
from domain.answer import Answer
from domain.billing_file import BillingFile, WrittenFile
from domain.errors import Invalid
from infrastructure.efact.answers import read_answer
from infrastructure.efact.check import check
from infrastructure.efact.errors import EfactError
from infrastructure.efact.reader import read
from infrastructure.efact.requests import read_request
from infrastructure.efact.writer import write


class EfactCodec:
    """`application.ports.BillingFileCodec` over the functions of this package."""

    def write(self, file: BillingFile) -> WrittenFile:
        """The 920000 of a sending. Raises `Invalid` naming record, zone and cure."""
        try:
            return write(file)
        except EfactError as refused:
            raise Invalid(refused.code, str(refused)) from refused

    def faults(self, content: bytes) -> tuple[tuple[int | None, str], ...]:
        """What a union would refuse in a 920000: running number of the record, if it has one, and refusal code."""
        return tuple((fault.order, fault.code) for fault in check(content))

    def read_answer(self, content: bytes) -> Answer:
        """What a union wrote. Raises `UnreadableMessage`."""
        try:
            return read_answer(content)
        except EfactError as refused:
            raise UnreadableMessage(refused.code, str(refused)) from refused

    def read_request(self, content: bytes) -> tuple[BillingFile, WrittenFile]:
        """A 920000 made elsewhere. Raises `UnreadableMessage`."""
        try:
            return read_request(content)
        except EfactError as refused:
            raise UnreadableMessage(refused.code, str(refused)) from refused

    def kind(self, content: bytes) -> str:
        """Name of the message, empty when it cannot be told."""
        try:
            return read(content).message
        except EfactError:
            return ""
