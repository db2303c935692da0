"""All answers of a union to one file that arrived, in the order in which it would send them."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from domain.local_time import local_date
from infrastructure.efact.answer_writer import (
    EnvelopeFault,
    Verdict,
    write_acknowledgement,
    write_answer,
    write_envelope_refusal,
)
from infrastructure.efact.errors import EfactError
from infrastructure.efact.message import EfactFile
from infrastructure.efact.outline import Outline, outline
from infrastructure.efact.reader import read
from infrastructure.efact.records import ACKNOWLEDGEMENT, ENVELOPE_REFUSAL, SETTLEMENT
from infrastructure.simulator.books import Books
from infrastructure.simulator.case import case_of
from infrastructure.simulator.chance import Draw
from infrastructure.simulator.earlier_files import enter, review_earlier
from infrastructure.simulator.figures import References, settlements, verdicts
from infrastructure.simulator.nomenclature import Sets
from infrastructure.simulator.refusals import refuse, remark
from infrastructure.simulator.review import FORMAT_WRONG, TOO_MANY_FILES, TPP_UNKNOWN, Review, block, review
from infrastructure.simulator.scenario import Scenario
from infrastructure.simulator.tariff_review import review_tariffs

_STRAY_REFERENCE = "99999999999999"
_SETTLEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file in the union's hands. `number_is_taken`: another file of that year had the same sending number.

    `is_above_limit`: two files of zone 13 = 000 came before it in the month, and nobody allowed more.
    """

    content: bytes
    union: str
    at: datetime
    number_is_taken: bool = False
    is_above_limit: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """One answer and the instant from which it waits in the mailbox."""

    message: str
    content: bytes
    at: datetime


class Desk:
    """Answers one file. The same file, seed, scenario, sets and instant give the same bytes.

    With `sets` prices and blocks are held against them first, with `books` what came in earlier files. Draws hang on
    the care alone: two installations that bill the same care get the same refusals, though each draws its own
    references, which also order invoices in its file.
    """

    def __init__(
        self, arrived: Arrived, seed: int, scenario: Scenario, sets: Sets = (), books: Books | None = None
    ) -> None:
        self._arrived, self._scenario, self._sets, self._books = arrived, scenario, sets, books
        self._file: EfactFile = read(arrived.content)
        self._placed: Outline = outline(self._file)
        self._draw = Draw(seed, arrived.union, _care(self._file))
        self._own_reference = f"{int(self._draw.share() * 10**8):014d}"

    def answers(self) -> list[Due]:
        """In order of being due, unless the scenario shuffles, repeats or adds.

        A file whose values cannot even be repeated in an answer is refused with its envelope.
        """
        try:
            answers = self._orderly()
        except EfactError:
            answers = [self._envelope_refused([FORMAT_WRONG])]
        return self._disturbed(answers)

    def _envelope_refused(self, faults: list[EnvelopeFault]) -> Due:
        content = write_envelope_refusal(self._file, faults, self._own_reference)
        return Due(ENVELOPE_REFUSAL, content, self._arrived.at + self._scenario.acknowledged_after)

    def _orderly(self) -> list[Due]:
        arrived, scenario = self._arrived, self._scenario
        found = review(self._file, self._placed, arrived.union)
        envelope = list(found.envelope)
        if arrived.number_is_taken:
            envelope.append(EnvelopeFault("301", "40"))
        if scenario.envelope_refusal:
            envelope.append(EnvelopeFault("501", "20"))
        at = arrived.at + scenario.acknowledged_after
        receipt = Due(ACKNOWLEDGEMENT, write_acknowledgement(self._file, self._own_reference), at)
        if envelope:
            return [self._envelope_refused(envelope), *([receipt] if scenario.acknowledge_refused else [])]
        if scenario.reject_file:
            block(found, self._placed, TPP_UNKNOWN)
        if arrived.is_above_limit:
            block(found, self._placed, TOO_MANY_FILES)
        if found.is_blocked or found.is_over_limit:
            return [receipt, self._error_list("920099", found, "01" if found.is_blocked else "02")]
        return [receipt, self._error_list("920098", found, "00"), self._settlement(found)]

    def _error_list(self, message: str, found: Review, refusal_type: str) -> Due:
        at = self._arrived.at + self._scenario.checked_after
        content = write_answer(
            message,
            self._file,
            {order: Verdict(tuple(finding.reasons)) for order, finding in found.findings.items()},
            oa_reference=self._own_reference,
            answered_on=local_date(at),
            error_percentage=found.percentage,
            refusal_type=refusal_type,
        )
        return Due(message, content, at)

    def _settlement(self, found: Review) -> Due:
        """The 920900: what the checks found is refused, then the scenario's causes and remarks."""
        at = self._arrived.at + self._scenario.settled_after
        case, findings = case_of(self._placed), found.findings
        review_tariffs(case, self._sets, findings)
        if self._books is not None:
            review_earlier(case, self._books, findings)
        refuse(case, self._scenario, self._draw, findings)
        remark(case, self._scenario, self._draw, findings)
        if self._books is not None:
            second = self._file.second_header
            enter(case, self._books, findings, second.number("sending_number") or 0, second.text("billed_month"))
        references = self._references(at)
        content = write_answer(
            SETTLEMENT,
            self._file,
            verdicts(case, findings, references),
            oa_reference=self._own_reference,
            answered_on=local_date(at),
            settlements=settlements(case, findings, references, self._scenario.figures),
        )
        return Due(SETTLEMENT, content, at)

    def _references(self, at: datetime) -> References:
        second = self._file.second_header
        payment = f"{second.text('sending_number')}/{second.text('billed_month')}/{self._arrived.union}/"
        number = (self._file.header.number("provider_reference") or 0) % _SETTLEMENTS
        return References(f"{local_date(at):%Y}", self._arrived.union, number, payment)

    def _disturbed(self, answers: list[Due]) -> list[Due]:
        scenario = self._scenario
        if scenario.stray:
            last = answers[-1]
            header = self._file.header.layout
            cut = header.length
            head = header.patch(last.content[:cut], {"provider_reference": _STRAY_REFERENCE})
            answers = [*answers, Due(last.message, head + last.content[cut:], last.at)]
        if scenario.duplicated:
            answers = [answer for answer in answers for _ in range(2)]
        if scenario.shuffled:
            instants = [answer.at for answer in answers]
            mixed = self._draw.shuffled(answers)
            if mixed == answers:
                mixed.reverse()
            answers = [Due(a.message, a.content, at) for a, at in zip(mixed, instants, strict=True)]
        return answers


def _care(file: EfactFile) -> str:
    """Digest of the lines in any order, without running number, reference and check digits, and of the file's date."""
    lines = sorted(record.raw[8:137] + record.raw[162:348] for record in file.details if record.type == "50")
    second = file.second_header
    return sha256(b"\n".join([second.zone("sending_number"), second.zone("creation_date"), *lines])).hexdigest()
