"""A simulator without HTTP, people with their keys, and the walking line from token to confirmed answer."""

import atexit
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp

from lxml import etree

from infrastructure.mycarenet_simulator import demo
from infrastructure.mycarenet_simulator.app import GENERIC_INVOICING, STS_SAML, Simulator
from infrastructure.mycarenet_simulator.names import PREFIXES
from infrastructure.mycarenet_simulator.pki import Held
from tests.infrastructure.mycarenet_simulator import honest
from tests.infrastructure.mycarenet_simulator.honest import Sent
from tests.infrastructure.simulator.worlds import a_month, bytes_of
from tests.stores import SteppedClock

FILE = a_month(patients=2, days=3, tpp_number=demo.GROUP)
CONTENT = bytes_of(FILE)
TO = "urn:nip:destination:io:100"
NURSE = demo.NURSE.qualities["nurse"]
AS_NURSE = Sent("nurse", NURSE, f"<c2:PhysicalPerson><c2:Ssin>{demo.NURSE.ssin}</c2:Ssin></c2:PhysicalPerson>")
AS_GROUP = Sent("groupofnurses", demo.GROUP)
_MADE: dict[str, Path] = {}


def by_person(ssin: str) -> str:
    return f"<c2:PhysicalPerson><c2:Name>X</c2:Name><c2:Ssin>{ssin}</c2:Ssin></c2:PhysicalPerson>"


def made_once(clock: SteppedClock) -> Path:
    """A folder whose keys are drawn once for all tests; copy it."""
    if "folder" not in _MADE:
        root = Path(mkdtemp())
        atexit.register(shutil.rmtree, root)
        simulator = Simulator(root, clock)
        simulator.keystores()
        simulator.password()
        simulator.close()
        _MADE["folder"] = root
    return _MADE["folder"]


def with_keys(folder: Path) -> Path:
    """For a simulator of its own whose keys need not be drawn again."""
    return shutil.copytree(made_once(SteppedClock()), folder, dirs_exist_ok=True)


@dataclass
class Answered:
    status: int
    content: bytes

    @cached_property
    def root(self) -> etree._Element:
        return etree.fromstring(self.content)

    def all(self, path: str) -> list:
        return self.root.xpath(path, namespaces=PREFIXES)

    def text(self, path: str) -> str:
        return "".join(str(getattr(one, "text", one)) for one in self.all(path)[:1])

    @property
    def code(self) -> str:
        """Of the fault, empty without one."""
        return self.text("//detail/*/Code") or self.text("//g:fault/t:FaultCode")

    @property
    def reason(self) -> str:
        return self.text("//s:Fault/faultstring")


class World:
    def __init__(self, folder: Path, clock: SteppedClock | None = None, **options) -> None:
        self.clock = clock or SteppedClock()
        if not folder.exists():
            shutil.copytree(made_once(self.clock), folder)
        self.simulator = Simulator(folder, self.clock, **options)

    def who(self, name: str) -> Held:
        identity = next(one for one in demo.IDENTITIES if one.name == name)
        return self.simulator.folder.held(name, lambda: identity.make(self.simulator.authority, self.clock.now()))

    def send(self, path: str, content: bytes, action: str = "") -> Answered:
        return Answered(*self.simulator.answer(path, content, action))

    def ask(self, asked: honest.Ask, held: Held, key_holder: Held | None = None, **options) -> Answered:
        request = honest.saml_request(asked, held, key_holder or held, self.clock.now(), **options)
        return self.send(STS_SAML, honest.x509_message(request, held, self.clock.now()), honest.RST)

    def token(self, asked: honest.Ask, held: Held, key_holder: Held | None = None) -> etree._Element:
        answered = self.ask(asked, held, key_holder)
        assert answered.status == 200, answered.content
        return answered.all("//samlp:Response/saml:Assertion")[0]

    def nurse_token(self) -> etree._Element:
        return self.token(honest.nurse(demo.NURSE.ssin), self.who("nurse"))

    def group_token(self) -> etree._Element:
        return self.token(honest.group(demo.GROUP[:8]), self.who("group"))

    def call(self, content: str, held: Held, token, to: str | None = None, **options) -> Answered:
        operation = honest.operation_of(content)
        header = options.pop("header", honest.addressing(operation, to))
        message = honest.hok_message(content, held, token, self.clock.now(), header, **options)
        return self.send(GENERIC_INVOICING, message, honest.ACTIONS[operation])

    def group_post(self, content: bytes = CONTENT, to: str | None = TO, **options) -> Answered:
        held = self.who("group")
        return self.call(
            honest.post(AS_GROUP, content, held, self.clock.now(), **options), held, self.group_token(), to
        )

    def group_get(self, **options) -> Answered:
        return self.call(honest.get(AS_GROUP, **options), self.who("group"), self.group_token())

    def group_confirm(self, **options) -> Answered:
        return self.call(honest.confirm(AS_GROUP, **options), self.who("group"), self.group_token())

    def close(self) -> None:
        self.simulator.close()
