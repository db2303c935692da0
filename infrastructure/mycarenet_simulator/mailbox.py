"""What waits for one origin: messages of the unions, REJECT messages and acknowledgments, until they are confirmed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from application.ports import UnionTransport
from infrastructure.mycarenet_simulator.errors import Faulted
from infrastructure.mycarenet_simulator.generic_writer import Message, get_response
from infrastructure.mycarenet_simulator.ledger import Ledger, Post
from infrastructure.mycarenet_simulator.letters import Letter
from infrastructure.mycarenet_simulator.names import path, text_at
from infrastructure.mycarenet_simulator.origin import Origin
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.signing import decoded, encoded
from infrastructure.mycarenet_simulator.timestamps import Notary
from infrastructure.simulator.chance import Draw

REJECT = "REJECT"
_USUAL_MAX = 100
_NAMES = {"920900": "HCPAFD", "920099": "HCPVWR", "920999": "HCPVWR"}
"""Which of the three names carries which answer is published nowhere: a guess, the others are HCPFAC."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """For one call."""

    origin: Origin
    ledger: Ledger
    unions: UnionTransport
    notary: Notary
    scenario: Scenario
    now: datetime
    seed: int

    def get(self, query: etree._Element, insurer: str) -> etree._Element:
        """`g:getResponse`. Raises `Faulted` when the scenario has no time for so many."""
        wanted = _insurers(query, insurer)
        messages = [message for message in self.messages() if wanted(message.io)]
        tacks = [tack for tack in self.tacks() if wanted(tack.io)]
        asked = path(query, "g:MsgQuery")
        names = text_at(query, "g:MsgQuery", "g:MessageNames").split()
        tack_names = text_at(query, "g:QueryParameters", "g:tackMessageNames").split()
        if names:
            messages = [message for message in messages if message.name in names]
        if tack_names:
            tacks = [tack for tack in tacks if tack.message_name in tack_names]
        shown = self._arranged(messages)[: self._limit(asked)]
        acknowledged = tacks[: self._limit(path(query, "g:TAckQuery"))]
        told = [(one.io, one.input_reference, one.tack_reference, one.tack) for one in acknowledged]
        return get_response(shown, told, self.notary, self.now)

    def confirm(self, request: etree._Element) -> None:
        """What is unknown, or listed as nothing, is no matter."""
        hashes, contents = binaries(request, "g:MsgHashValues"), binaries(request, "g:TAckContents")
        references = text_at(request, "g:MsgRefValues").split()
        tacks = text_at(request, "g:TAckReferences").split()
        gone = [one for one in self.messages() if one.hash_value in hashes or one.reference in references]
        with self.ledger.transaction():
            for post in self.ledger.of(self.origin.owner).values():
                if post.tack_reference in tacks or encoded(post.tack) in contents:
                    self.ledger.confirm_tack(post.number)
                if post.reject and any(one.reference == post.reject_reference for one in gone):
                    self.ledger.confirm_reject(post.number)
        self.unions.confirm(self.origin.nihii11, [one.reference for one in gone])

    def tacks(self) -> Sequence[Post | Letter]:
        """Acknowledgements of insurers that are due for this origin."""
        return self.ledger.tacks(self.origin.owner, self.now)

    def messages(self) -> list[Message]:
        """All that are due for this origin, oldest first."""
        posts = self.ledger.of(self.origin.owner)
        made = [
            Message(REJECT, post.reject_reference, post.input_reference, post.io, post.reject, is_xml=True)
            for post in self.ledger.rejects(self.origin.owner, self.now)
        ]
        for receipt, content in self.unions.collect(self.origin.nihii11).waiting:
            post = posts.get(receipt.rpartition(".")[2])  # names of the spool end with the reference of the file
            if post is not None and post.answers_from <= self.now.timestamp():
                made.append(_answer(receipt, post, content))
        return made

    def _arranged(self, messages: list[Message]) -> list[Message]:
        if self.scenario.doubled:
            messages = [message for message in messages for _ in range(2)]
        if self.scenario.shuffled:
            drawn = Draw(self.seed, "order", self.origin.nihii11, len(messages)).shuffled(messages)
            return drawn if drawn != messages else messages[::-1]
        return messages

    def _limit(self, query: etree._Element | None) -> int:
        if query is None or query.get("Include", "true").strip() in ("false", "0"):
            return 0
        most = int(text_at(query, "g:Max") or _USUAL_MAX)
        if self.scenario.not_enough_time and most > self.scenario.not_enough_time:
            raise Faulted("NIP.SIMULATED.time", "Not enough time")
        return max(most, 0)


def _answer(receipt: str, post: Post, content: bytes) -> Message:
    name = _NAMES.get(content[:6].decode("latin-1"), "HCPFAC")
    return Message(name, receipt, post.input_reference, post.io, content)


def _insurers(query: etree._Element, insurer: str) -> Callable[[str], bool]:
    """Which insurers are asked: by address, and by the lists of the query."""
    included = set(text_at(query, "g:QueryParameters", "g:includeIOs").split())
    excluded = set(text_at(query, "g:QueryParameters", "g:excludeIOs").split())
    return lambda io: insurer in ("", io) and io not in excluded and (not included or io in included)


def binaries(request: etree._Element, name: str) -> set[str]:
    """Items of a list in one spelling."""
    items: Iterable[str] = text_at(request, name).split()
    return {encoded(decoded(item)) for item in items}
