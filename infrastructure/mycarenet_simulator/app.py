"""The simulator as a whole: its folder, its services by HTTP path, and one door for a request."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import sleep

from application.ports import Clock
from infrastructure.mycarenet_simulator import demo, mtom, pki, sts_saml, sts_trust
from infrastructure.mycarenet_simulator.demo_members import demo_members
from infrastructure.mycarenet_simulator.envelope import Envelope, read_envelope
from infrastructure.mycarenet_simulator.errors import Faulted, Refused
from infrastructure.mycarenet_simulator.folder import Folder
from infrastructure.mycarenet_simulator.generic_async import Counter
from infrastructure.mycarenet_simulator.generic_operations import OPERATIONS
from infrastructure.mycarenet_simulator.ledger import Ledger
from infrastructure.mycarenet_simulator.letters import Letters
from infrastructure.mycarenet_simulator.member_counter import MemberCounter
from infrastructure.mycarenet_simulator.member_data import Insurers, MemberDesk
from infrastructure.mycarenet_simulator.registry import Registry
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from infrastructure.mycarenet_simulator.soap import Reply, envelope, fault
from infrastructure.mycarenet_simulator.sts import TokenDesk
from infrastructure.mycarenet_simulator.timestamps import Notary
from infrastructure.simulator.scenario import ACCEPTS_ALL
from infrastructure.simulator.scenario import Scenario as UnionScenario
from infrastructure.simulator.unions import SimulatedUnions

STS_SAML = "/IAM/Saml11TokenService/v1"
STS_SAML_LEGACY = "/IAM/Saml11TokenService/Legacy/v1"
STS_TRUST = "/IAM/SecurityTokenService/v1"
MEMBER_DATA = "/MyCareNet/MemberData/v1"
GENERIC_INVOICING = "/mycarenet-ws/async/generic/hcpfac"
GENERIC_MEMBER_DATA = "/mycarenet/bed/GenAsync/memberData"
NOT_YET = frozenset(
    {
        "/mycarenet-ws/async/generic/hcpfac_12",
        "/mycarenet-ws/async/generic/gmd",
        "/mcn/bed/ehealth/GenAsync/eagreement",
    }
)
PATHS = {
    "sts-saml": STS_SAML,
    "sts-trust": STS_TRUST,
    "invoicing": GENERIC_INVOICING,
    "member-data": MEMBER_DATA,
    "member-data-async": GENERIC_MEMBER_DATA,
}
_GENERIC = (GENERIC_INVOICING, GENERIC_MEMBER_DATA)
_STS_NUMBER, _MYCARENET_NUMBER = "0999998437", "0999997447"


class Simulator:
    """`scenario`, `registry` and `members` may be changed between two calls; `unions` has its own scenario.

    `mailboxes`: where the unions keep what they were sent, when they were sent something before there was a network.
    """

    def __init__(
        self,
        root: Path,
        clock: Clock,
        seed: int = 1,
        scenario: Scenario = USUAL,
        unions: UnionScenario = ACCEPTS_ALL,
        registry: Registry = demo.REGISTRY,
        mailboxes: Path | None = None,
    ) -> None:
        self.folder, self.clock, self.scenario, self.registry = Folder(root), clock, scenario, registry
        now = clock.now()
        self.authority = self.folder.held("ca", lambda: pki.new_authority(now))
        self.token_service = self._organisation("sts", _STS_NUMBER, "IAMSIM")
        self.mycarenet = self._organisation("mycarenet", _MYCARENET_NUMBER, "MYCARENET")
        self.unions = SimulatedUnions(mailboxes or root / "unions", seed, clock, unions)
        self.ledger, self.letters = Ledger(root / "mycarenet.db"), Letters(root / "members.db")
        self._desk = TokenDesk(
            self.token_service, self.authority.certificate, lambda: self.registry, lambda: self.scenario, clock
        )
        self._trust = sts_trust.TrustDesk(self._desk)
        self.members = demo_members()
        insurers = Insurers(lambda: self.members, lambda: self.scenario, clock)
        self._member_desk = MemberDesk(self.token_service, lambda: self.registry, insurers)
        counter = (
            self.token_service,
            self.authority,
            Notary(self.mycarenet, self.folder.held("tsa", lambda: pki.timestamper(self.authority, now))),
            lambda: self.registry,
            lambda: self.scenario,
            clock,
            self.ledger,
            self.unions,
            seed,
        )
        self._counters = {
            GENERIC_INVOICING: Counter(*counter),
            GENERIC_MEMBER_DATA: MemberCounter(*counter, insurers=insurers, letters=self.letters),
        }

    def close(self) -> None:
        """Give files back."""
        self.ledger.close()
        self.letters.close()

    def keystores(self) -> Mapping[str, Path]:
        """Keystore of each demo identity, made where it is missing."""
        now = self.clock.now()
        return {
            identity.name: self.folder.keystore(identity.name, partial(identity.make, self.authority, now), now)
            for identity in demo.IDENTITIES
        }

    def password(self) -> str:
        """Of all keystores."""
        return self.folder.password()

    def answer(self, path: str, content: bytes, soap_action: str, content_type: str = "text/xml") -> tuple[int, bytes]:
        """HTTP status and SOAP message. Raises `ConnectionLost`, and KeyError for a path that is none."""
        if path not in (STS_SAML, STS_SAML_LEGACY, STS_TRUST, MEMBER_DATA, *_GENERIC, *NOT_YET):
            raise KeyError(path)
        if self.scenario.slow:
            sleep(self.scenario.slow)
        signer = self.mycarenet if path in (*_GENERIC, MEMBER_DATA) else self.token_service
        reply = self._reply(path, content, content_type, soap_action.strip().strip('"'))
        return reply.status, envelope(reply, self.clock.now(), signer if self.scenario.signed else None)

    def _reply(self, path: str, content: bytes, content_type: str, action: str) -> Reply:
        message: Envelope | None = None
        try:
            is_packed = content_type.lower().startswith(mtom.KIND)
            message = read_envelope(mtom.unpacked(content, content_type) if is_packed else content)
            return self._routed(path, message, action)
        except (Refused, Faulted) as error:
            operation = None if message is None else OPERATIONS.get(message.content.tag)
            if message is None or operation is None or path not in _GENERIC:
                return fault(error)
            return fault(error, operation.fault_action, message.addressing("MessageID"))

    def _routed(self, path: str, message: Envelope, action: str) -> Reply:
        if path in NOT_YET:
            raise Faulted("NIP.SIMULATED.project", "This project is not simulated yet.")
        if path in self._counters:
            return self._counters[path].answer(message, action)
        if path == MEMBER_DATA:
            return self._member_desk.answer(message, action)
        if path == STS_TRUST and action in (sts_trust.REQUEST_ACTION, sts_trust.CHALLENGE_ACTION):
            return self._trust.answer(message, action)
        if path in (STS_SAML, STS_SAML_LEGACY) and action in sts_saml.ACTIONS:
            return sts_saml.answer(self._desk, message)
        raise Refused("SOA-03005", "No operation has this SOAPAction.")

    def _organisation(self, name: str, number: str, application: str) -> pki.Held:
        now = self.clock.now()
        title = f"Simulated {application}"
        return self.folder.held(
            name,
            lambda: pki.organisation(self.authority, f"CBE={number}", title, now, application, "rsa-2048"),
        )
