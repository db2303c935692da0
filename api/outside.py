"""What lies outside: unions and insurers over MyCareNet, in sessions that lead there, or unions simulated here."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

from api.mycarenet import MyCareNetSettings, mycarenet
from api.settings import Settings
from application.mycarenet_ports import MemberService
from application.mycarenet_sessions import MyCareNetSessions
from application.ports import Clock, EventLog, KeyRing, UnionTransport
from application.register import establishment_id
from application.registrations import Registrations
from application.run_practice import establishment_of
from application.tariffs import TariffDesk
from infrastructure.ehealth.open_sessions import OpenSessions
from infrastructure.ehealth.vault import Vault
from infrastructure.simulator.unions import SimulatedUnions
from infrastructure.store.opening import Store


@dataclass(frozen=True, slots=True)
class Outside:
    """`members` None: nobody is asked about insurability; `member_batches` None: about one patient at a time alone.

    `asks_every`: between two polls; None: only by hand.
    """

    registrations: Registrations
    sessions: MyCareNetSessions
    unions: UnionTransport
    members: MemberService | None
    asks_every: timedelta | None
    member_batches: UnionTransport | None = None


def outside(
    settings: Settings,
    way: MyCareNetSettings,
    store: Store,
    tariffs: TariffDesk,
    vault: Vault,
    clock: Clock,
    given: UnionTransport | None = None,
    members: MemberService | None = None,
    member_batches: UnionTransport | None = None,
) -> Outside:
    """Whatever a caller brings along, else MyCareNet as set up, else unions simulated here. Raises as `mycarenet`."""
    registrations = Registrations(store.log)
    over = None if given else mycarenet(way, clock)
    sessions = MyCareNetSessions(store.log, vault, over.tokens if over else None, registrations, clock, uuid4)
    every = timedelta(minutes=settings.mycarenet_poll_minutes)
    if over is not None:
        opened = OpenSessions(sessions, registrations, partial(establishment_id, store.keys), over.licence, clock)
        ways = over.unions(opened), over.members(opened), every, over.member_batches(opened)
        return Outside(registrations, sessions, *ways)
    unions = given or SimulatedUnions(settings.simulator_folder, settings.simulator_seed, clock)
    if not isinstance(unions, SimulatedUnions):
        return Outside(registrations, sessions, unions, members, every, member_batches)
    inform(unions, store.log, store.keys, tariffs)
    return Outside(registrations, sessions, unions, members, None, member_batches)


def inform(unions: SimulatedUnions, log: EventLog, keys: KeyRing, tariffs: TariffDesk) -> None:
    """Let simulated unions know of a practice what real ones know: its tariffs, and whether it may send more files."""
    unions.sets_of = lambda tpp_number: tariffs.in_force(establishment_id(keys, tpp_number))
    unions.has_derogation = lambda tpp_number, day: establishment_of(
        log, establishment_id(keys, tpp_number)
    ).details.has_files_derogation(day)
