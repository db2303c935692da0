"""The composition root: from settings to a working product. Nothing is created anywhere else."""

import gc
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.file_work import LOAD_REGISTER, care_work, register_work
from api.mycarenet import MyCareNetSettings
from api.outside import Outside, outside
from api.settings import Settings
from application.access import OPERATOR, AccessKeys, Caller
from application.accounts import Accounts
from application.bill import Billing
from application.casework import CaseworkDesk
from application.casework_jobs import KnownActions, casework_actions
from application.code_list import CodeLists
from application.correction_jobs import correction_actions
from application.correction_rules import CorrectionRules
from application.corrections import Corrections
from application.descoring import Descorings
from application.desk import Desk
from application.documents import Documents
from application.import_care import CareImports
from application.insurability import Insurability
from application.insurability_answers import InsurabilityAnswers
from application.insurability_batches import InsurabilityBatches
from application.insurability_jobs import insurability_actions
from application.insurability_queue import QuestionQueue
from application.jobs import Jobs
from application.mycarenet_ports import MemberService
from application.mycarenet_sessions import MyCareNetSessions
from application.patient_documents import PatientDocuments
from application.periods import Periods
from application.ports import (
    AccessLog,
    Clock,
    EventLog,
    InlineHook,
    KeyRing,
    MessageStore,
    Recorded,
    Sql,
    UnionTransport,
)
from application.post_rounds import PostRounds
from application.read_answers import Answers
from application.record_care import CareBook
from application.register import Register
from application.registrations import Registrations
from application.send import Dispatch
from application.sending_jobs import sending_actions
from application.take_over import TakeOver
from application.tariffs import TariffDesk
from domain.local_time import local_date
from infrastructure.accounts.credentials import StoredCredentials
from infrastructure.accounts.pending_forms import PendingForms
from infrastructure.clock import SystemClock
from infrastructure.codelist.reader import read_code_list
from infrastructure.ehealth.codec import UnionCodec
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.ehealth.unions import MyCareNetUnions
from infrastructure.ehealth.vault import Vault
from infrastructure.jobs.stored_jobs import StoredJobs
from infrastructure.jobs.stored_leases import StoredLeases
from infrastructure.keys.erasure_list import ErasureList, ListedKeys
from infrastructure.keys.master import load_master_key
from infrastructure.store.errors import StoreUnavailable
from infrastructure.store.opening import Store, open_store
from infrastructure.tariff.tariff_file import read_tariff_set
from projections.engine import Runner
from projections.lookups import ViewLookups
from projections.rule_facts import ViewRuleFacts
from projections.views import all_views


@dataclass(frozen=True, slots=True)
class Quittance:
    """Everything that a door needs: use cases, views, and the ports beneath them. Close it at the end."""

    settings: Settings
    way: MyCareNetSettings
    clock: Clock
    store: Store
    log: EventLog
    messages: MessageStore
    keys: KeyRing
    access_log: AccessLog
    views: Runner
    lookups: ViewLookups
    register: Register
    registrations: Registrations
    sessions_over_mycarenet: MyCareNetSessions
    erasures: ErasureList
    insurability: Insurability
    insurability_batches: InsurabilityBatches
    insurability_answers: InsurabilityAnswers | None
    care: CareBook
    imports: CareImports
    billing: Billing
    corrections: Corrections
    descorings: Descorings
    patient_documents: PatientDocuments
    rules: CorrectionRules
    dispatch: Dispatch
    documents: Documents
    periods: Periods
    answers: Answers
    desk: Desk
    code_lists: CodeLists
    tariffs: TariffDesk
    take_over: TakeOver
    access: AccessKeys
    accounts: Accounts
    jobs: Jobs
    post: PostRounds
    casework: CaseworkDesk
    pending_forms: PendingForms
    transport: UnionTransport

    def close(self) -> None:
        """Give back files and connections."""
        if isinstance(self.transport, MyCareNetUnions):
            self.transport.close()
        self.store.close()


def collect_seldom() -> None:
    """Events and rows are trees without cycles: let the collector look for garbage a hundred times less often.

    A settlement of 20,000 lines spends a third of its time there otherwise.
    """
    gc.set_threshold(100_000, 50, 100)


