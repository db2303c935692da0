"""Bill a month: the preview is the run that writes nothing; a run puts each day into one file, once."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from datetime import date as Date
from threading import Barrier, BrokenBarrierError, Thread, local
from typing import Any

import pytest

from api.catalogue import LANGUAGES, text
from application.corrections import Corrections
from application.ports import ConcurrencyConflict, Context, Meta
from application.record_care import Entry
from domain import numbering
from domain.billing_file import BillingFile, WrittenFile
from domain.billing_run import LeftOut
from domain.errors import Invalid, NotAllowed, NotFound
from domain.rules.refusals import explain
from domain.run_plan import RunOptions
from infrastructure.efact.check import check
from infrastructure.efact.codec import EfactCodec
from infrastructure.efact.outline import outline
from infrastructure.efact.reader import read
from infrastructure.store.opening import Store
from tests.application.conftest import MakeOffice
from tests.application.office import MONTH, Office, StandingClock, context
from tests.application.test_credits import another_to_bill, decided, paid_day
from tests.domain.builders import BORN_2014, GROUP, NURSE, OTHER_SSIN, SSIN, a_care, insured, uid
from tests.infrastructure.simulator.helpers import changed

FEE = a_care("425294", 2000)
OPTIONS = RunOptions(MONTH)


def three_unions(office: Office) -> None:
    for ssin, fund in ((SSIN, "131"), (OTHER_SSIN, "319"), (BORN_2014, "509")):
        who = office.patient(ssin, insured(fund), birth_date="").id
        office.record(who, a_care(), FEE)
        office.record(who, day=16)


def numbers_of(office: Office, kind: str = "sending", scope: str = GROUP) -> numbering.Numbering:
    identifier = numbering.numbering_id(kind, scope)
    return numbering.fold(office.log.load([identifier]).get(identifier, []))


def stored_messages(store: Store) -> int:
    with store.database.reading() as sql:
        ((count,),) = sql.tuples("SELECT count(*) FROM messages")
    return int(count)


def test_sof_51_a_preview_is_the_run_that_writes_nothing(office: Office, store: Store):
    three_unions(office)
    office.record(office.patient().id, a_care(cents=-1), day=17)
    office.record(office.patient().id, a_care(), day=3, month=2)
    head, stored = office.log.head(), stored_messages(store)
    seen = office.billing.preview(office.where, OPTIONS)
    assert office.billing.preview(office.where, OPTIONS) == seen
    assert (office.log.head(), stored_messages(store)) == (head, stored)
    done = office.bill()
    assert done.run_id is not None
    assert seen == replace(
        done, run_id=None, sendings=tuple(replace(total, sending_id=None) for total in done.sendings)
    )
    assert [(t.union, t.invoices, t.days, t.lines, t.amount_cents) for t in done.sendings] == [
        ("100", 1, 2, 3, 3336),
        ("300", 1, 2, 3, 3336),
        ("500", 1, 2, 3, 3336),
    ]
    assert [(held.code, held.days) for held in done.blocked] == [("amount_negative", 1)]


class Watching(EfactCodec):
    """Counts what it writes."""

    def __init__(self) -> None:
        self.written = 0

    def write(self, file: BillingFile) -> WrittenFile:
        self.written += 1
        return super().write(file)


def test_a_preview_writes_on_trial_what_the_run_writes(make_office: MakeOffice, clock: StandingClock):
    codec = Watching()
    office = make_office(codec=codec, clock=clock)
    three_unions(office)
    office.billing.preview(office.where, OPTIONS)
    assert codec.written == 3
    office.bill()
    assert codec.written == 9


def test_what_no_file_can_carry_blocks_its_days_and_nothing_else(make_office: MakeOffice, clock: StandingClock):
    class Narrow(EfactCodec):
        """Refuses whatever goes to one sickness fund."""

        def write(self, file: BillingFile) -> WrittenFile:
            if any(invoice.sickness_fund == "509" for invoice in file.invoices):
                raise Invalid("efact.does_not_fit", "record 20, zone 8")
            return super().write(file)

    office = make_office(codec=Narrow(), clock=clock)
    three_unions(office)
    seen = office.billing.preview(office.where, OPTIONS)
    assert [(held.code, held.days) for held in seen.blocked] == [("does_not_fit", 2)]
    assert [total.union for total in seen.sendings] == ["100", "300"]
    assert [total.union for total in office.bill().sendings] == ["100", "300"]


TOLD, FLAT = replace(a_care("424771", 0), service_norm=9), a_care("425272", 2000)
SPOILT: list[tuple[str, int | str]] = [
    ("500617", 20260116),
    ("500717", 306),
    ("500817", OTHER_SSIN),
    ("500917", 1),
    ("501017", 1),
    ("501117", 1),
    ("501317", 1),
]


@pytest.mark.parametrize(("code", "value"), SPOILT)
def test_a_file_that_a_union_would_refuse_is_found_on_trial(
    make_office: MakeOffice, clock: StandingClock, code: str, value: int | str
):
    class Spoiling(EfactCodec):
        """Writes one line of a block with another value in one zone."""

        def write(self, file: BillingFile) -> WrittenFile:
            written = super().write(file)
            told = [line.service_norm == 9 for invoice in file.invoices for line in invoice.lines]
            orders = [order for orders in written.numbers.lines for order in orders]
            spoilt = next((order for order, is_told in zip(orders, told, strict=True) if is_told), None)
            if spoilt is None:
                return written
            return replace(written, content=changed(written.content, spoilt, **{str(int(code[2:4])): value}))

    office = make_office(codec=Spoiling(), clock=clock)
    who = office.patient().id
    day, _ = office.record(who, TOLD, FLAT)
    office.record(who, a_care(), day=16)
    seen = office.billing.preview(office.where, OPTIONS)
    line = office.day(day).lines[0].line_id
    held = {one.code: one.first for one in seen.blocked}
    assert held[code] == ((day, line),)
    assert held.keys() <= {code, "500615", "500812"}, "the other ones that this zone brings"
    assert [total.days for total in seen.sendings] == [total.days for total in office.bill().sendings] == [1]
    for language in LANGUAGES:
        assert text(f"blocker.{code}", language) == f"{code} · {explain(code, language).meaning}"
        assert text(f"blocker_cure.{code}", language) == explain(code, language).cure != ""


def test_a_fault_of_an_invoice_or_of_the_whole_file_holds_all_their_days(make_office: MakeOffice, clock: StandingClock):
    class Faulty(EfactCodec):
        def faults(self, content: bytes) -> tuple[tuple[int | None, str], ...]:
            records = list(read(content).details)
            twenty = {record.text("destination"): record.order for record in records if record.type == "20"}
            eighty = [record.order for record in records if record.type == "80"]
            if "131" in twenty:
                return ((twenty["131"], "202911"),)
            return ((eighty[0], "801910"),) if min(twenty) < "400" else ((None, "202/20"),)

    office = make_office(codec=Faulty(), clock=clock)
    three_unions(office)
    elsewhere = office.patient("", insured("101"), affiliation="7").id
    office.record(elsewhere, day=17)
    seen = office.billing.preview(office.where, OPTIONS)
    assert {one.code: one.days for one in seen.blocked} == {"202911": 2, "801910": 2, "202/20": 2}
    assert [(total.union, total.days) for total in seen.sendings] == [("100", 1)]


def test_a_run_writes_one_file_a_union_and_its_figures_everywhere(office: Office):
    three_unions(office)
    for total in office.bill().sendings:
        assert total.sending_id
        made = office.sending(total.sending_id).made
        (invoice,) = office.invoices(total.sending_id)
        records = read(office.file(total.sending_id)).records
        assert (made.union, made.requested_cents, made.line_count, made.day_count) == (total.union, 3336, 3, 2)
        assert invoice.made.requested_cents == 3336
        assert made.record_count == len([r for r in records if r.layout.has("order")])
        placed = [n for day in office.days(total.sending_id).values() for n in day.records]
        assert placed == [r.order for r in records if r.type == "50"]
        assert [invoice.made.record, invoice.made.total_record] == [r.order for r in records if r.type in ("20", "80")]


def test_every_file_passes_the_checks_of_a_union(office: Office):
    three_unions(office)
    for total in office.bill().sendings:
        assert total.sending_id
        assert check(office.file(total.sending_id)) == []


def test_a_second_run_finds_nothing(office: Office):
    three_unions(office)
    office.bill()
    head = office.log.head()
    again = office.bill()
    assert (again.sendings, again.run_id) == ((), None)
    assert office.log.head() == head


def test_a_run_without_the_settings_that_nobody_knows_is_stopped(make_office: MakeOffice, clock: StandingClock):
    office = make_office(clock=clock, details={"profession_code": "", "content_code": ""})
    office.record(office.patient().id)
    head = office.log.head()
    done = office.bill()
    assert done.stopped == ("profession_code_missing", "content_code_missing")
    assert (done.run_id, len(done.sendings), office.log.head()) == (None, 1, head)


def test_a_practice_of_another_country_bills_nothing_and_says_why(office: Office):
    (day,) = office.record(office.patient().id)
    (registered, *_) = office.log.load([office.where])[office.where]
    office.register.establishment(context(), replace(registered.details, country="CH"))
    head = office.log.head()
    done = office.bill()
    assert (done.stopped, [held.code for held in done.blocked]) == (("country_not_billed",), ["country_not_billed"])
    assert office.billing.held_back(office.where, [day]) == {day: ("country_not_billed",)}
    assert office.log.head() == head


def test_a_run_keeps_how_many_of_the_days_that_it_left_out_had_no_amount(office: Office):
    who, other = office.patient().id, office.patient(OTHER_SSIN, insured(start=Date(2026, 2, 1))).id
    office.record(who, a_care())
    office.record(who, replace(a_care(cents=0), is_priced=False), day=17)
    office.record(other, a_care(), day=3)
    office.record(other, replace(a_care(cents=0), is_priced=False), day=4)
    done = office.bill()
    assert done.run_id
    (completed,) = office.log.load([done.run_id])[done.run_id]
    assert completed.blocked == (LeftOut("insurability_missing", 2, 668, 1), LeftOut("tariff_missing", 2, None, 2))


def test_days_that_a_run_leaves_out_are_told_one_by_one_as_at_any_position(office: Office):
    who, other = office.patient().id, office.patient(OTHER_SSIN, insured(start=Date(2026, 2, 1))).id
    (free, *_) = office.record(who, a_care())
    (wrong, *_) = office.record(who, a_care(cents=-1), day=17)
    (current, *_) = office.record(who, a_care(cents=-1), day=3, month=2)
    (uninsured, *_) = office.record(other, a_care(cents=-1), day=18)
    ids, before = (free, wrong, current, uninsured, uid("no day")), office.log.head()
    held = office.billing.held_back(office.where, ids)
    assert held == {wrong: ("amount_negative",), uninsured: ("insurability_missing", "amount_negative")}
    assert office.billing.held_back(office.where, [free]) == office.billing.held_back(office.where, []) == {}
    office.register.insure(context(), other, [insured("131")])
    after = office.billing.held_back(office.where, ids)
    assert after == held | {uninsured: ("amount_negative",)}
    assert office.billing.held_back(office.where, ids, Date(2026, 2, 2), before) == held
    assert office.billing.held_back(office.where, ids, Date(2026, 1, 31)) == after, "though the month is not over"
    assert office.billing.held_back(office.where, ids, Date(2026, 1, 17)) == {wrong: ("amount_negative",)}, "to come"
    assert office.billing.held_back(office.where, ids, Date(2026, 2, 3)) == after | {current: ("amount_negative",)}
    seen = {held.code: held.days for held in office.billing.preview(office.where, OPTIONS).blocked}
    assert seen == {"amount_negative": 2}


def test_a_second_line_is_in_doubt_also_when_its_twin_stands_in_an_earlier_sequence(office: Office):
    who = office.patient().id
    (first, *_) = office.record(who, a_care())
    office.bill()
    (second, *_) = office.record(who, a_care())
    assert office.day(second).sequence == 2
    assert office.billing.held_back(office.where, [first, second]) == {second: ("possible_duplicate",)}


def test_what_is_not_yet_billable_says_from_when(office: Office):
    office.record(office.patient().id, day=3, month=2)
    (later,) = office.bill("2026-02").not_yet
    assert (later.billable_from, later.days, later.amount_cents) == (Date(2026, 3, 1), 1, 668)
    assert office.bill("2026-02", include_current=True).not_yet[0].billable_from == Date(2026, 2, 3)


def test_the_local_date_counts_for_the_end_of_a_month(office: Office, clock: StandingClock):
    """At half past eleven at night in London it is February in Brussels."""
    office.record(office.patient().id, day=31)
    clock.instant = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)
    assert office.billing.preview(office.where, OPTIONS).sendings == ()
    clock.instant = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    (total,) = office.bill().sendings
    assert total.sending_id
    assert office.sending(total.sending_id).made.creation_date == Date(2026, 2, 1)


# Cancelling


def test_a_run_that_has_not_left_is_cancelled_days_come_back_and_numbers_are_void(office: Office):
    three_unions(office)
    run = office.bill()
    assert run.run_id
    ids = [total.sending_id for total in run.sendings if total.sending_id]
    before = {i: list(office.days(i)) for i in ids}
    assert set(office.billing.cancel(context(), run.run_id).result.sending_ids) == set(ids)
    for identifier in ids:
        assert office.sending(identifier).status == "cancelled"
        assert {invoice.status for invoice in office.invoices(identifier)} == {"withdrawn"}
        assert all(office.day(day).is_prepared for day in before[identifier])
    assert [void.number for void in numbers_of(office).voided] == [1, 2, 3]
    again = office.bill()
    assert [office.sending(t.sending_id).made.sending_number for t in again.sendings if t.sending_id] == [4, 5, 6]
    used = {i.made.invoice_number for t in again.sendings if t.sending_id for i in office.invoices(t.sending_id)}
    assert used == {"202600000004", "202600000005", "202600000006"}


def test_what_has_left_of_a_run_stays_sent(office: Office):
    three_unions(office)
    run = office.bill()
    assert run.run_id
    first, *others = [total.sending_id for total in run.sendings if total.sending_id]
    office.send(first)
    assert set(office.billing.cancel(context(), run.run_id).result.sending_ids) == set(others)
    assert office.sending(first).status == "transmitted"
    assert not any(day.is_prepared for day in office.days(first).values())
    with pytest.raises(NotAllowed) as caught:
        office.billing.cancel(context(), run.run_id)
    assert caught.value.code == "run_sent"


def test_only_a_run_is_cancelled(office: Office):
    with pytest.raises(NotFound):
        office.billing.cancel(context(), uid("no run"))


# Numbers


def test_numbers_begin_above_those_of_the_old_program(office: Office):
    office.billing.start_numbers(context(), office.where, "sending", 2026, 120)
    office.billing.start_numbers(context(), office.where, "reference", 2026, 5000)
    office.billing.start_numbers(context(), office.where, "invoice", 2026, 77)
    office.record(office.patient().id)
    (total,) = office.bill().sendings
    assert total.sending_id
    made = office.sending(total.sending_id).made
    assert (made.sending_number, made.provider_reference) == (120, "20260000005000")
    assert office.invoices(total.sending_id)[0].made.invoice_number == "202600000077"
    with pytest.raises(NotAllowed):
        office.billing.start_numbers(context(), office.where, "sending", 2026, 100)


def test_a_file_of_december_made_in_january_takes_a_number_free_in_both_years(office: Office, clock: StandingClock):
    who = office.patient().id
    clock.instant = datetime(2025, 12, 5, tzinfo=UTC)
    for day, month, year in ((1, 11, 2025), (1, 12, 2025), (15, 1, 2026)):
        office.care.record(context(), office.where, [Entry(who, Date(year, month, day), a_care())])
    office.bill("2025-11")
    clock.instant = datetime(2026, 1, 5, tzinfo=UTC)
    office.bill("2025-12")
    clock.instant = datetime(2026, 2, 5, tzinfo=UTC)
    office.bill("2026-01")
    made = [(s.made.sending_number, s.made.provider_reference[:4]) for s in office.all_sendings()]
    assert made == [(1, "2025"), (2, "2026"), (3, "2026")]


def test_two_establishments_number_their_sendings_apart_and_share_no_reference(office: Office, make_office: MakeOffice):
    other = make_office(clock=office.clock, details={"tpp_number": NURSE})
    made = []
    for each in (office, other):
        each.record(each.patient().id)
        (total,) = each.bill().sendings
        assert total.sending_id
        made.append(each.sending(total.sending_id).made)
    assert [m.sending_number for m in made] == [1, 1]
    assert made[0].provider_reference != made[1].provider_reference


# Many at once


class Racing(EfactCodec):
    """Two threads have both planned before either writes."""

    def __init__(self) -> None:
        self._barrier, self._mine = Barrier(2), local()

    def write(self, file: BillingFile) -> WrittenFile:
        if not getattr(self._mine, "met", False):
            self._mine.met = True
            with suppress(BrokenBarrierError):
                self._barrier.wait(5)
        return super().write(file)


def test_the_same_month_run_twice_at_once_is_billed_once(make_office: MakeOffice, clock: StandingClock):
    office = make_office(codec=Racing(), clock=clock)
    three_unions(office)
    outcomes: list[Any] = []

    def run() -> None:
        try:
            outcomes.append(len(office.bill().sendings))
        except ConcurrencyConflict:
            outcomes.append(0)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [0, 3]
    sendings = office.all_sendings()
    assert sorted(s.made.sending_number for s in sendings) == [1, 2, 3]
    placed = [day for s in sendings for day in office.days(s.sending_id)]
    assert len(placed) == len(set(placed)) == 6


def test_care_that_changes_while_a_run_is_made_is_planned_again(make_office: MakeOffice, clock: StandingClock):
    class Slow(EfactCodec):
        interrupt: Any = None

        def write(self, file: BillingFile) -> WrittenFile:
            if self.interrupt:
                act, self.interrupt = self.interrupt, None
                act()
            return super().write(file)

    codec = Slow()
    office = make_office(codec=codec, clock=clock)
    who = office.patient().id
    day, _ = office.record(who, a_care(), FEE)
    line = office.day(day).lines[1].line_id
    codec.interrupt = lambda: office.care.withdraw(context(), day, line)
    (total,) = office.bill().sendings
    assert (total.lines, total.amount_cents) == (1, 668)
    assert total.sending_id
    assert [r.type for r in read(office.file(total.sending_id)).records].count("50") == 1


def test_a_command_that_is_repeated_bills_nothing_twice(office: Office):
    three_unions(office)
    once = Context(Meta("user:1", command_id="the same"))
    first = office.billing.run(once, office.where, OPTIONS).result
    again = office.billing.run(once, office.where, OPTIONS).result
    assert (len(first.sendings), again.sendings) == (3, ())


def test_no_file_with_a_negative_total_leaves_when_what_it_asks_for_is_held(
    make_office: MakeOffice, clock: StandingClock
):
    class Picky(EfactCodec):
        """Finds fault with the costly line from some moment on."""

        finds = False

        def faults(self, content: bytes) -> tuple[tuple[int | None, str], ...]:
            services = [one for invoice in outline(read(content)).invoices for one in invoice.services]
            return tuple((one.order, "500101") for one in services if self.finds and (one.cents("amount") or 0) > 5000)

    codec = Picky()
    office = make_office(codec=codec, clock=clock)
    day = paid_day(office)
    another_to_bill(office)
    decided(office, Corrections(office.log, office.billing), "regularise", day)
    codec.finds = True
    done = office.bill()
    assert done.sendings == ()
    assert {"500101", "credit_total_negative"} <= {one.code for one in done.blocked}
