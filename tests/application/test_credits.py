"""What was paid is given back: credit notes with the new bill or before it, regularisation, and every way back."""

from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.corrections import Corrections
from domain.billing_file import FileInvoice
from domain.errors import Invalid, NotAllowed
from domain.run_plan import RunOptions
from infrastructure.efact.requests import read_request
from tests.application.office import MONTH, Office, context, rejected, settled
from tests.domain.builders import OTHER_SSIN, a_care, insured, uid

FEE, TOILET = a_care("425294", 2000), a_care("425110", 668, patient_share_cents=120)
REFUSED = ("F202920", 0)
OTHER_CENTS = 9000


@pytest.fixture
def desk(office: Office) -> Corrections:
    return Corrections(office.log, office.billing)


def decided(office: Office, desk: Corrections, decision: Any, *day_ids: UUID) -> list[str]:
    """Why not, of those that do not allow it."""
    told = context(reason="Contrôle interne", reason_subject=office.where)
    return [one.code for one in desk.decide(told, office.where, day_ids, decision).result.left]


def invoices_in(office: Office, sending_id: UUID) -> list[FileInvoice]:
    """As they stand in the file, but for that of the other patient, which comes last here."""
    found = read_request(office.file(sending_id))[0].invoices
    assert [one.invoicing_type for one in found] == sorted((one.invoicing_type for one in found), reverse=True)
    return sorted(found, key=lambda one: one.lines[0].amount_cents == OTHER_CENTS)


def place_of(office: Office, sending_id: UUID, cents: int) -> int:
    """Where the line of that amount stands among the lines of the file."""
    lines = [line for one in read_request(office.file(sending_id))[0].invoices for line in one.lines]
    return [line.amount_cents for line in lines].index(cents)


def paid_day(office: Office, *, fund: str = "131", number: str = OTHER_SSIN, day: int = 15) -> UUID:
    """A day of two lines, both paid."""
    who = office.patient(number, insured(fund, start=Date(2020, 1, 1))).id
    (day_id, _) = office.record(who, FEE, TOILET, day=day)
    (total,) = office.bill().sendings
    assert total.sending_id
    office.send()
    office.receive(settled(office.file(total.sending_id)))
    assert office.day(day_id).accepted_cents == 2668
    return day_id


def another_to_bill(office: Office, fund: str = "131") -> UUID:
    """Something that asks for more than is given back in the same file."""
    who = office.patient("85073003328", insured(fund, start=Date(2020, 1, 1))).id
    (day_id,) = office.record(who, a_care("425294", OTHER_CENTS), day=20)
    return day_id


def corrected(office: Office, day_id: UUID, cents: int = 500) -> None:
    line = office.day(day_id).active[1]
    office.care.correct(context(), day_id, line.line_id, replace(TOILET, amount_cents=cents))


def run(office: Office) -> UUID:
    (total,) = office.bill().sendings
    assert total.sending_id
    office.send()
    return total.sending_id


def held(office: Office) -> list[str]:
    return [one.code for one in office.billing.preview(office.where, RunOptions(MONTH)).blocked]


def test_ref_14_a_paid_day_is_credited_and_billed_again_in_one_file(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office)
    (former,) = office.invoices(office.day(day_id).sending_id or uid("none"))
    another_to_bill(office)
    assert decided(office, desk, "credit_note", day_id) == []
    corrected(office, day_id)
    sending = run(office)
    credit, again, _ = invoices_in(office, sending)
    assert (credit.invoicing_type, again.invoicing_type) == (3, 0)
    assert [(x.amount_cents, x.patient_share_cents, x.units) for x in credit.lines] == [
        (-2000, 0, -1),
        (-668, -120, -1),
    ]
    assert [line.amount_cents for line in again.lines] == [2000, 500]
    assert credit.previous is not None
    assert (credit.previous.invoice_number, credit.previous.insurer_reference) == (former.made.invoice_number, "")
    assert (credit.ct1, credit.sickness_fund, credit.destination) == (former.made.ct1, "131", "131")
    state = office.day(day_id)
    assert (state.sending_id, state.verdict, state.accepted_cents, state.credit_state) == (
        sending,
        "none",
        2668,
        "asked",
    )
    assert office.sending(sending).made.day_count == 2
    office.receive(settled(office.file(sending)))
    state = office.day(day_id)
    assert (state.verdict, state.accepted_cents, state.refused_cents, state.credit_state) == ("accepted", 2500, 0, "")
    who = office.day(day_id).patient_id
    note, bill = (one for one in office.invoices(sending) if one.made.patient_id == who)
    assert (note.accepted_cents, note.verdict, note.made.previous_invoice_id) == (-2668, "accepted", former.identifier)
    assert (bill.accepted_cents, bill.made.previous_invoice_id) == (2500, None)
    assert (office.open_items(), office.bill().sendings) == ([], ())


