"""From a refusal to its money: decided, billed again, answered; and every way back."""

from dataclasses import replace
from datetime import date as Date
from typing import Any
from uuid import UUID

import pytest

from application.corrections import Corrected, Corrections
from domain.authorisation import Authorisation
from domain.billing_file import FileInvoice
from domain.errors import Invalid, NotAllowed, NotFound
from domain.run_plan import RunOptions
from infrastructure.efact.requests import read_request
from tests.application.office import MONTH, Office, context, rejected, settled
from tests.domain.builders import OTHER_SSIN, a_care, insured, uid

FEE, TOILET = a_care("425294", 2000), a_care("425110", 668)
REFUSED = ("F500302", 0)


@pytest.fixture
def desk(office: Office) -> Corrections:
    return Corrections(office.log, office.billing)


def decided(office: Office, desk: Corrections, decision: Any, *day_ids: UUID, reason: str = "") -> Corrected:
    subject = office.where if reason else None
    return desk.decide(context(reason=reason, reason_subject=subject), office.where, day_ids, decision).result


def invoices_in(office: Office, sending_id: UUID) -> tuple[FileInvoice, ...]:
    return read_request(office.file(sending_id))[0].invoices


def refused_day(office: Office, *places: int) -> tuple[UUID, UUID]:
    """A day of two lines, those at these places refused: day and sending."""
    sending = office.billed(FEE, TOILET)
    office.receive(settled(office.file(sending), dict.fromkeys(places, REFUSED)))
    (day_id,) = office.days(sending)
    return day_id, sending


def rebilled(office: Office, desk: Corrections, day_id: UUID) -> UUID:
    """Decided, billed and sent: the new sending."""
    decided(office, desk, "rebill", day_id)
    (total,) = office.bill().sendings
    assert (total.days, total.again_days) == (1, 1)
    assert total.sending_id
    office.send()
    return total.sending_id


def test_ref_12_a_refused_day_is_resubmitted_and_paid(office: Office, desk: Corrections) -> None:
    day_id, first = refused_day(office, 0, 1)
    assert (office.day(day_id).verdict, office.bill().sendings) == ("refused", ())
    again = rebilled(office, desk, day_id)
    (invoice,) = invoices_in(office, again)
    (former,) = office.invoices(first)
    assert invoice.invoicing_type == 1
    assert invoice.previous is not None
    assert (invoice.previous.invoice_number, invoice.previous.year_month) == (former.made.invoice_number, "202601")
    assert invoice.previous.sending_number == office.sending(first).made.sending_number
    assert invoice.previous.destination == former.made.destination
    assert [line.amount_cents for line in invoice.lines] == [2000, 668]
    day = office.day(day_id)
    assert (day.sending_id, day.verdict, day.decision, day.accepted_cents) == (again, "none", "none", 0)
    office.receive(settled(office.file(again)))
    day = office.day(day_id)
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("accepted", 2668, 0)
    assert [one.made.previous_invoice_id for one in office.invoices(again)] == [
        office.sending(first).made.invoice_ids[0]
    ]
    assert office.lookups.undecided_refusals(office.where) == []


def test_only_the_refused_lines_of_a_partly_refused_day_go_again(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 1)
    day = office.day(day_id)
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("mixed", 2000, 668)
    again = rebilled(office, desk, day_id)
    (invoice,) = invoices_in(office, again)
    assert [line.amount_cents for line in invoice.lines] == [668]
    assert office.sending(again).made.requested_cents == 668
    assert (office.day(day_id).accepted_cents, office.day(day_id).verdict) == (2000, "none")
    office.receive(settled(office.file(again), {0: REFUSED}))
    day = office.day(day_id)
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("mixed", 2000, 668)
    once_more = rebilled(office, desk, day_id)
    office.receive(settled(office.file(once_more)))
    day = office.day(day_id)
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("accepted", 2668, 0)
    (paid,) = office.invoices(once_more)
    assert (paid.accepted_cents, paid.verdict) == (668, "accepted")


def test_what_was_accepted_for_less_beside_it_stays_lost(office: Office, desk: Corrections) -> None:
    sending = office.billed(FEE, TOILET)
    office.receive(settled(office.file(sending), {0: ("S501940", 1500), 1: REFUSED}))
    (day_id,) = office.days(sending)
    assert (office.day(day_id).accepted_cents, office.day(day_id).refused_cents) == (1500, 1168)
    again = rebilled(office, desk, day_id)
    office.receive(settled(office.file(again)))
    day = office.day(day_id)
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("mixed", 2168, 500)
    assert desk.foresee(office.where, [day_id], "rebill").decided.day_ids == ()