def build(
    settings: Settings,
    clock: Clock | None = None,
    transport: UnionTransport | None = None,
    members: MemberService | None = None,
    way: MyCareNetSettings | None = None,
    member_batches: UnionTransport | None = None,
) -> Quittance:
    """Open the store that the settings name and wire the product over it.

    `way`: to MyCareNet, instead of the one that the environment names.
    """
    collect_seldom()
    time = clock or SystemClock()
    store, views, vault = _opened(settings, time)
    lookups = ViewLookups(store.database, views.catch_up)
    codec = UnionCodec()
    erasures = ErasureList(settings.erasure_list_path)
    tariffs = TariffDesk(store.log, store.messages, read_tariff_set)
    set_up = way or MyCareNetSettings()
    reached = outside(settings, set_up, store, tariffs, vault, time, transport, members, member_batches)
    unions = reached.unions
    dispatch = Dispatch(
        store.log,
        lookups,
        store.messages,
        unions,
        time,
        settings.files_per_day_scope,
        reached.sessions.lacks_registration,
    )
    accounts = Accounts(store.log, store.keys, StoredCredentials(store.database, time), time)
    casework = CaseworkDesk(store.log, store.messages, time)
    billing = Billing(
        store.log, store.keys, lookups, store.messages, codec, time, tariffs, settings.files_per_day_scope
    )
    corrections = Corrections(store.log, billing)
    rules = CorrectionRules(store.log, ViewRuleFacts(store.database, views.catch_up), corrections, billing)
    answers = Answers(store.log, lookups, store.messages, codec, unions, time, rules.after_settlement)
    insurability, batches, insurability_answers = _asking(store, set_up.member_data_facets, reached, time)
    told = {**casework_actions(casework), **correction_actions(corrections), **insurability_actions(insurability)}
    actions = KnownActions(sending_actions(store.log, dispatch), told)
    access = AccessKeys(store.log, time)
    caller_of = callers(accounts, access, time)
    leases = StoredLeases(store.database)
    made = Quittance(
        settings=settings,
        way=set_up,
        clock=time,
        store=store,
        log=store.log,
        messages=store.messages,
        keys=store.keys,
        access_log=store.access,
        views=views,
        lookups=lookups,
        register=Register(store.log, ListedKeys(store.keys, erasures), lookups, time),
        registrations=reached.registrations,
        sessions_over_mycarenet=reached.sessions,
        erasures=erasures,
        insurability=insurability,
        insurability_batches=batches,
        insurability_answers=insurability_answers,
        care=CareBook(store.log, store.keys),
        imports=CareImports(store.log, store.keys, lookups, store.messages),
        billing=billing,
        corrections=corrections,
        descorings=Descorings(store.log, lookups, tariffs, time),
        patient_documents=PatientDocuments(store.log, time),
        rules=rules,
        dispatch=dispatch,
        documents=Documents(store.log, time),
        periods=Periods(store.log, time),
        answers=answers,
        desk=Desk(store.log),
        code_lists=CodeLists(store.log, store.messages, read_code_list),
        tariffs=tariffs,
        take_over=TakeOver(store.log, store.keys, lookups, store.messages, codec, answers),
        access=access,
        accounts=accounts,
        jobs=Jobs(StoredJobs(store.database), store.log, store.keys, time, caller_of, actions, (StoreUnavailable,)),
        post=PostRounds(
            store.log,
            lookups,
            dispatch,
            answers,
            leases,
            time,
            caller_of,
            reached.asks_every,
            member_answers=insurability_answers,
            questions=QuestionQueue(store.log, lookups, insurability, batches),
        ),
        pending_forms=PendingForms(store.database, store.keys, time),
        casework=casework,
        transport=unions,
    )
    actions.add({LOAD_REGISTER: register_work(made)}, care_work(made))
    return made


def _asking(
    store: Store, facets: tuple[str, ...], reached: Outside, time: Clock
) -> tuple[Insurability, InsurabilityBatches, InsurabilityAnswers | None]:
    """What asks insurers about members: one at a time, many together, and what reads the answers to these."""
    log, messages, codec, together = (
        store.log,
        store.messages,
        MemberDataCodec(time.now, facets),
        reached.member_batches,
    )
    return (
        Insurability(log, messages, codec, reached.members, time),
        InsurabilityBatches(log, messages, codec, together, time),
        InsurabilityAnswers(log, messages, codec, together, time) if together else None,
    )


def _opened(settings: Settings, clock: Clock) -> tuple[Store, Runner, Vault]:
    """The store, and what is written in the transaction of each commit."""
    master_key = load_master_key(settings.master_key_path, os.environ)
    wired: list[InlineHook] = []

    def inline(sql: Sql, recorded: Sequence[Recorded]) -> None:
        for hook in wired:
            hook(sql, recorded)

    store = open_store(settings.database_url, master_key, clock, [inline], schema=settings.schema_name)
    views = Runner(store.database, store.log, all_views(store.keys))
    views.prepare()
    vault = Vault(store.database, store.keys, clock)
    wired += [views.inline_hook, vault.hook]
    return store, views, vault


def callers(accounts: Accounts, access: AccessKeys, clock: Clock) -> Callable[[str, UUID], Caller]:
    """What an actor may do in a practice by now: work that was left is done with the rights of its person by then."""

    def caller_of(actor: str, where: UUID) -> Caller:
        kind, _, rest = actor.partition(":")
        if actor == OPERATOR.actor:
            return OPERATOR
        if kind == "key":
            return access.caller_of(rest)
        return accounts.caller(UUID(rest), where, local_date(clock.now()))

    return caller_of