def test_ref_16_regularised_is_given_back_and_nothing_more_is_asked(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office)
    another_to_bill(office)
    with pytest.raises(Invalid):
        desk.decide(context(), office.where, [day_id], "regularise")
    assert decided(office, desk, "regularise", day_id) == []
    with pytest.raises(NotAllowed):
        corrected(office, day_id)
    sending = run(office)
    credit, other = invoices_in(office, sending)
    assert (credit.invoicing_type, sum(x.amount_cents for x in credit.lines), other.invoicing_type) == (3, -2668, 0)
    assert decided(office, desk, "justified", day_id) == ["correction_picked_up"]
    with pytest.raises(NotAllowed) as raised:
        desk.decide_one(context(), office.where, day_id, None)
    assert raised.value.code == "correction_picked_up"
    office.receive(settled(office.file(sending)))
    state = office.day(day_id)
    assert (state.decision, state.accepted_cents, state.credit_state) == ("regularise", 0, "taken")
    assert office.bill().sendings == ()
    assert decided(office, desk, "credit_note", day_id) == ["correction_picked_up"]


def test_300_takes_the_credit_note_first_and_the_new_bill_a_month_later(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office, fund="319")
    another_to_bill(office, fund="319")
    decided(office, desk, "credit_note", day_id)
    preview = office.billing.preview(office.where, RunOptions(MONTH))
    assert [(one.code, one.days) for one in preview.hints if one.code == "billed_after_credit"] == [
        ("billed_after_credit", 1)
    ]
    sending = run(office)
    assert [one.invoicing_type for one in invoices_in(office, sending)] == [3, 0]
    assert (office.day(day_id).sending_id == sending, office.day(day_id).to_bill) == (False, ())
    office.receive(settled(office.file(sending)))
    state = office.day(day_id)
    assert (state.accepted_cents, state.credit_state, len(state.to_bill)) == (0, "taken", 2)
    report = office.bill()
    assert report.sendings == ()
    today = office.clock.now().date()
    first = Date(today.year + today.month // 12, today.month % 12 + 1, 1)
    assert [(one.billable_from, one.days) for one in report.not_yet] == [(first, 1)]
    office.clock.instant = office.clock.now().replace(year=first.year, month=first.month, day=2)  # type: ignore[attr-defined]
    again = run(office)
    (invoice,) = invoices_in(office, again)
    assert (invoice.invoicing_type, [line.amount_cents for line in invoice.lines]) == (0, [2000, 668])
    office.receive(settled(office.file(again)))
    assert (office.day(day_id).accepted_cents, office.day(day_id).verdict) == (2668, "accepted")


def test_a_file_that_would_be_negative_waits_for_more_to_bill(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office)
    decided(office, desk, "credit_note", day_id)
    corrected(office, day_id)
    assert held(office) == ["credit_total_negative"]
    assert office.bill().sendings == ()
    another_to_bill(office)
    assert held(office) == []
    (total,) = office.bill().sendings
    assert (total.days, total.credited_days, total.credited_cents, total.amount_cents) == (2, 1, -2668, 8832)


@pytest.mark.parametrize("how", ["cancelled", "rejected"])
def test_a_file_that_does_not_count_leaves_the_day_paid_and_to_be_credited(
    office: Office, desk: Corrections, how: str
) -> None:
    day_id = paid_day(office)
    another_to_bill(office)
    decided(office, desk, "credit_note", day_id)
    corrected(office, day_id)
    before = office.day(day_id)
    report = office.bill()
    (total,) = report.sendings
    assert report.run_id
    assert total.sending_id
    if how == "cancelled":
        office.billing.cancel(context(), report.run_id)
    else:
        office.send()
        office.receive(rejected(office.file(total.sending_id)))
    after = office.day(day_id)
    assert (after.decision, after.accepted_cents, after.lines, after.credits) == (
        "credit_note",
        2668,
        before.lines,
        (),
    )
    if how == "rejected":
        office.receive(settled(office.file(total.sending_id)))
        assert (office.day(day_id).accepted_cents, office.day(day_id).verdict) == (2500, "accepted")
        assert office.open_items() == [("contradictory_answers", total.sending_id)]
    else:
        desk.restore(context(), office.where, [day_id])
        assert [line.care.amount_cents for line in office.day(day_id).active] == [2000, 668], "as it was paid"


def test_a_credit_note_that_is_refused_leaves_the_money_and_asks_a_person(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office, fund="319")
    another_to_bill(office, fund="319")
    decided(office, desk, "credit_note", day_id)
    sending = run(office)
    office.receive(settled(office.file(sending), {1: REFUSED}))
    state = office.day(day_id)
    assert (state.decision, state.verdict, state.accepted_cents, state.to_bill) == ("none", "accepted", 668, ())
    assert office.open_items() == [("credit_refused", sending)]
    assert decided(office, desk, "credit_note", day_id) == []
    assert [sum(x.care.amount_cents for x in lines) for lines in office.day(day_id).to_credit.values()] == [-668]


def test_a_refused_credit_beside_its_new_bill_is_never_asked_a_third_time(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office)
    another_to_bill(office)
    decided(office, desk, "credit_note", day_id)
    sending = run(office)
    again = {place_of(office, sending, cents): ("R500544", 0) for cents in (2000, 668)}
    office.receive(settled(office.file(sending), {0: REFUSED, 1: REFUSED, **again}))
    state = office.day(day_id)
    assert (state.verdict, state.accepted_cents, state.refused_cents) == ("mixed", 2668, 2668)
    assert decided(office, desk, "rebill", day_id) == ["correction_paid_before"]
    assert decided(office, desk, "credit_note", day_id) == ["correction_paid_before"]
    assert decided(office, desk, "justified", day_id) == []


def test_a_partly_refused_day_is_credited_with_what_was_paid_of_it(office: Office, desk: Corrections) -> None:
    who = office.patient(OTHER_SSIN, insured("131", start=Date(2020, 1, 1))).id
    (day_id, _) = office.record(who, FEE, TOILET)
    first = run(office)
    office.receive(settled(office.file(first), {0: ("S501940", 1500), 1: ("R500302", 0)}))
    another_to_bill(office)
    decided(office, desk, "credit_note", day_id)
    credit, again, _ = invoices_in(office, run(office))
    assert [line.amount_cents for line in credit.lines] == [-1500]
    assert [line.amount_cents for line in again.lines] == [2000, 668]


def test_lines_paid_by_two_invoices_are_given_back_to_each(office: Office, desk: Corrections) -> None:
    who = office.patient(OTHER_SSIN, insured("131", start=Date(2020, 1, 1))).id
    (day_id, _) = office.record(who, FEE, TOILET)
    first = run(office)
    office.receive(settled(office.file(first), {1: ("R500302", 0)}))
    decided(office, desk, "rebill", day_id)
    second = run(office)
    office.receive(settled(office.file(second)))
    assert office.day(day_id).accepted_cents == 2668
    another_to_bill(office)
    decided(office, desk, "regularise", day_id)
    third = run(office)
    notes = [one for one in office.invoices(third) if one.made.invoicing_type == 3]
    assert {note.made.previous_invoice_id: note.made.requested_cents for note in notes} == {
        office.sending(first).made.invoice_ids[0]: -2000,
        office.sending(second).made.invoice_ids[0]: -668,
    }
    office.receive(settled(office.file(third)))
    assert (office.day(day_id).accepted_cents, office.day(day_id).credit_state) == (0, "taken")


@pytest.mark.parametrize("decision", ["credit_note", "regularise"])
def test_ref_14_a_refused_day_is_never_credited(office: Office, desk: Corrections, decision: Any) -> None:
    sending = office.billed(FEE)
    (day_id,) = office.days(sending)
    assert decided(office, desk, decision, day_id) == ["correction_day_unanswered"]
    office.receive(settled(office.file(sending), {0: ("R500302", 0)}))
    assert decided(office, desk, decision, day_id) == ["correction_nothing_paid"]


def test_a_preview_tells_what_is_given_back_and_asked_again(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office)
    another_to_bill(office)
    head = office.log.head()
    foreseen = desk.foresee(office.where, [day_id], "credit_note")
    assert (foreseen.decided.cents, office.log.head()) == (2668, head)
    assert foreseen.run
    (total,) = foreseen.run.sendings
    assert (total.days, total.again_days, total.credited_days, total.amount_cents) == (1, 1, 1, 0)


def test_ref_20_the_preview_says_when_each_file_may_leave_at_the_earliest(office: Office, desk: Corrections) -> None:
    """One file a day for each union: the second one waits for the day after, and both for one that is not sent yet."""
    today = office.clock.now().date()
    first = office.patient(OTHER_SSIN, insured("131", start=Date(2020, 1, 1))).id
    office.record(first, FEE, month=1)
    (one,) = office.billing.preview(office.where, RunOptions(MONTH)).sendings
    assert one.earliest == today
    (made,) = office.bill().sendings
    assert made.earliest == today
    another_to_bill(office)
    (waiting,) = office.billing.preview(office.where, RunOptions(MONTH)).sendings
    assert waiting.earliest == today + timedelta(days=1), "the file of before is not sent yet"
    office.send()
    (again,) = office.billing.preview(office.where, RunOptions(MONTH)).sendings
    assert again.earliest == today + timedelta(days=1), "one left today"