def test_ref_13_another_destination_gets_an_original_invoice(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 0, 1)
    who = office.day(day_id).patient_id
    decided(office, desk, "rebill_elsewhere", day_id)
    blocked = office.billing.preview(office.where, RunOptions(MONTH)).blocked
    assert [held.code for held in blocked] == ["correction_same_destination"]
    office.register.insure(context(), who, [insured("120")])
    (total,) = office.bill().sendings
    assert total.union == "100"
    assert total.sending_id
    (invoice,) = invoices_in(office, total.sending_id)
    assert (invoice.invoicing_type, invoice.previous, invoice.destination) == (0, None, "120")


def test_a_resubmission_stays_with_the_union_that_refused(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 0, 1)
    decided(office, desk, "rebill", day_id)
    office.register.insure(context(), office.day(day_id).patient_id, [insured("306")])
    (held,) = office.billing.preview(office.where, RunOptions(MONTH)).blocked
    assert (held.code, held.days, held.amount_cents) == ("correction_other_union", 1, 2668)
    assert office.billing.held_back(office.where, [day_id]) == {day_id: ("correction_other_union",)}


def test_ref_17_a_justified_refusal_needs_a_reason_and_is_billed_no_more(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 0, 1)
    with pytest.raises(Invalid) as raised:
        decided(office, desk, "justified", day_id)
    assert raised.value.code == "reason_missing"
    assert decided(office, desk, "justified", day_id, reason="Hors délai") == Corrected((day_id,), 2668, ())
    assert (office.bill().sendings, office.lookups.undecided_refusals(office.where)) == ((), [])


def test_ref_15_a_decision_is_taken_back_until_a_run_took_it_up(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 0, 1)
    decided(office, desk, "rebill", day_id)
    head = office.log.head()
    decided(office, desk, "rebill", day_id)
    assert office.log.head() == head
    desk.restore(context(), office.where, [day_id])
    assert office.day(day_id).decision == "none"
    assert office.bill().sendings == ()
    with pytest.raises(NotAllowed) as raised:
        desk.decide_one(context(), office.where, day_id, None)
    assert raised.value.code == "correction_nothing_decided"
    rebilled(office, desk, day_id)
    (left,) = desk.restore(context(), office.where, [day_id]).result.left
    assert left.code == "correction_nothing_decided"


def test_a_cancelled_run_gives_the_decision_back(office: Office, desk: Corrections) -> None:
    day_id, first = refused_day(office, 1)
    before = office.day(day_id)
    decided(office, desk, "rebill", day_id)
    report = office.bill()
    assert report.run_id
    office.billing.cancel(context(), report.run_id)
    day = office.day(day_id)
    assert (day.sending_id, day.verdict, day.decision) == (first, "mixed", "rebill")
    assert (day.accepted_cents, day.refused_cents, day.lines) == (before.accepted_cents, 668, before.lines)
    (total,) = office.bill().sendings
    assert (total.amount_cents, total.again_days) == (668, 1)


def test_a_rejected_file_leaves_it_refused_and_to_be_rebilled_and_a_late_settlement_counts(
    office: Office, desk: Corrections
) -> None:
    day_id, first = refused_day(office, 1)
    again = rebilled(office, desk, day_id)
    office.receive(rejected(office.file(again)))
    day = office.day(day_id)
    assert (day.sending_id, day.decision, day.verdict, day.accepted_cents) == (first, "rebill", "mixed", 2000)
    office.receive(settled(office.file(again)))
    day = office.day(day_id)
    assert (day.sending_id, day.verdict, day.accepted_cents) == (again, "accepted", 2668)
    assert office.bill().sendings == ()


@pytest.mark.parametrize("decision", ["rebill", "rebill_elsewhere", "justified"])
def test_ref_14_nothing_is_decided_where_nothing_is_refused(office: Office, desk: Corrections, decision: Any) -> None:
    paid = office.billed(FEE)
    (day_id,) = office.days(paid)
    (open_day,) = office.record(office.patient(OTHER_SSIN).id, TOILET)

    def why() -> dict[str, tuple[UUID, ...]]:
        found = decided(office, desk, decision, day_id, open_day, reason="Pour voir")
        assert (found.day_ids, found.cents) == ((), 0)
        return {left.code: left.day_ids for left in found.left}

    assert why() == {"correction_day_unanswered": (day_id,), "correction_day_prepared": (open_day,)}
    office.receive(settled(office.file(paid)))
    assert why() == {"correction_nothing_refused": (day_id,), "correction_day_prepared": (open_day,)}


