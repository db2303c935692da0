"""The pages behind a real server on the loopback, with people of every role who sign in as people do.

with RunningSite.open(folder, clock) as site:
    site.enter_practice(); site.enter_care(); site.bill_and_answer()
    office = site.sign_in("office")                     through the pages themselves, once a role
    office.see(site.at("/historique/envois"))           a page as a tree
    office.post_form(site.at("/facturation/2026-10"), site.at("/facturation/2026-10/run"), {…})
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pyotp
from argon2 import PasswordHasher

from api.build import Quittance, build
from api.cli.demo_days import take_tariffs
from api.mycarenet import MyCareNetSettings
from api.register_file import REPORT, load_register
from api.rest.serving import kept_current
from api.web.site import Site
from application.accounts import Accounts
from application.import_care import ImportOptions
from application.insurability import of_month
from application.passwords import Passwords
from application.ports import Meta
from application.register import provider_id
from domain.correction_rule import specified
from domain.registration import Wanted
from domain.roles import ROLES
from domain.run_plan import RunOptions
from infrastructure.accounts.credentials import StoredCredentials
from infrastructure.carefile.care_file import read_care_file
from infrastructure.sample import BE_NURSING, sample_files, sample_tariff
from infrastructure.sample.numbers import nihii
from infrastructure.simulator.answers import Arrived, Desk
from infrastructure.simulator.scenario import USUAL
from tests.acceptance.practice import OPERATOR, send_month
from tests.api.service import running, settings_for
from tests.members import KnownMemberMail, KnownMembers
from tests.stores import SteppedClock
from tests.web.visitor import Visitor, local, read

MONTH = "2026-10"
NEXT_MONTH = "2026-11"
NOTE = "Appelé l'union : réponse promise vendredi."
OTHER_NAME = "Cabinet des Érables (fictif)"
_OTHER_NUMBER, _PROVIDER, _OTHER_PROVIDER = "49992216401", "49991127401", nihii(499977, "401")
_LONG_AGO = Date(2026, 1, 1)
_STEP = timedelta(milliseconds=250)
_CODE_S = 30
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The product's own takes a quarter of a second by design."""


