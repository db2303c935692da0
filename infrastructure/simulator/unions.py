"""The simulated unions as the way there and back: a `UnionTransport` whose mailboxes are folders."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date as Date
from pathlib import Path

from application.ports import Clock, Collected, NotTransmitted, OutcomeUnknown
from domain.local_time import local_date
from infrastructure.efact.errors import EfactError
from infrastructure.efact.message import EfactFile
from infrastructure.efact.reader import read
from infrastructure.efact.records import BILLING_FILE, ENVELOPE_REFUSAL
from infrastructure.simulator.answers import Arrived, Desk
from infrastructure.simulator.nomenclature import Sets
from infrastructure.simulator.scenario import USUAL, Scenario
from infrastructure.simulator.spool import Mailbox, Spooled

_YEAR_OF_BILLED_MONTH = "500"
_FILES_A_MONTH = 2


class SimulatedUnions:
    """Keeps everything under `folder`. `scenario` may be changed between two calls; `by_union` goes before it.

    Same file, earlier files, seed, scenario, tariffs and instant: same answers. Another seed refuses other lines.
    `sets_of`: what counts for the practice of a third-party number; prices and blocks of its files are held against it.
    `has_derogation`: whether a practice may send more than two files of zone 13 = 000 in the month of that day.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        clock: Clock,
        scenario: Scenario = USUAL,
        by_union: Mapping[str, Scenario] | None = None,
    ) -> None:
        self._folder, self._seed, self._clock = folder, seed, clock
        self.scenario = scenario
        self.by_union = dict(by_union or {})
        self.sets_of: Callable[[str], Sets] = lambda _: ()
        self.has_derogation: Callable[[str, Date], bool] = lambda _tpp, _day: False

    def is_open(self, tpp_number: str) -> bool:  # noqa: ARG002 - of the port
        """The simulated network asks for no session."""
        return True

    def transmit(self, content: bytes, provider_reference: str, union: str, tpp_number: str) -> None:
        """Hand over one file and have its answers made. Raises `OutcomeUnknown` or `NotTransmitted`.

        A file that is no billing file never leaves; nor does one that the disk does not take.
        """
        scenario = self._scenario(union)
        if scenario.not_transmitted:
            raise NotTransmitted("The simulated unions cannot be reached; send again later.")
        if scenario.lose_file:
            raise OutcomeUnknown("The connection broke during the hand-over; wait for an answer before sending again.")
        _require_billing_file(content)
        try:
            with Mailbox(self._folder, tpp_number).locked() as mailbox:
                mailbox.receive(content, provider_reference, union, self._clock.now())
        except OSError as error:
            raise NotTransmitted("The folder of the simulated unions cannot be written; check it.") from error
        with suppress(OSError), Mailbox(self._folder, tpp_number).locked() as mailbox:
            self._answer_all(mailbox, tpp_number)  # the file has arrived: what fails here is made up for by `collect`
        if scenario.lose_answer:
            raise OutcomeUnknown("No confirmation of the hand-over came back; wait for an answer before sending again.")

    def collect(self, tpp_number: str) -> Collected:
        """Answers that are due and not confirmed, in order of being due; no network that would prove it."""
        with Mailbox(self._folder, tpp_number).locked() as mailbox:
            self._answer_all(mailbox, tpp_number)
            return Collected(mailbox.waiting(self._clock.now()))

    def confirm(self, tpp_number: str, receipts: Sequence[str]) -> None:
        """Remove stored answers; unknown receipts are no matter."""
        with Mailbox(self._folder, tpp_number).locked() as mailbox:
            mailbox.remove(receipts)

    def _answer_all(self, mailbox: Mailbox, tpp_number: str) -> None:
        """Also what an interrupted hand-over left behind."""
        for spooled, content in mailbox.incoming():
            file = read(content)
            year, number = _numbering(file, spooled.union)
            owner = mailbox.owner_of(year, number)
            is_taken = owner not in ("", spooled.name)
            is_above = self._is_above_limit(mailbox, spooled, file, tpp_number)
            arrived = Arrived(content, spooled.union, spooled.at, is_taken, is_above)
            scenario, books = self._scenario(spooled.union), mailbox.books(spooled)
            desk = Desk(arrived, self._seed, scenario, self.sets_of(tpp_number), books)
            answers = desk.answers()
            if not owner and all(answer.message != ENVELOPE_REFUSAL for answer in answers):
                mailbox.use(year, number, spooled)
            mailbox.answer(spooled, answers)

    def _is_above_limit(self, mailbox: Mailbox, spooled: Spooled, file: EfactFile, tpp_number: str) -> bool:
        if not _is_counted(file) or self.has_derogation(tpp_number, local_date(spooled.at)):
            return False
        return sum(_is_counted(read(former)) for former in mailbox.earlier_this_month(spooled)) >= _FILES_A_MONTH

    def _scenario(self, union: str) -> Scenario:
        return self.by_union.get(union, self.scenario)


def _require_billing_file(content: bytes) -> None:
    try:
        is_billing_file = read(content).message == BILLING_FILE
    except EfactError as error:
        raise NotTransmitted("This is no eFact message; nothing was sent.") from error
    if not is_billing_file:
        raise NotTransmitted("This is not a billing file (920000); nothing was sent.")


def _is_counted(file: EfactFile) -> bool:
    """Whether a month takes two such files: zone 13 of its record 10 is 000 (eFact reference 1.11)."""
    opening = next((record for record in file.details if record.type == "10"), None)
    return opening is not None and opening.text("content_code") == "000"


def _numbering(file: EfactFile, union: str) -> tuple[str, str]:
    """Year and sending number that must be unused: union 500 counts by billed year (eFact reference 1.11)."""
    second = file.second_header
    zone = "billed_month" if union == _YEAR_OF_BILLED_MONTH else "creation_date"
    return _digits(second.text(zone)[:4]), _digits(second.text("sending_number"))


def _digits(text: str) -> str:
    """For a file name, whatever stood in the zone."""
    return "".join(c for c in text if c.isascii() and c.isdigit()) or "0"