def test_ref_22_many_days_at_once_with_what_stays_behind(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 0, 1)
    (open_day,) = office.record(office.patient(OTHER_SSIN).id, TOILET)
    head = office.log.head()
    foreseen = desk.foresee(office.where, [day_id, open_day], "rebill")
    assert office.log.head() == head
    assert foreseen.decided.day_ids == (day_id,)
    assert [left.code for left in foreseen.decided.left] == ["correction_day_prepared"]
    assert foreseen.run is not None
    (total,) = foreseen.run.sendings
    assert (total.days, total.again_days, total.amount_cents) == (1, 1, 2668)
    with pytest.raises(NotFound):
        desk.decide(context(), uid("elsewhere"), [day_id], "rebill")
    with pytest.raises(Invalid):
        desk.decide(context(), office.where, [], "rebill")
    with pytest.raises(Invalid):
        desk.decide(context(), office.where, [day_id], "forget")  # type: ignore[arg-type]


def test_a_refused_line_is_corrected_before_it_goes_again(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 1)
    fee, toilet = office.day(day_id).lines
    right = a_care("425110", 700)
    for line in (fee, toilet):
        with pytest.raises(NotAllowed):
            office.care.correct(context(), day_id, line.line_id, right)
    decided(office, desk, "rebill", day_id)
    office.care.correct(context(), day_id, toilet.line_id, right)
    with pytest.raises(NotAllowed) as raised:
        office.care.correct(context(), day_id, fee.line_id, right)
    assert raised.value.code == "day_billed"
    again = rebilled(office, desk, day_id)
    (invoice,) = invoices_in(office, again)
    assert [line.amount_cents for line in invoice.lines] == [700]


def refused_for(office: Office, desk: Corrections, code: str) -> UUID:
    """A day that was refused with that code and is to be rebilled."""
    sending = office.billed(FEE)
    office.receive(settled(office.file(sending), {0: (f"R{code}", 0)}))
    (day_id,) = office.days(sending)
    decided(office, desk, "rebill", day_id)
    return day_id


def held(office: Office) -> list[str]:
    return [one.code for one in office.billing.preview(office.where, RunOptions(MONTH)).blocked]


def test_ref_18_wrong_holder_codes_wait_until_the_insurer_was_asked_again(office: Office, desk: Corrections) -> None:
    day_id = refused_for(office, desk, "500522")
    who = office.day(day_id).patient_id
    assert held(office) == ["not_cured_insurability"]
    assert office.billing.held_back(office.where, [day_id]) == {day_id: ("not_cured_insurability",)}
    with pytest.raises(Invalid):
        office.register.confirm_insurability(context(), who, Date(2019, 1, 1))
    office.register.confirm_insurability(context(), who, office.day(day_id).date)
    assert held(office) == []
    again = rebilled(office, desk, day_id)
    office.receive(settled(office.file(again), {0: ("R500522", 0)}))
    decided(office, desk, "rebill", day_id)
    assert held(office) == ["not_cured_insurability"], "that was before this refusal"
    office.register.insure(context(), who, [insured(start=Date(2020, 1, 1), ct1="131", ct2="131")])
    assert held(office) == []
    (total,) = office.bill().sendings
    assert total.sending_id
    (invoice,) = invoices_in(office, total.sending_id)
    assert (invoice.ct1, invoice.invoicing_type) == ("131", 1)


def test_a_missing_agreement_waits_for_one_that_covers_the_day(office: Office, desk: Corrections) -> None:
    day_id = refused_for(office, desk, "500446")
    assert held(office) == ["not_cured_authorisation"]
    later = Authorisation("katz", "A", Date(2026, 2, 1), Date(2026, 3, 1), "NUMBER")
    office.register.authorise(context(), office.day(day_id).patient_id, later)
    assert held(office) == ["not_cured_authorisation"]
    office.register.authorise(
        context(),
        office.day(day_id).patient_id,
        replace(later, valid_from=Date(2026, 1, 1), valid_to=Date(2026, 1, 31)),
    )
    assert held(office) == []


def test_ref_19_a_patient_of_a_medical_house_is_not_billed_to_the_insurer_again(
    office: Office, desk: Corrections
) -> None:
    day_id = refused_for(office, desk, "500450")
    assert held(office) == ["not_cured_destination"]
    decided(office, desk, "rebill_elsewhere", day_id)
    assert held(office) == ["correction_same_destination"]
    house = insured(start=Date(2020, 1, 1), destination="81000146111")
    office.register.insure(context(), office.day(day_id).patient_id, [house])
    report = office.billing.preview(office.where, RunOptions(MONTH))
    assert (report.blocked, [one.destination for one in report.documents]) == ((), ["81000146111"])


def test_a_justified_refusal_stands_once_the_day_is_time_barred(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 0, 1)
    decided(office, desk, "justified", day_id, reason="Hors délai")
    desk.restore(context(), office.where, [day_id])
    decided(office, desk, "justified", day_id, reason="Hors délai")
    office.clock.instant = office.clock.now().replace(year=2028, month=2, day=1)  # type: ignore[attr-defined]
    (left,) = desk.restore(context(), office.where, [day_id]).result.left
    assert (left.code, office.day(day_id).decision) == ("correction_time_barred", "justified")
