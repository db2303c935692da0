"""Numbers given during one billing run: four numberings, one change each at the end."""

from uuid import UUID

from application.commit import Streams
from application.ports import Change, EventLog
from domain import numbering as numbers
from domain import sending as sendings
from domain.compose import GivenNumbers
from domain.document import number_of
from domain.run_plan import PlannedSending


class RunNumbers:
    """Numbers given during one run: four numberings, one change each at the end. `where`: the establishment."""

    def __init__(self, log: EventLog, where: UUID, tpp_number: str, year: int) -> None:
        self._ids = {
            "sending": numbers.numbering_id("sending", tpp_number),
            "reference": numbers.numbering_id("reference", ""),
            "invoice": numbers.numbering_id("invoice", ""),
            "document": numbers.numbering_id("document", str(where)),
        }
        self._streams = Streams(log, self._ids.values())
        self._states = {kind: numbers.fold(self._streams.events(i)) for kind, i in self._ids.items()}
        self._given: dict[str, list[object]] = {kind: [] for kind in self._ids}
        self._year = year

    def give(self, where: UUID, sending: PlannedSending) -> GivenNumbers:
        """Numbers of one sending and of its invoices."""
        reference = self._note("reference", numbers.give_range(self._states["reference"], self._year, 1))
        provider_reference = f"{self._year:04d}{reference.first:010d}"
        identifier = sendings.sending_id(where, provider_reference)
        years = {self._year, int(sending.billed_month[:4])}
        given = numbers.give_sending_number(self._states["sending"], years, identifier)
        self._states["sending"] = numbers.evolve(self._states["sending"], given)
        self._given["sending"].append(given)
        batch = self._note("invoice", numbers.give_range(self._states["invoice"], self._year, len(sending.invoices)))
        invoice_numbers = tuple(f"{self._year:04d}{batch.first + n:08d}" for n in range(batch.count))
        return GivenNumbers(identifier, provider_reference, given.number, invoice_numbers)

    def give_document(self) -> str:
        """Number of the next document beyond eFact."""
        given = self._note("document", numbers.give_range(self._states["document"], self._year, 1))
        return number_of(self._year, given.first)

    def changes(self) -> list[Change]:
        """All numbers given, one change a numbering."""
        return [self._streams.change(self._ids[kind], given) for kind, given in self._given.items()]

    def _note(self, kind: str, given: numbers.NumbersGiven) -> numbers.NumbersGiven:
        self._states[kind] = numbers.evolve(self._states[kind], given)
        self._given[kind].append(given)
        return given
