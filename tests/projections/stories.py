"""Months of a practice, told through the domain's own functions: the same seed tells the same story.

    story = Story(seed=3)
    for commit in story.months(4, patients=20):
        log.append(commit.changes, META)

What it tells: care recorded, imported, corrected, withdrawn, doubled; priced, billed; handed over; acknowledged, refused as a
whole, settled with refusals that cascade; days returned, reinstated, billed again; runs cancelled; patients merged,
renumbered, renamed, erased.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from functools import reduce
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID, uuid5

from application.ports import Change
from domain import api_key, inbox
from domain import billing_day as days
from domain import casework as cases
from domain import correction_rule as rules
from domain import document as documents
from domain import insurability_query as queries
from domain import invoice as invoices
from domain import mailbox as mailboxes
from domain import sending as sendings
from domain import user as users
from domain.answer import Reason
from domain.billing_run import BillingRunCancelled, BillingRunCompleted, LeftOut
from domain.care import Care, CareLine
from domain.care_entry import place
from domain.correction import DECISIONS, GIVES_UP, confirm, decide, decline, leave, propose, restore, why_not
from domain.day_events import CareRecorded, LineVerdict
from domain.descoring import BilledDay, DescoringWithdrawn, PatientDescored
from domain.establishment import EstablishmentDetails, EstablishmentRegistered, MembershipEnded, MembershipRecorded
from domain.notification import AuthorisationNotified, NotificationWithdrawn
from domain.patient import (
    AuthorisationRecorded,
    AuthorisationWithdrawn,
    InsurabilityRecorded,
    NationalNumberReplaced,
    PatientDetails,
    PatientDetailsCorrected,
    PatientErased,
    PatientMerged,
    PatientRegistered,
    PatientUnmerged,
)
from domain.patient_document import Correction
from domain.provider import ProviderActivityRecorded, ProviderDetails, ProviderRegistered
from domain.rules.limits import add_months, month_end

ROOT = UUID("7a1c4a52-26a5-4d57-9c4e-0d8c2b1d5a11")
UNIONS = ("100", "200", "300", "500")
NAMES = ("Peeters", "De Smet", "Öztürk", "Van den Berghe", "Dupont", "Émile-Roux", "Maes")
CAUSES = (("F", "500546"), ("B", "500518"), ("R", "500302"), ("F", "200155"))
CASCADES = ("500118", "500120", "510119")


@dataclass(frozen=True)
class Commit:
    """One append. `erases`: the patient whose key is destroyed after it."""

    changes: list[Change]
    erases: UUID | None = None


@dataclass
class Story:
    """`dates`, `lines`: how many a patient's month and a day have, at least and at most. `refused`: share of days with a
    refusal. `oddities`: rare events.
    """

    seed: int = 1
    dates: tuple[int, int] = (1, 4)
    lines: tuple[int, int] = (1, 3)
    refused: float = 0.15
    oddities: bool = True
    establishments: int = 2
    random: Random = field(init=False)
    pricing: Random = field(init=False)
    second: Random = field(init=False)
    third: Random = field(init=False)
    fourth: Random = field(init=False)
    streams: dict[UUID, list[Any]] = field(default_factory=dict)
    where: list[UUID] = field(default_factory=list)
    who: dict[UUID, list[UUID]] = field(default_factory=dict)
    prepared: dict[UUID, list[UUID]] = field(default_factory=dict)
    numbers: int = 0
    houses: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random, self.pricing, self.second = Random(self.seed), Random(-self.seed), Random(1_000 + self.seed)
        self.third, self.fourth = Random(2_000 + self.seed), Random(3_000 + self.seed)

    # What every chapter uses

    def fresh(self, kind: str) -> UUID:
        self.numbers += 1
        return uuid5(ROOT, f"{self.seed}|{kind}|{self.numbers}")

    def happens(self, stream_id: UUID, *events: Any) -> Change:
        known = self.streams.setdefault(stream_id, [])
        change = Change(stream_id, len(known), list(events))
        known.extend(events)
        return change

    def day(self, day_id: UUID) -> days.BillingDay:
        state = days.fold(self.streams[day_id])
        assert state is not None
        return state

    def rarely(self, share: float) -> bool:
        return self.oddities and self.random.random() < share

    def digest(self) -> str:
        return sha256(self.fresh("message").bytes).hexdigest()

    # Chapters

    def months(self, count: int, patients: int, first: Date = Date(2026, 1, 1)) -> Iterator[Commit]:
        """The whole book."""
        yield from self.registers(patients)
        waiting: list[UUID] = []
        for index in range(count):
            month = add_months(first, index)
            yield from self.month_of_care(month)
            waiting, answered = [], waiting
            for sending in answered:
                yield from self.answers(sending, month)
            for where in self.where:
                yield from self.papers(where, month) if self.oddities else ()
                made = list(self.billing(where, month))
                yield from made
                waiting += [
                    change.stream_id
                    for commit in made
                    for change in commit.changes
                    if isinstance(self.streams[change.stream_id][-1], sendings.SendingPrepared)
                ]
            yield from self.oddments()
        for sending in waiting:
            yield from self.answers(sending, add_months(first, count))

    def registers(self, patients: int) -> Iterator[Commit]:
        for number in range(self.establishments):
            where = self.fresh("establishment")
            details = EstablishmentDetails(
                f"Practice {number}", "home_nursing", f"1000000{number}001", "0417497106", "BE71096123456769",
                "GKCCBEBB", "Claes", "An", "021234567", "401", "001",
            )  # fmt: skip
            self.where.append(where)
            self.prepared[where] = []
            yield Commit([self.happens(where, EstablishmentRegistered(details))])
            for index in range(2):
                provider = self.fresh("provider")
                known = ProviderDetails(f"4000000{number}{index}01", NAMES[index], "Jo", "401")
                member = MembershipRecorded(provider, Date(2020, 1, 1), None)
                yield Commit([self.happens(provider, ProviderRegistered(known)), self.happens(where, member)])
                if index:
                    active = ProviderActivityRecorded(Date(2020, 1, 1), Date(2030, 1, 1))
                    left = MembershipEnded(provider, Date(2020, 1, 1), Date(2029, 1, 1))
                    yield Commit([self.happens(provider, active), self.happens(where, left)])
            self.who[where] = []
            changes = [self.patient(where, index) for index in range(patients)]
            yield Commit(changes)

        key, until = self.fresh("api_key"), datetime(2027, 1, 1, tzinfo=UTC)
        issued = api_key.issue("qk1", "robot", "0" * 64, ("read",), (self.where[0],), until)
        yield Commit([self.happens(key, *issued)])
        yield Commit([self.happens(key, api_key.ApiKeyRevoked())])
        yield from self.users()
        yield from self.casework()
        yield from self.rules()
        yield from self.questions()
        yield from self.notices() if self.oddities else ()

    def users(self) -> Iterator[Commit]:
        """An administrator of both practices who leaves one and was away twice, and an assistant who is kept out."""
        anna, jo = self.fresh("user"), self.fresh("user")
        yield Commit([self.happens(anna, *users.add(None, "anna@practice.be", NAMES[0], "nl"))])
        for where in self.where:
            given = users.RoleGranted(where, "administrator", Date(2026, 1, 1))
            yield Commit([self.happens(anna, given)])
        yield Commit([self.happens(anna, users.SecondFactorEnrolled(), users.PasswordChanged(by_reset=False))])
        yield Commit([self.happens(anna, users.RoleEnded(self.where[-1], "administrator", Date(2026, 2, 1)))])
        yield Commit([self.happens(anna, users.UserRenamed(NAMES[2], "fr"))])
        yield Commit([self.happens(jo, *users.add(None, "jo@", NAMES[1], "fr"))])
        away = [users.DeputyNamed(where, jo, Date(2026, 1, 5), Date(2026, 1, 9)) for where in self.where]
        yield Commit([self.happens(anna, *away)])
        yield Commit([self.happens(anna, users.DeputyWithdrawn(self.where[0], Date(2026, 1, 5)))])
        yield Commit([self.happens(jo, users.UserDeactivated())])

    def notices(self) -> Iterator[Commit]:
        """Katz forms: of some their insurer was told, of one that turned out to be a mistake; one has its number."""
        first = Date(2026, 7, 20)
        for where in self.where:
            for index, who in enumerate(self.who[where][:6]):
                number = "AKK1" if index == 5 else ""
                happened: list[Any] = [AuthorisationRecorded("katz", "B", first, Date(2026, 10, 19), number)]
                if index in (1, 2):
                    happened.append(AuthorisationNotified("katz", first, Date(2026, 7, 24), "practice", "410000", ""))
                happened += [NotificationWithdrawn("katz", first)] if index == 2 else []
                happened += [AuthorisationWithdrawn("katz", first)] if index == 3 else []
                yield Commit([self.happens(who, *happened)])

    def documents_given(self, sending_id: UUID) -> Iterator[Commit]:
        """To every second patient of a settled file; every fourth was noted by mistake."""
        for index, of_file in enumerate(self.invoices_of(sending_id)[::2]):
            invoice_id, invoice = of_file, invoices.fold(self.streams[of_file])
            assert invoice is not None
            ended = [] if invoice.is_original else [Correction(invoice_id, sending_id)]
            while not invoice.is_original and invoice.made.previous_invoice_id:
                invoice_id = invoice.made.previous_invoice_id
                invoice = invoices.fold(self.streams[invoice_id])
                assert invoice is not None
            if invoice.status != "settled" or (invoice.documents and not ended):
                continue
            on = Date(2026, 8, 1)
            yield Commit([self.happens(invoice_id, *invoices.give_document(invoice, on, "mail", 1, ended, on))])
            given = invoices.fold(self.streams[invoice_id])
            if index % 2 and given is not None:
                yield Commit([self.happens(invoice_id, *invoices.withdraw_document(given))])

    def casework(self) -> Iterator[Commit]:
        """Notes, a file, an assignee and a later day on a sending that is nowhere else in the story."""
        where, target, note, file = self.where[0], self.fresh("target"), self.fresh("note"), self.fresh("file")
        stream = cases.casework_id(target)
        opened = cases.CaseworkOpened(where, "sending", target, where)
        yield Commit([self.happens(stream, opened, cases.NoteAdded(where, note, "called the union"))])
        attached = cases.FileAttached(where, file, "0" * 64, "letter.pdf", "application/pdf", 10)
        yield Commit([self.happens(stream, attached, cases.Assigned(self.fresh("user")))])
        yield Commit([self.happens(stream, cases.Snoozed(Date(2026, 4, 1)))])
        yield Commit([self.happens(stream, cases.NoteWithdrawn(note), cases.FileWithdrawn(file))])
        yield Commit([self.happens(stream, cases.Woken(), cases.Assigned(None))])

    def rules(self) -> Iterator[Commit]:
        """One that is switched on, off and on again, in the first practice; it decides nothing here."""
        where, spec = self.where[0], rules.specified(["500518"], "rebill", "200")
        stream = rules.rule_id(where, spec)
        yield Commit([self.happens(stream, *rules.switch_on(None, where, spec, "0" * 64))])
        yield Commit([self.happens(stream, *rules.switch_off(rules.fold(self.streams[stream])))])
        yield Commit([self.happens(stream, *rules.switch_on(rules.fold(self.streams[stream]), where, spec, "1" * 64))])

    def questions(self) -> Iterator[Commit]:
        """Insurers are to be asked without a session: some wait on, some are asked alone or together, some taken back."""
        day = Date(2026, 2, 1)
        for where in self.where:
            for nth, who in enumerate(self.who[where][:5]):
                reference = f"{nth:014d}"
                stream = queries.queries_id(who)
                queued = queries.InsurabilityQueued(where, who, reference, day, day, "invoicing", together=nth % 2 == 1)
                yield Commit([self.happens(stream, queued)])
                happened: list[object] = []
                if nth == 1:
                    happened = [
                        queries.InsurabilityAsked(where, who, "1" + reference[1:], day, day, "invoicing", "q", "1" * 10)
                    ]
                elif nth == 2:
                    asked = queries.InsurabilityAsked(where, who, reference, day, day, "invoicing", "q")
                    happened = [asked, queries.InsurabilityAnswered(reference, "a", "complete")]
                elif nth == 3:
                    happened = [queries.InsurabilityQueryFailed(reference, queries.WITHDRAWN)]
                yield Commit([self.happens(stream, *happened)])

    def patient(self, where: UUID, index: int) -> Change:
        who = self.fresh("patient")
        self.who[where].append(who)
        born = Date(1940, 1, 1) + timedelta(days=self.random.randrange(25_000))
        details = PatientDetails(self.random.choice(NAMES), f"First{index // 2}", born.isoformat(), 1 + index % 2)
        fund = f"{self.random.choice(UNIONS)[0]}0{self.random.randrange(1, 4)}"
        return self.happens(
            who,
            PatientRegistered(where, f"{self.numbers:011d}", "" if index % 3 else f"A{self.numbers}", details),
            InsurabilityRecorded(Date(2020, 1, 1), None, fund, "110", "110"),
        )

    def month_of_care(self, month: Date) -> Iterator[Commit]:
        for where in self.where:
            provider = f"4000000{self.where.index(where)}001"
            for who in self.who[where]:
                dates = sorted(self.random.sample(range(month_end(month).day), k=self.random.randint(*self.dates)))
                changes = [self.care(where, who, month + timedelta(days=offset), provider) for offset in dates]
                yield Commit(changes)
            if self.oddities:
                yield from self.second_thoughts(where)

    def care(self, where: UUID, who: UUID, date: Date, provider: str, import_id: UUID | None = None) -> Change:
        amounts = [self.random.randrange(500, 5_000) for _ in range(self.random.randint(*self.lines))]
        cares = [Care(f"4251{self.random.randrange(10, 14)}", amount, provider) for amount in amounts]
        if self.rarely(0.1):
            cares.append(cares[0])
        if self.oddities and self.pricing.random() < 0.15:
            cares[0] = replace(cares[0], amount_cents=0, is_priced=False)
        placed = place(where, who, date, self.sequences(where, who, date), cares, match=False)
        event = CareRecorded(where, who, date, placed.sequence, placed.added, import_id)
        if placed.day_id not in self.prepared[where]:
            self.prepared[where].append(placed.day_id)
        return self.happens(placed.day_id, event)

    def sequences(self, where: UUID, who: UUID, date: Date) -> list[days.BillingDay]:
        found: list[days.BillingDay] = []
        while (day_id := days.day_id(where, who, date, len(found) + 1)) in self.streams:
            found.append(self.day(day_id))
        return found

    def second_thoughts(self, where: UUID) -> Iterator[Commit]:
        import_id, date = self.fresh("import"), Date(2026, 1, 1) + timedelta(days=self.random.randrange(28))
        changes = [self.care(where, who, date, "40000000001", import_id) for who in self.who[where][:3]]
        ids = tuple(change.stream_id for change in changes)
        changes.append(self.happens(import_id, inbox.ImportAccepted(where, self.digest(), ids, len(ids), 1)))
        yield Commit(changes)
        for day_id in self.random.sample(self.prepared[where], k=min(6, len(self.prepared[where]))):
            state = self.day(day_id)
            line = next((line for line in reversed(state.active) if not line.is_derived), None)
            if line is None or not state.is_open:
                continue
            if line.possible_duplicate:
                happened = days.confirm(state, line.line_id)
            elif self.rarely(0.5):
                other = replace(line.care, amount_cents=line.care.amount_cents + 7)
                happened = days.correct(state, line.line_id, other)
            else:
                happened = days.withdraw(state, line.line_id)
            yield Commit([self.happens(day_id, *happened)])
        if self.rarely(0.3):
            yield Commit([self.happens(import_id, inbox.ImportUndone())])

    def billing(self, where: UUID, month: Date) -> Iterator[Commit]:
        """One run: a sending a union, an invoice a patient."""
        run_id, made, changes = self.fresh("run"), [], list[Change]()
        ready = [day_id for day_id in self.prepared[where] if self.day(day_id).waits_for_run]
        per_union: dict[str, dict[UUID, list[UUID]]] = {}
        for day_id in ready:
            who = self.day(day_id).patient_id
            fund = next(e for e in self.streams[who] if isinstance(e, InsurabilityRecorded)).sickness_fund
            per_union.setdefault(f"{fund[0]}00", {}).setdefault(who, []).append(day_id)
        for union, per_patient in sorted(per_union.items()):
            sending_id, sent = self.sending(where, run_id, union, month, per_patient)
            made.append(sending_id)
            changes += sent
        completed = BillingRunCompleted(
            where, f"{month:%Y-%m}", month_end(month), tuple(made), len(ready), len(ready), 1,
            (LeftOut("possible_duplicate", 1, 100),), (),
        )  # fmt: skip
        yield Commit([*changes, self.happens(run_id, completed)])
        self.prepared[where] = [day_id for day_id in self.prepared[where] if day_id not in ready]
        if self.rarely(0.15) and made:
            changes = [self.happens(sending_id, sendings.SendingCancelled()) for sending_id in made]
            for sending_id in made:
                changes += self.return_days(sending_id, "run_cancelled")
            yield Commit([*changes, self.happens(run_id, BillingRunCancelled(tuple(made)))])

    def papers(self, where: UUID, month: Date) -> Iterator[Commit]:
        """Some days go on documents beyond eFact, of which people note whatever may become of one."""
        opened = [self.of_a_house(where, who, month) for who in self.who[where][:4]]
        yield Commit(opened)
        refused = [i for i in self.prepared[where] if self.day(i).decision == "rebill_elsewhere"]
        again = [i for i in self.houses if self.day(i).establishment_id == where and self.day(i).to_bill]
        for day_id in dict.fromkeys((*refused[:1], *again, *(change.stream_id for change in opened))):
            priced = self.priced(day_id)
            state = reduce(days.evolve, priced, self.day(day_id))
            number = documents.number_of(month.year, len(self.streams))
            document_id = documents.document_id(where, number)
            lines = tuple(line.line_id for line in state.to_bill)
            cents = sum(line.care.amount_cents for line in state.to_bill)
            issued = documents.DocumentIssued(
                where, state.patient_id, uuid5(ROOT, number), number, documents.communication_of(number), "81000146111",
                f"{state.date:%Y-%m}", month_end(month), (documents.DocumentDay(day_id, lines, cents),), cents, 0, 0,
                int(not state.is_prepared),
            )  # fmt: skip
            records = tuple(range(1, len(lines) + 1))
            billed = days.bill(state, document_id, document_id, records, is_document=True)
            yield Commit([self.happens(document_id, issued), self.happens(day_id, *priced, *billed)])
            self.prepared[where] = [one for one in self.prepared[where] if one != day_id]
            self.houses = [*self.houses, day_id]
            yield from self.noted(document_id, day_id, month_end(month))

    def of_a_house(self, where: UUID, who: UUID, month: Date) -> Change:
        """Care of a year before, so that nothing else in the story is about that day."""
        date = add_months(month, -12)
        care = Care("425110", self.fourth.randrange(500, 5_000), "40000000001")
        day_id = days.day_id(where, who, date, 1)
        return self.happens(day_id, CareRecorded(where, who, date, 1, (CareLine(uuid5(day_id, "line"), care),)))

    def noted(self, document_id: UUID, day_id: UUID, on: Date) -> Iterator[Commit]:
        def act(of_document: Any, of_day: Any = None) -> Commit:
            state = documents.fold(self.streams[document_id], document_id)
            assert state is not None
            told = [self.happens(document_id, *of_document(state))]
            return Commit([*told, self.happens(day_id, *of_day(self.day(day_id), document_id))] if of_day else told)

        made = self.streams[document_id][0]
        what = self.fourth.choice(("nothing", "handed_out", "part", "paid", "refused", "reopened", "cancelled"))
        if what in ("handed_out", "paid", "refused"):
            yield act(lambda state: documents.hand_out(state, on, on))
        if what in ("part", "paid", "reopened"):
            yield act(lambda state: documents.pay(state, on, 1, "", on))
            rest = made.amount_cents - 1
            if what != "part":
                yield act(lambda state: documents.pay(state, on, rest, "", on), days.pay_on_document)
        if what == "reopened":
            yield act(documents.reopen, days.reopen_on_document)
        if what in ("refused", "reopened"):
            yield act(lambda state: documents.refuse(state, on, on), days.refuse_on_document)
            if self.fourth.random() < 0.5:
                yield Commit([self.happens(day_id, *decide(self.day(day_id), "rebill_elsewhere"))])
        if what == "cancelled":
            yield act(documents.cancel, lambda day, which: days.give_back(day, which, "document_cancelled"))

    def sending(
        self, where: UUID, run_id: UUID, union: str, month: Date, per_patient: dict[UUID, list[UUID]]
    ) -> tuple[UUID, list[Change]]:
        sending_id, changes, record, total = self.fresh("sending"), list[Change](), 2, 0
        invoice_ids = []
        for who, of_patient in per_patient.items():
            credited = {day_id: self.day(day_id).to_credit for day_id in of_patient}
            day_ids = [i for i in of_patient if self.day(i).to_bill and not (credited[i] and self.rarely(0.5))]
            priced = [self.priced(day_id) for day_id in day_ids]
            states = [
                reduce(days.evolve, found, self.day(day_id)) for day_id, found in zip(day_ids, priced, strict=True)
            ]
            for invoice_id, given_back in self.credited(where, who, month, union, sending_id, record, credited):
                invoice_ids.append(invoice_id)
                changes += given_back
                record += len(given_back[-1].events[0].line_ids) + 2
                total += given_back[0].events[0].requested_cents
                self.prepared[where] += [i for i in credited if credited[i] and i not in day_ids]
            if not day_ids:
                continue
            number = f"{self.numbers:012d}"
            invoice_id = invoices.invoice_id(sending_id, number)
            invoice_ids.append(invoice_id)
            amount = sum(line.care.amount_cents for state in states for line in state.to_bill)
            count = sum(len(state.to_bill) for state in states)
            issued = invoices.InvoiceIssued(
                where, who, sending_id, number, "", f"{month:%Y-%m}", f"{union[0]}01", f"{union[0]}01",
                "110", "110", 0, record, record + count + 1, amount, 0, 0, count, tuple(day_ids),
            )  # fmt: skip
            changes.append(self.happens(invoice_id, issued))
            for day_id, found, state in zip(day_ids, priced, states, strict=True):
                records = tuple(range(record + 1, record + 1 + len(state.to_bill)))
                record += len(state.to_bill)
                changes.append(self.happens(day_id, *found, *days.bill(state, sending_id, invoice_id, records)))
            record += 2
            total += amount
            self.numbers += 1
        prepared = sendings.SendingPrepared(
            where, run_id, union, f"{month:%Y-%m}", month_end(month), self.numbers % 999, f"{self.numbers:014d}",
            f"R{self.numbers}", self.digest(), tuple(invoice_ids), record, record - 2, sum(map(len, per_patient.values())),
            total, 42,
        )  # fmt: skip
        return sending_id, [self.happens(sending_id, prepared), *changes]

    def credited(
        self, where: UUID, who: UUID, month: Date, union: str, sending_id: UUID, record: int, of: dict[UUID, Any]
    ) -> Iterator[tuple[UUID, list[Change]]]:
        """An invoice of type 3 for each day and each invoice that paid some of it."""
        for day_id, by_payer in of.items():
            before = self.day(day_id)
            for payer, lines in by_payer.items():
                number = f"{self.numbers:012d}"
                self.numbers += 1
                invoice_id, amount = invoices.invoice_id(sending_id, number), sum(x.care.amount_cents for x in lines)
                issued = invoices.InvoiceIssued(
                    where, who, sending_id, number, "", f"{month:%Y-%m}", f"{union[0]}01", f"{union[0]}01",
                    "110", "110", 3, record, record + len(lines) + 1, amount, 0, 0, len(lines), (day_id,), payer,
                )  # fmt: skip
                records = tuple(range(record + 1, record + 1 + len(lines)))
                record += len(lines) + 2
                given_back = days.credit(before, payer, sending_id, invoice_id, records)
                yield invoice_id, [self.happens(invoice_id, issued), self.happens(day_id, *given_back)]

    def priced(self, day_id: UUID) -> Sequence[object]:
        """Two lines of the tariffs in the place of all that was recorded without amounts."""
        state = self.day(day_id)
        if not state.unpriced:
            return ()
        cares = [Care("425200", 0, "40000000001", service_norm=9), Care("425201", 777, "40000000001")]
        lines = tuple(CareLine(uuid5(day_id, care.code), care) for care in cares)
        return days.price(state, lines, "a" * 64, "110", "110")

    def polled(self, where: UUID, day: Date) -> Iterator[Commit]:
        """The unions are asked: wanted without a session, in vain, for nothing, and for something."""
        mailbox = mailboxes.mailbox_id(where, day)
        yield Commit([self.happens(mailbox, mailboxes.PollQueued(where))])
        outcomes: dict[mailboxes.Outcome, tuple[int, str]] = {
            "failed": (0, "not_reached"),
            "nothing": (0, ""),
            "messages": (2, ""),
        }
        for outcome, (count, code) in outcomes.items():
            proof = "" if code else self.digest()
            yield Commit([self.happens(mailbox, mailboxes.MailboxPolled(where, outcome, count, code, proof))])

    def answers(self, sending_id: UUID, month: Date) -> Iterator[Commit]:
        """Everything a union says about one sending, in a plausible or an odd order."""
        state = sendings.fold(self.streams[sending_id], sending_id)
        assert state is not None
        if state.status != "prepared":
            return
        day = month + timedelta(days=3)
        if state.made.sending_number % 3 == 0:
            yield Commit([self.happens(sending_id, sendings.SendingQueued())])
        if state.made.sending_number % 6 == 0:
            yield Commit([self.happens(sending_id, sendings.SendingUnqueued())])
        yield Commit([self.happens(sending_id, *sendings.hand_over(state, day))])
        yield Commit([self.happens(sending_id, sendings.SendingTransmitted())])
        yield from self.polled(state.made.establishment_id, day)
        yield from self.answered(sending_id, "931000", sendings.SendingAcknowledged(self.digest(), "INS1"))
        if self.rarely(0.2):
            rejected = sendings.SendingRejected(self.digest(), "07,52", "T", duplicate=False)
            yield from self.answered(sending_id, "920099", rejected, *self.return_days(sending_id, "rejected"))
            if self.random.random() < 0.5:
                return
            yield Commit(self.reinstate(sending_id))
        else:
            accepted = sendings.SendingAcceptedForProcessing(self.digest(), "01,20")
            yield from self.answered(sending_id, "920098", accepted)
        yield Commit(self.settlement(sending_id))
        if decided := self.decisions(sending_id):
            yield Commit(decided)
        if self.oddities and (proposed := self.proposals(sending_id)):
            yield Commit(proposed)
        if self.oddities and (left := self.left_undecided(sending_id)):
            yield Commit(left)
        yield from self.documents_given(sending_id) if self.oddities else ()
        yield Commit([self.happens(sending_id, sendings.SendingRead())])
        if self.random.random() < 0.5:
            yield Commit([self.happens(sending_id, sendings.SendingArchived())])
            if self.rarely(0.3):
                yield Commit([self.happens(sending_id, sendings.SendingUnarchived())])

    def answered(self, sending_id: UUID, kind: str, happened: Any, *more: Change) -> Iterator[Commit]:
        where = self.streams[sending_id][0].establishment_id
        message_id = inbox.message_id(where, happened.message)
        received = inbox.MessageReceived(where, happened.message, 350, "union")
        yield Commit([self.happens(message_id, received)])
        read = inbox.MessageInterpreted(kind, None if self.rarely(0.1) else sending_id, 0)
        yield Commit([self.happens(message_id, read), self.happens(sending_id, happened), *more])
        if self.rarely(0.2):
            item_id = inbox.item_id(message_id, "reference_disagrees", "4")
            raised = inbox.ItemRaised(where, "reference_disagrees", happened.message, sending_id, (("order", "4"),))
            yield Commit([self.happens(item_id, raised)])
            if self.random.random() < 0.5:
                yield Commit([self.happens(item_id, inbox.ItemSettled())])

    def invoices_of(self, sending_id: UUID) -> Sequence[UUID]:
        prepared: sendings.SendingPrepared = self.streams[sending_id][0]
        return prepared.invoice_ids

    def return_days(self, sending_id: UUID, cause: Any) -> list[Change]:
        changes = []
        for invoice_id in self.invoices_of(sending_id):
            invoice = invoices.fold(self.streams[invoice_id])
            assert invoice is not None
            changes.append(self.happens(invoice_id, *invoices.withdraw(invoice)))
            for day_id in invoice.made.day_ids:
                returned = days.give_back(self.day(day_id), sending_id, cause)
                changes.append(self.happens(day_id, *returned))
                self.wait(invoice.made.establishment_id, day_id)
        return [change for change in changes if change.events]

    def reinstate(self, sending_id: UUID) -> list[Change]:
        changes = []
        for invoice_id in self.invoices_of(sending_id):
            invoice = invoices.fold(self.streams[invoice_id])
            assert invoice is not None
            changes.append(self.happens(invoice_id, *invoices.reinstate(invoice)))
            for day_id in invoice.made.day_ids:
                again = days.reinstate(self.day(day_id), sending_id, invoice_id)
                changes.append(self.happens(day_id, *again))
                if again and not self.day(day_id).waits_for_run:
                    self.prepared[invoice.made.establishment_id].remove(day_id)
        return changes

    def wait(self, where: UUID, day_id: UUID) -> None:
        """For the next run, if it takes the day."""
        if self.day(day_id).waits_for_run and day_id not in self.prepared[where]:
            self.prepared[where].append(day_id)

    def settlement(self, sending_id: UUID) -> list[Change]:
        message, changes = self.digest(), list[Change]()
        accepted = refused = 0
        for invoice_id in self.invoices_of(sending_id):
            invoice = invoices.fold(self.streams[invoice_id])
            assert invoice is not None
            outcomes = []
            for day_id in invoice.made.day_ids:
                judged: Sequence[Any]
                if credit := self.day(day_id).credit_in(invoice_id):
                    judged = self.taken_back(day_id, credit, message)
                else:
                    judged = self.judged(day_id, sending_id, message)
                self.wait(invoice.made.establishment_id, day_id)
                changes.append(self.happens(day_id, *judged))
                outcomes += [days.verdict_of(event) for event in judged]  # type: ignore[arg-type]
            changes.append(self.happens(invoice_id, *invoices.settle(invoice, message, outcomes)))
            accepted += sum(outcome[1] for outcome in outcomes)
            refused += sum(outcome[2] for outcome in outcomes)
        fund = sendings.FundTotal("101", accepted + refused, accepted, refused, f"PAY{self.numbers}")
        settled = sendings.SendingSettled(message, accepted + refused, accepted, refused, (fund,), "01,20")
        return [*(change for change in changes if change.events), self.happens(sending_id, settled)]

    def decisions(self, sending_id: UUID) -> list[Change]:
        """What the practice makes of its refusals: most are billed again, some are left or given up, or decided twice."""
        changes = []
        for invoice_id in self.invoices_of(sending_id):
            for day_id in self.streams[invoice_id][0].day_ids:
                state = self.day(day_id)
                wanted: Any = self.random.choice((*DECISIONS, "rebill", "rebill", ""))
                if not wanted or why_not(state, wanted):
                    continue
                happened = decide(state, wanted)
                if happened and self.rarely(0.2):
                    after = days.evolve(state, happened[-1])
                    happened += restore(after, after.date)
                changes.append(self.happens(day_id, *happened))
                self.wait(state.establishment_id, day_id)
        return changes

    def proposals(self, sending_id: UUID) -> list[Change]:
        """What waits for a second person: some is confirmed, some declined, some left until something else happens."""
        changes = []
        for invoice_id in self.invoices_of(sending_id):
            for day_id in self.streams[invoice_id][0].day_ids:
                state, wanted = self.day(day_id), self.second.choice(GIVES_UP)
                if self.second.random() > 0.3 or why_not(state, wanted) or not propose(state, wanted, "user:1"):
                    continue
                changes.append(self.happens(day_id, *propose(state, wanted, "user:1")))
                share = self.second.random()
                if share < 0.3:
                    changes.append(self.happens(day_id, *confirm(self.day(day_id), "user:2")))
                elif share < 0.5:
                    changes.append(self.happens(day_id, *decline(self.day(day_id))))
                self.wait(state.establishment_id, day_id)
        return changes

    def left_undecided(self, sending_id: UUID) -> list[Change]:
        """Runs go by while nobody decides: once or twice."""
        return [
            self.happens(day_id, *leave(self.day(day_id), uuid5(sending_id, f"run {count}")))
            for invoice_id in self.invoices_of(sending_id)
            for day_id in self.streams[invoice_id][0].day_ids
            if self.day(day_id).waits_for_decision
            for count in range(self.third.randrange(3))
        ]

    def taken_back(self, day_id: UUID, credit: Any, message: str) -> Sequence[object]:
        """Most credit notes are; of some an insurer takes a part, or nothing."""
        refused = [one for one in zip(credit.line_ids, credit.cents, strict=True) if self.rarely(0.2)]
        said = [LineVerdict(line_id, "refused", cents, 0, (Reason("F", "202920"),)) for line_id, cents in refused]
        return days.settle_credit(self.day(day_id), credit.invoice_id, message, said)

    def judged(self, day_id: UUID, sending_id: UUID, message: str) -> Sequence[object]:
        state = self.day(day_id)
        said = []
        # Nothing new can be sealed for someone whose key is gone.
        gone = any(isinstance(event, PatientErased) for event in self.streams[state.patient_id])
        comment = "" if gone else "see file"
        if self.random.random() < self.refused:
            for line in state.asked:
                letter, code = self.random.choice(CAUSES)
                share = self.random.random()
                amount = line.care.amount_cents
                if share < 0.4:
                    said.append(LineVerdict(line.line_id, "refused", amount, 0, (Reason(letter, code),), (), comment))
                elif share < 0.6:
                    follows = Reason("F", self.random.choice(CASCADES))
                    said.append(LineVerdict(line.line_id, "refused", amount, 0, (follows,)))
                elif share < 0.7:
                    said.append(LineVerdict(line.line_id, "accepted_less", amount, amount - 5, (Reason("E", code),)))
        return days.settle(state, sending_id, message, said)

    def descores(self, who: UUID) -> Commit:
        """A category that was lowered for all that is billed of the patient; taken back when told again."""
        told = [e for e in self.streams[who] if isinstance(e, PatientDescored | DescoringWithdrawn)]
        if told and isinstance(told[-1], PatientDescored):
            return Commit([self.happens(who, DescoringWithdrawn(told[-1].valid_from))])
        cared = [(day_id, events[0]) for day_id, events in self.streams.items() if isinstance(events[0], CareRecorded)]
        opened = [day_id for day_id, first in cared if first.patient_id == who]
        known = [(day_id, self.day(day_id)) for day_id in opened]
        billed = tuple(BilledDay(day_id, day.invoice_id) for day_id, day in known if day.invoice_id)
        first = min((day.date for _, day in known), default=Date(2026, 1, 1))
        return Commit([self.happens(who, PatientDescored("A", first, None, Date(2026, 6, 1), billed))])

    def oddments(self) -> Iterator[Commit]:
        """What seldom happens to patients."""
        for where in self.where if self.oddities else ():
            one, other, third, fourth = self.random.sample(self.who[where], k=4)
            if any(isinstance(e, PatientErased) for who in (one, other, third, fourth) for e in self.streams[who]):
                continue
            merged = [e for e in self.streams[one] if isinstance(e, PatientMerged | PatientUnmerged)]
            if merged and isinstance(merged[-1], PatientMerged):
                yield Commit([self.happens(one, PatientUnmerged(merged[-1].survivor_id))])
            else:
                yield Commit([self.happens(one, PatientMerged(other))])
            known = self.streams[third][0]
            renamed = replace(known.details, last_name=self.random.choice(NAMES))
            yield Commit([self.happens(third, PatientDetailsCorrected(renamed))])
            former = next(
                (e.ssin for e in reversed(self.streams[third]) if isinstance(e, NationalNumberReplaced)), known.ssin
            )
            yield Commit([self.happens(third, NationalNumberReplaced(f"9{self.numbers:010d}", former))])
            period = InsurabilityRecorded(Date(2026, 2, 1), Date(2026, 12, 31), "200", "131", "131", "")
            yield Commit([self.happens(fourth, period)])
            yield self.descores(fourth)
            if self.rarely(0.4):
                yield Commit([self.happens(other, PatientErased())], erases=other)