@dataclass(repr=False)
class RunningSite:
    """`where`: the practice; `elsewhere`: another one with people, care and refusals of its own."""

    quittance: Quittance
    url: str
    client: httpx.Client
    clock: SteppedClock
    where: UUID = field(init=False)
    elsewhere: UUID | None = None
    app: Site = field(init=False)
    kept: dict[UUID, dict[str, UUID]] = field(default_factory=dict)
    reports: dict[UUID, str] = field(default_factory=dict)
    tariffs: dict[UUID, str] = field(default_factory=dict)
    references: dict[UUID, str] = field(default_factory=dict)
    _known: dict[str, Visitor] = field(default_factory=dict)
    _secrets: dict[str, str] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, clock: SteppedClock | None = None, kind: str = "sqlite", way: MyCareNetSettings | None = None
    ) -> Iterator["RunningSite"]:
        """An empty installation, on the morning on which October is billed. `way`: to MyCareNet, else simulated."""
        time = clock or SteppedClock(datetime(2026, 11, 3, 9, 0, tzinfo=UTC))
        members, together = (None, None) if way else (KnownMembers(time), KnownMemberMail(time))
        built = build(settings_for(kind, folder), time, members=members, way=way, member_batches=together)
        credentials = StoredCredentials(built.store.database, time)
        quittance = replace(built, accounts=Accounts(built.log, built.keys, credentials, time, Passwords(_QUICK)))
        app = Site(quittance)
        try:
            with (
                kept_current(quittance),
                running(quittance, app) as url,
                httpx.Client(base_url=url, timeout=30) as client,
            ):
                made = cls(quittance, url, client, time)
                made.app = app
                yield made
        finally:
            quittance.close()

    # ---- what is in it

    def enter_practice(self) -> UUID:
        """The register of the sample practice."""
        self.where = self._register(sample_files().register)
        return self.where

    def _register(self, content: bytes) -> UUID:
        """Load a register file; its report is kept as the page keeps it."""
        report = load_register(self.quittance, OPERATOR, content, None).result
        where = report.establishment_id
        assert where is not None
        written = json.dumps(asdict(report), default=str, sort_keys=True).encode()
        self.reports[where] = self.quittance.messages.put(written, REPORT, "in", where)[0]
        return where

    def enter_other_practice(self) -> UUID:
        """Another establishment, with the sample's first patients, one of a medical house, and a provider of its own."""
        lines = [json.loads(line) for line in sample_files().register.splitlines()]
        first = lines[0] | {"name": OTHER_NAME, "tpp_number": _OTHER_NUMBER}
        alone = {"nihii": _OTHER_PROVIDER}
        provider = {"kind": "provider", **alone, "last_name": "Wouters", "first_name": "Anke", "convention_status": 1}
        joins = {"kind": "membership", **alone, "valid_from": "2026-01-01"}
        known = [line for line in lines if line["kind"] == "patient"]
        patients = [*known[:2], next(line for line in known if any(one.get("destination") for one in line["periods"]))]
        content = "\n".join(json.dumps(line) for line in [first, provider, joins, *patients]).encode()
        self.elsewhere = self._register(content)
        numbers = {patient.get("ssin") for patient in patients}
        header, *care = sample_files().care.decode().splitlines()
        own = [line for line in care if line.split(";")[0] in numbers]
        swapped = [";".join(_OTHER_PROVIDER if is_nihii else v for v, is_nihii in _values(line)) for line in own]
        self._take(self.elsewhere, "\n".join([header, *swapped]).encode())
        return self.elsewhere

    def enter_care(self, lines: int | None = None, month: str = MONTH) -> None:
        """The sample month of care, or its first lines; the same in another month, but for its 31st."""
        header, *rows = sample_files().care.decode().splitlines()
        if month != MONTH:
            rows = [row.replace(MONTH, month) for row in rows if f"{MONTH}-31" not in row]
        self._take(self.where, "\n".join([header, *rows[:lines]]).encode())

    def _take(self, where: UUID, content: bytes) -> None:
        """Care comes without amounts: the tariffs price it."""
        if self.quittance.tariffs.book(where).is_empty:
            take_tariffs(self.quittance, where)
        self.quittance.imports.take(OPERATOR, where, content, read_care_file(content), ImportOptions())

    def bill(self, where: UUID | None = None, month: str = MONTH) -> list[UUID]:
        """Bill a month; nothing is sent."""
        report = self.quittance.billing.run(OPERATOR, where or self.where, RunOptions(month)).result
        return [made.sending_id for made in report.sendings if made.sending_id]

    def bill_and_answer(self, *also: UUID) -> list[UUID]:
        """Bill October, send it, and read what comes back in forty days; `also` in those practices."""
        practices = (self.where, *also)
        sent = [send_month(self.quittance, where) for where in practices]
        for _ in range(4):
            self.clock.forward(days=10)
            for where in practices:
                self.quittance.answers.collect(OPERATOR, where)
        return sent[0]

    def bring_tariffs(self, where: UUID) -> str:
        """A set of its own that waits for a decision: care of the sample keeps the amounts that it brings."""
        content = sample_tariff(BE_NURSING).replace(b'"edition": "2026-01"', f'"edition": "{where}"'.encode())
        self.tariffs[where] = self.quittance.tariffs.receive(OPERATOR, where, content).result.message
        return self.tariffs[where]

    def refuse_as_duplicate(self, where: UUID) -> None:
        """A union says that the number of a settled sending was taken: only a person can tell what to make of it."""
        text = "SELECT message, national_union FROM sendings WHERE establishment_id = ? ORDER BY sending_number"
        row = self.rows(text, where)[0]
        content = self.quittance.messages.get(row["message"])
        arrived = Arrived(content, row["national_union"], self.clock.instant, number_is_taken=True)
        self.quittance.answers.receive(OPERATOR, where, Desk(arrived, 1, USUAL).answers()[0].content)

    def discuss(self, where: UUID) -> None:
        """A note and a file on the sending with the most refusals, and work begun on it: ids in `kept`."""
        text = "SELECT sending_id FROM sendings WHERE establishment_id = ? ORDER BY refused_cents DESC, sending_number"
        target, desk = self.rows(text, where)[0]["sending_id"], self.quittance.casework
        note = desk.note(OPERATOR, where, target, NOTE).result
        file = desk.attach(OPERATOR, where, target, "lettre.txt", f"Courrier pour {where}".encode()).result
        job = self.quittance.jobs.draft(Meta("operator", command_id="tests"), where, "sendings.archive", [target], 0)
        self.kept[where] = {"target_id": target, "note_id": note, "file_id": file, "job_id": job}
        self.quittance.dispatch.mark_read(OPERATOR, target)
        login = f"colleague-{'own' if where == self.where else 'other'}"
        self.add_user(login, (where, "care_giver", _LONG_AGO, None), name="Personne colleague")
        self.kept[where]["user_id"] = self.quittance.accounts.user_id(login)
        spec, rules = specified(["500999"], "rebill"), self.quittance.rules
        seen = rules.try_out(where, spec).sha256
        self.kept[where]["rule_id"] = rules.switch_on(OPERATOR, where, spec, seen).result
        number = _PROVIDER if where == self.where else _OTHER_PROVIDER
        self.kept[where]["provider_id"] = provider_id(self.quittance.keys, number)
        registered, since = self.quittance.registrations, Date(2026, 1, 1)
        wanted = Wanted("company_staff", number, "0999999823", since)
        made = registered.create(OPERATOR, where, wanted).result.registration_id
        registered.record_mandate(OPERATOR, where, made, since, None, NOTE, NOTE)
        registered.arrange(OPERATOR, where, made, "manager_in_cbe", since, NOTE)
        self.kept[where]["registration_id"] = made

    def ask_insurer(self, where: UUID) -> None:
        """About the patient with the most refusals; the question's reference in `references`."""
        text = (
            "SELECT patient_id FROM refusals WHERE establishment_id = ?"
            " GROUP BY patient_id ORDER BY count(*) DESC, patient_id"
        )
        who = self.rows(text, where)[0]["patient_id"]
        query = self.quittance.insurability.ask(OPERATOR, who, of_month(MONTH)).result
        self.references[where] = query.asked.reference

    def rows(self, text: str, *params: object) -> list[dict[str, Any]]:
        """What the views hold."""
        with self.quittance.store.database.snapshot() as sql:
            return [dict(row) for row in sql.rows(text, params)]

    # ---- where things are

    def at(self, path: str = "", where: UUID | None = None) -> str:
        """Address of a page of the practice."""
        return f"/c/{where or self.where}{path}"

    @cached_property
    def api_key(self) -> str:
        """Of a program that may see the practice alone."""
        return self.quittance.access.issue(OPERATOR, "tests", where=(self.where,)).result.token

    @property
    def today(self) -> Date:
        return self.clock.instant.date()

    # ---- people

    def anonymous(self) -> Visitor:
        """Nobody yet."""
        return Visitor(self.client)

    def add_user(self, login: str, *grants: tuple[UUID, str, Date, Date | None], name: str = "") -> str:
        """The one-time password of a new person. `grants`: establishment, role, first and last day."""
        made = self.quittance.accounts.add(OPERATOR, login, name or f"Personne {login}").result
        for grant in grants:
            self.quittance.accounts.grant(OPERATOR, made.user_id, *grant)
        return made.one_time_password

    def sign_in(self, role: str = "office", language: str = "fr") -> Visitor:
        """Somebody of that role in the practice; `role@other`: in the other one. Each call gives a window of its own."""
        if role not in self._known:
            bare, _, place = role.partition("@")
            assert bare in ROLES, bare
            where = self.elsewhere if place else self.where
            assert where is not None
            password = self.add_user(role, (where, bare, _LONG_AGO, None))
            self._known[role] = self.first_sign_in(role, password)
            self._known[role].role = bare
        found = self._known[role].copy()
        found.cookies["quittance-language"] = language
        return found

    def first_sign_in(self, login: str, one_time_password: str, window: Visitor | None = None) -> Visitor:
        """One-time password, own password, second factor: through the pages."""
        who, own = window or self.anonymous(), own_password(login)
        answer = who.post_form("/login", "/login", {"login": login, "password": one_time_password})
        page = local(answer.headers["location"])
        assert page.startswith("/password"), page
        answer = who.post_form(page, "/password", {"old": one_time_password, "new": own, "again": own})
        page = local(answer.headers["location"])
        assert page.startswith("/second-factor"), page
        self._secrets[login] = read(who.get(page)).one("code").text
        answer = who.post_form(page, "/second-factor", {"code": self.code(login)})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        return who

    def sign_in_again(self, login: str, start: str = "/login", window: Visitor | None = None) -> tuple[Visitor, str]:
        """Password and a new code, from the page that asks for them; where that ends."""
        who = window or self.anonymous()
        answer = who.post_form(start, "/login", {"login": login, "password": own_password(login)})
        page = local(answer.headers["location"])
        assert page.startswith("/code"), page
        self.clock.forward(seconds=_CODE_S)
        answer = who.post_form(page, "/code", {"code": self.code(login)})
        assert answer.status_code == 303
        return who, local(answer.headers["location"])

    def code(self, login: str, later_s: int = 0) -> str:
        """What the person's authenticator shows at this instant."""
        return pyotp.TOTP(self._secrets[login]).at(self.clock.instant + timedelta(seconds=later_s))


def own_password(login: str) -> str:
    return f"une phrase de {login} assez longue"


def _values(line: str) -> Iterator[tuple[str, bool]]:
    for place, value in enumerate(line.split(";")):
        yield value, place == 8 and bool(value)


def tell_month(site: RunningSite) -> None:
    """Two practices: October billed and answered in both, November entered in the first and not billed."""
    site.clock.step = _STEP
    site.enter_practice()
    site.enter_other_practice()
    site.enter_care()
    assert site.elsewhere is not None
    site.bill_and_answer(site.elsewhere)
    for where in (site.where, site.elsewhere):
        site.refuse_as_duplicate(where)
        site.discuss(where)
        site.bring_tariffs(where)
        site.ask_insurer(where)
    site.enter_care(600, NEXT_MONTH)
    site.clock.step = timedelta(0)
