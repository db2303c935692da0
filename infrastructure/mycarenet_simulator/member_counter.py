"""GenericAsync for questions about members that come together: split by insurer, answered as those that come alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from infrastructure.mycarenet_simulator.blob import Blob, read_blob
from infrastructure.mycarenet_simulator.envelope import Envelope
from infrastructure.mycarenet_simulator.errors import Faulted, Refused
from infrastructure.mycarenet_simulator.generic_async import Counter
from infrastructure.mycarenet_simulator.generic_operations import insurer_of
from infrastructure.mycarenet_simulator.generic_writer import FAILURE, Message, Verdict, reject, tack_content
from infrastructure.mycarenet_simulator.letters import Letter, Letters
from infrastructure.mycarenet_simulator.mailbox import REJECT, Mailbox, binaries
from infrastructure.mycarenet_simulator.member_answer import insurer_in
from infrastructure.mycarenet_simulator.member_data import Insurers, query_in
from infrastructure.mycarenet_simulator.names import element, qname, text_at
from infrastructure.mycarenet_simulator.origin import Origin
from infrastructure.mycarenet_simulator.signing import canonical, digest, encoded
from infrastructure.mycarenet_simulator.token import Token

MESSAGE_NAME = "MDA"
MOST = 10_000
_LIST = qname("ext:AttributeQueryList")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCounter(Counter):
    """Nothing needs a XAdES here: questions commit nobody."""

    insurers: Insurers
    letters: Letters
    service: str = "member_data"

    def mailbox(self, origin: Origin) -> Mailbox:
        """What waits for this origin."""
        rest = self.ledger, self.unions, self.notary, self.scenario(), self.clock.now(), self.seed
        return _MemberMailbox(origin, *rest, letters=self.letters)

    def post(self, message: Envelope, origin: Origin, token: Token) -> etree._Element:  # noqa: ARG002 - no XAdES
        """`g:postResponse`. Raises `Faulted`, `Refused` or `ConnectionLost`."""
        common, detail = message.content[0], message.content[1]
        if insurer_of(message):
            raise Faulted("NIP.INPUT.RequestValidation", "Questions about members go to no insurer by name.")
        reference = text_at(common, "c2:InputReference")
        self.require_reference(reference)
        verdict = self._verdict_on(message.content, read_blob(detail), origin)
        return self.told(origin, "", reference, verdict, detail)

    def _verdict_on(self, post: etree._Element, blob: Blob, origin: Origin) -> Verdict:
        """Also stores what is accepted."""
        if blob.message_name != MESSAGE_NAME or not blob.is_xml:
            return Verdict(FAILURE, "message-name", f"{MESSAGE_NAME} as text/xml is what is posted here.")
        reference, content = text_at(post, "g:CommonInput", "c2:InputReference"), digest(blob.clear)
        with self.letters.transaction():
            before = self.letters.digest(origin.owner, reference)
            if before == content:
                return Verdict(minor="duplicate", message="This message came before; nothing was done again.")
            if before is not None:
                return Verdict(FAILURE, "reference-in-use", "Another message came under this InputReference.")
            try:
                said = self._said(query_in(blob.clear), origin)
            except Refused as error:
                return Verdict(FAILURE, "content", error.message)
            letters = list(self._letters(post, reference, origin, said))
            self.letters.add(origin.owner, reference, content, letters)
        return Verdict()

    def _said(self, root: etree._Element, origin: Origin) -> Mapping[str, etree._Element]:
        """`ext:ResponseList` of each insurer, and of MyCareNet (empty) for what it sends to none. Raises `Refused`."""
        ids = [one.get("ID", "") for one in root]
        if root.tag != _LIST or root.attrib or not 0 < len(root) <= MOST or len(set(ids)) != len(ids):
            raise Refused("SOA-03007", f"The content is no list of 1 to {MOST} queries with an ID of its own each.")
        lists: dict[str, etree._Element] = {}
        for node in root:
            response = self.insurers.answer(node, origin, None)
            lists.setdefault(insurer_in(response), element("ext:ResponseList")).append(response)
        return lists

    def _letters(
        self, post: etree._Element, reference: str, origin: Origin, said: Mapping[str, etree._Element]
    ) -> Iterator[Letter]:
        scenario, now = self.scenario(), self.clock.now()
        asked = canonical(post[1])
        moments = (now + scenario.tack_after).timestamp(), (now + scenario.late).timestamp()
        for io, responses in sorted(said.items()):
            name, content = MESSAGE_NAME, etree.tostring(responses, xml_declaration=True, encoding="UTF-8")
            if scenario.rejected and io:
                name, content = REJECT, reject(post[0], MESSAGE_NAME, "The insurer does not treat this.", io)
            tack = tack_content(Verdict().major, asked + io.encode("ascii"))  # each insurer's is its own
            yield Letter(origin.owner, reference, io, name, content, tack, *moments)


@dataclass(frozen=True, slots=True, kw_only=True)
class _MemberMailbox(Mailbox):
    letters: Letters

    def tacks(self) -> list[Letter]:
        return self.letters.tacks(self.origin.owner, self.now)

    def messages(self) -> list[Message]:
        due = self.letters.due(self.origin.owner, self.now)
        return [Message(one.name, one.reference, one.input_reference, one.io, one.content, is_xml=True) for one in due]

    def confirm(self, request: etree._Element) -> None:
        hashes, contents = binaries(request, "g:MsgHashValues"), binaries(request, "g:TAckContents")
        references = text_at(request, "g:MsgRefValues").split()
        tacks = text_at(request, "g:TAckReferences").split()
        with self.letters.transaction():
            for one in self.letters.due(self.origin.owner, self.now):
                if one.reference in references or encoded(digest(one.content)) in hashes:
                    self.letters.confirm(one.number)
            for one in self.letters.tacks(self.origin.owner, self.now):
                if one.tack_reference in tacks or encoded(one.tack) in contents:
                    self.letters.confirm_tack(one.number)
