"""Send a file to simulated unions and read what they answer."""

from dataclasses import dataclass
from pathlib import Path

from domain.answer import Answer
from domain.billing_file import BillingFile
from domain.settlement import Judgement, judge
from infrastructure.efact.answers import read_answer
from infrastructure.efact.digits import seal
from infrastructure.efact.layout import Layout
from infrastructure.efact.reader import read
from infrastructure.efact.writer import write
from infrastructure.simulator.scenario import ACCEPTS_ALL, USUAL, Scenario
from infrastructure.simulator.unions import SimulatedUnions
from tests.infrastructure.simulator.worlds import our_side
from tests.stores import SteppedClock


@dataclass
class Office:
    """Unions in a folder, with a clock of their own."""

    folder: Path
    scenario: Scenario = ACCEPTS_ALL
    seed: int = 1

    def __post_init__(self):
        self.clock = SteppedClock()
        self.restart()

    def restart(self):
        self.unions = SimulatedUnions(self.folder, self.seed, self.clock, self.scenario)

    def answers(self, file: BillingFile, content: bytes | None = None) -> list[Answer]:
        """Send, collect and confirm."""
        content = write(file).content if content is None else content
        self.unions.transmit(content, file.provider_reference, file.union, file.tpp_number)
        return [read_answer(answer) for answer in self.taken(file)]

    def taken(self, file: BillingFile) -> list[bytes]:
        waiting = self.unions.collect(file.tpp_number).waiting
        self.unions.confirm(file.tpp_number, [receipt for receipt, _ in waiting])
        return [content for _, content in waiting]


def settled(folder: Path, file: BillingFile, scenario: Scenario = USUAL, seed: int = 1) -> tuple[Answer, Judgement]:
    """The 920900 of a file, and how the practice judges it."""
    written = write(file)
    answer = Office(folder, scenario, seed).answers(file, written.content)[-1]
    assert answer.message == "920900"
    assert not answer.unread
    return answer, judge(answer, *our_side(file, written))


def changed(content: bytes, order: int, **values: int | str) -> bytes:
    """The file with zones of one record replaced and its check digits made right again."""
    record = next(r for r in read(content).details if r.order == order)
    made = seal(record.layout.patch(record.raw, values))
    return content[: record.offset] + made + content[record.offset + len(made) :]


def changed_total(content: bytes, kind: str, **values: int | str) -> bytes:
    """The file with zones of a record 95 or 96 replaced."""
    record = next(r for r in read(content).records if r.type == kind)
    layout: Layout = record.layout
    made = layout.patch(record.raw, values)
    return content[: record.offset] + made + content[record.offset + len(made) :]


def messages(answers: list[Answer]) -> list[str]:
    return [answer.message for answer in answers]


def codes(answer: Answer) -> set[str]:
    return {f"{reason.letter}{reason.code}" for record in answer.records for reason in record.errors}
