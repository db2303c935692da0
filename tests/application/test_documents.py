"""Days for a destination that eFact does not reach: on a document, paid, refused, and every way back."""

from datetime import UTC, datetime
from datetime import date as Date
from typing import Any
from uuid import UUID

import pytest

from application.commit import Done
from application.corrections import Corrections
from application.documents import Documents
from application.ports import Context
from domain import document as documents
from domain.day_states import state_of
from domain.document import Document, DocumentIssued
from domain.errors import Invalid, NotAllowed, NotFound
from domain.run_plan import RunOptions
from infrastructure.efact.requests import read_request
from tests.application.office import MONTH, Office, context, rejected, settled
from tests.domain.builders import OTHER_SSIN, SSIN, a_care, insured, patient_details, uid

FEE, TOILET = a_care("425294", 2000), a_care("425110", 668)
HOUSE, OTHER_HOUSE = "81000146111", "81000245022"
ON = Date(2026, 2, 2)


@pytest.fixture
def desk(office: Office) -> Documents:
    return Documents(office.log, office.clock)


@pytest.fixture
def corrections(office: Office) -> Corrections:
    return Corrections(office.log, office.billing)


def member(office: Office, ssin: str = SSIN, house: str = HOUSE) -> UUID:
    return office.patient(ssin, insured(start=Date(2020, 1, 1), destination=house)).id


def paper(office: Office, document_id: UUID) -> Document:
    state = documents.fold(office.log.load([document_id])[document_id], document_id)
    assert state is not None
    return state


def papers_of(office: Office) -> list[Document]:
    return [paper(office, one) for one in office.lookups.streams(DocumentIssued)]


def billed(office: Office, *cares: Any) -> tuple[UUID, UUID]:
    """One day of a member of a medical house, billed: day and document."""
    (day_id,) = set(office.record(member(office), *(cares or (FEE, TOILET))))
    (total,) = office.bill().documents
    return day_id, total.document_ids[0]


def because(office: Office, reason: str) -> Context:
    return context(reason=reason, reason_subject=office.where)


def refused(office: Office, desk: Documents, document_id: UUID) -> Done[Document]:
    return desk.refuse(because(office, "plus inscrite"), office.where, document_id, ON)


def test_a_run_makes_a_document_with_number_and_communication(office: Office) -> None:
    who = member(office)
    first, second = set(office.record(who, FEE, TOILET)), set(office.record(who, TOILET, day=20))
    done = office.bill()
    (total,) = done.documents
    assert (total.destination, total.documents, total.days, total.lines) == (HOUSE, 1, 2, 3)
    assert (total.amount_cents, total.again_days, done.sendings) == (3336, 0, ())
    made = paper(office, total.document_ids[0]).made
    assert (made.number, made.communication) == ("2026000001", "202600000192")
    assert made.communication == documents.communication_of(made.number)
    assert documents.document_id(office.where, made.number) == total.document_ids[0]
    assert (made.destination, made.billed_month, made.issued_on, made.run_id) == (HOUSE, MONTH, ON, done.run_id)
    assert [one.amount_cents for one in made.days] == [2668, 668]
    assert {one.day_id for one in made.days} == first | second
    for one in made.days:
        day = office.day(one.day_id)
        assert (day.sending_id, day.invoice_id, day.document) == (*total.document_ids * 2, "open")
        assert tuple(line.line_id for line in day.asked) == one.line_ids
        assert state_of(day) == "on_document"


def test_a_preview_tells_the_same_and_writes_nothing(office: Office) -> None:
    office.record(member(office), FEE)
    office.record(member(office, OTHER_SSIN, OTHER_HOUSE), TOILET)
    head = office.log.head()
    seen = office.billing.preview(office.where, RunOptions(MONTH))
    assert office.log.head() == head
    assert [(one.destination, one.documents, one.days, one.amount_cents) for one in seen.documents] == [
        (HOUSE, 1, 1, 2000),
        (OTHER_HOUSE, 1, 1, 668),
    ]
    assert (seen.blocked_once.days, seen.blocked) == (0, ())
    assert all(one.document_ids == () for one in seen.documents)


def test_no_day_is_asked_twice_however_often_a_month_is_billed(office: Office) -> None:
    _, document_id = billed(office)
    head = office.log.head()
    again = office.bill()
    assert (again.documents, again.sendings, again.run_id, office.log.head()) == ((), (), None, head)
    assert [one.document_id for one in papers_of(office)] == [document_id]


def test_files_and_documents_of_a_run_come_in_one_commit(office: Office) -> None:
    office.record(office.patient().id, FEE)
    office.record(member(office, OTHER_SSIN), TOILET)
    before = office.log.head()
    done = office.bill()
    assert (len(done.sendings), len(done.documents)) == (1, 1)
    recorded = list(office.log.read(before, 1000))
    assert len({one.meta.command_id for one in recorded}) == 1
    (completed,) = [one.event for one in recorded if one.topic == "billing_run.completed"]
    assert completed.document_ids == done.documents[0].document_ids
    assert [(one.code, one.days, one.amount_cents) for one in completed.documents] == [(HOUSE, 1, 668)]
    assert (completed.days, completed.amount_cents, completed.elsewhere) == (1, 2000, ())


def test_numbers_run_by_establishment_and_year_above_those_of_the_old_program(office: Office) -> None:
    office.billing.start_numbers(context(), office.where, "document", 2026, 41)
    office.record(member(office), FEE)
    office.record(member(office, OTHER_SSIN), FEE)
    office.bill()
    assert sorted(one.made.number for one in papers_of(office)) == ["2026000041", "2026000042"]
    with pytest.raises(NotAllowed) as caught:
        office.billing.start_numbers(context(), office.where, "document", 2026, 42)
    assert caught.value.code == "number_already_given"


def test_a_document_is_paid_and_its_days_are_at_their_end(
    office: Office, desk: Documents, corrections: Corrections
) -> None:
    day_id, document_id = billed(office)
    desk.hand_out(context(), office.where, document_id, ON)
    part = desk.pay(context(), office.where, document_id, ON, 668, "extrait 4").result
    assert (part.status, part.open_cents, office.day(day_id).verdict) == ("handed_out", 2000, "none")
    whole = desk.pay(context(), office.where, document_id, ON, 2000).result
    day = office.day(day_id)
    assert (whole.status, whole.paid_cents) == ("paid", 2668)
    assert (day.verdict, day.accepted_cents, day.document, state_of(day)) == (
        "accepted",
        2668,
        "paid",
        "paid_on_document",
    )
    for decision in ("credit_note", "regularise"):
        left = corrections.decide(because(office, "sans motif"), office.where, [day_id], decision).result.left
        assert [one.code for one in left] == ["correction_paid_on_document"]
    assert office.bill().documents == ()


def test_an_open_document_keeps_its_days_from_every_decision(office: Office, corrections: Corrections) -> None:
    day_id, _ = billed(office)
    for decision in ("rebill", "rebill_elsewhere", "credit_note", "regularise", "justified"):
        left = corrections.decide(because(office, "sans motif"), office.where, [day_id], decision).result.left
        assert [one.code for one in left] == ["correction_on_document"]


def test_what_its_addressee_refuses_is_billed_elsewhere_once_the_destination_changed(
    office: Office, desk: Documents, corrections: Corrections
) -> None:
    day_id, document_id = billed(office)
    refused(office, desk, document_id)
    day = office.day(day_id)
    assert (day.verdict, day.refused_cents, state_of(day)) == ("refused", 2668, "refused_on_document")
    assert [one.day_id for one in office.lookups.undecided_refusals(office.where)] == [day_id]
    left = corrections.decide(context(), office.where, [day_id], "rebill").result.left
    assert [one.code for one in left] == ["correction_no_resubmission"]
    corrections.decide(context(), office.where, [day_id], "rebill_elsewhere")
    held = office.billing.held_back(office.where, [day_id])
    assert held == {day_id: ("correction_same_destination",)}
    again = insured(start=Date(2020, 1, 1), destination=OTHER_HOUSE)
    office.register.insure(context(), day.patient_id, [again])
    (total,) = office.bill().documents
    assert (total.destination, total.again_days) == (OTHER_HOUSE, 1)
    assert office.day(day_id).sending_id == total.document_ids[0]
    assert paper(office, total.document_ids[0]).made.again_days == 1


def test_a_day_of_a_refused_document_goes_to_an_insurer_when_that_is_its_destination_by_now(
    office: Office, desk: Documents, corrections: Corrections
) -> None:
    day_id, document_id = billed(office)
    refused(office, desk, document_id)
    office.register.insure(context(), office.day(day_id).patient_id, [insured(start=Date(2020, 1, 1))])
    corrections.decide(context(), office.where, [day_id], "rebill_elsewhere")
    (sending,) = office.bill().sendings
    assert sending.sending_id
    (invoice,) = office.invoices(sending.sending_id)
    assert (invoice.made.invoicing_type, invoice.made.previous_invoice_id) == (0, None)
    office.send()
    office.receive(settled(office.file(sending.sending_id)))
    assert (office.day(day_id).verdict, office.day(day_id).document, state_of(office.day(day_id))) == (
        "accepted",
        "",
        "paid",
    )


def test_what_an_insurer_refused_in_part_goes_on_a_document_and_the_rest_stays_paid(
    office: Office, desk: Documents, corrections: Corrections
) -> None:
    sending = office.billed(FEE, TOILET)
    office.receive(settled(office.file(sending), {1: ("F500450", 0)}))
    (day_id,) = office.days(sending)
    office.register.insure(
        context(), office.day(day_id).patient_id, [insured(start=Date(2020, 1, 1), destination=HOUSE)]
    )
    corrections.decide(context(), office.where, [day_id], "rebill_elsewhere")
    (total,) = office.bill().documents
    assert (total.lines, total.amount_cents, total.again_days) == (1, 668, 1)
    document_id = total.document_ids[0]
    refused(office, desk, document_id)
    day = office.day(day_id)
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("mixed", 2000, 668)
    desk.reopen(because(office, "erreur"), office.where, document_id)
    desk.pay(context(), office.where, document_id, ON, 668)
    day = office.day(day_id)
    assert (day.verdict, day.accepted_cents, state_of(day)) == ("accepted", 2668, "paid_on_document")


def test_a_refusal_says_why(office: Office, desk: Documents) -> None:
    _, document_id = billed(office)
    with pytest.raises(Invalid) as caught:
        desk.refuse(because(office, "  "), office.where, document_id, ON)
    assert caught.value.code == "reason_missing"
    refused(office, desk, document_id)
    last = office.log.history(document_id)[-1]
    assert (last.topic, last.meta.reason) == ("document.refused", "plus inscrite")


def test_what_was_noted_wrongly_is_taken_back_until_somebody_decided(
    office: Office, desk: Documents, corrections: Corrections
) -> None:
    day_id, document_id = billed(office)
    open_day = office.day(day_id)
    for act in (
        lambda: refused(office, desk, document_id),
        lambda: desk.pay(context(), office.where, document_id, ON, 2668),
        lambda: desk.pay(context(), office.where, document_id, ON, 668),
    ):
        act()
        state = desk.reopen(because(office, "erreur"), office.where, document_id).result
        assert (state.status, state.payments, office.day(day_id)) == ("issued", (), open_day)
    refused(office, desk, document_id)
    corrections.decide(because(office, "perdu"), office.where, [day_id], "justified")
    with pytest.raises(NotAllowed) as caught:
        desk.reopen(because(office, "erreur"), office.where, document_id)
    assert caught.value.code == "document_decided"
    corrections.restore(context(), office.where, [day_id])
    desk.reopen(because(office, "erreur"), office.where, document_id)
    assert office.day(day_id).verdict == "none"


def test_a_cancelled_document_gives_its_days_back_as_they_stood(
    office: Office, desk: Documents, corrections: Corrections
) -> None:
    day_id, document_id = billed(office)
    desk.hand_out(context(), office.where, document_id, ON)
    desk.cancel(context(), office.where, document_id)
    assert (office.day(day_id).is_prepared, office.day(day_id).document) == (True, "")
    (again,) = office.bill().documents
    assert paper(office, again.document_ids[0]).made.number == "2026000002", "no number is used again"
    refused(office, desk, again.document_ids[0])
    office.register.insure(
        context(), office.day(day_id).patient_id, [insured(start=Date(2020, 1, 1), destination=OTHER_HOUSE)]
    )
    corrections.decide(context(), office.where, [day_id], "rebill_elsewhere")
    before = office.day(day_id)
    (third,) = office.bill().documents
    desk.cancel(context(), office.where, third.document_ids[0])
    after = office.day(day_id)
    assert (after.decision, after.refused, after.sending_id) == ("rebill_elsewhere", before.refused, before.sending_id)
    assert after.to_bill == before.to_bill


def test_cancelling_a_run_takes_back_what_is_not_handed_out_or_paid(office: Office, desk: Documents) -> None:
    ids = {}
    for nth, ssin in enumerate((SSIN, OTHER_SSIN, "86011528412")):
        who = office.patient(ssin, insured(start=Date(2020, 1, 1), destination=HOUSE), last_name=f"P{nth}").id
        ids[who] = office.record(who, FEE)[0]
    run = office.bill()
    assert run.run_id
    by_patient = {one.made.patient_id: one for one in papers_of(office)}
    handed, paid, left = ids
    desk.hand_out(context(), office.where, by_patient[handed].document_id, ON)
    desk.pay(context(), office.where, by_patient[paid].document_id, ON, 100)
    gone = office.billing.cancel(context(), run.run_id).result
    assert (gone.sending_ids, gone.document_ids) == ((), (by_patient[left].document_id,))
    assert [office.day(ids[who]).is_prepared for who in (handed, paid, left)] == [False, False, True]
    with pytest.raises(NotAllowed) as caught:
        office.billing.cancel(context(), run.run_id)
    assert caught.value.code == "run_sent"


def test_cancelling_a_run_takes_files_and_documents_back_in_one_commit(office: Office) -> None:
    file_day = office.record(office.patient().id, FEE)[0]
    paper_day = office.record(member(office, OTHER_SSIN), TOILET)[0]
    run = office.bill()
    assert run.run_id
    office.billing.cancel(context(), run.run_id)
    assert office.day(file_day).is_prepared
    assert office.day(paper_day).is_prepared
    again = office.bill()
    assert (len(again.sendings), len(again.documents)) == (1, 1)


def test_a_day_that_came_back_from_a_document_goes_into_a_file_that_replaces_no_sending(
    office: Office, desk: Documents
) -> None:
    day_id, document_id = billed(office)
    desk.cancel(context(), office.where, document_id)
    office.register.insure(context(), office.day(day_id).patient_id, [insured(start=Date(2020, 1, 1))])
    (total,) = office.bill().sendings
    assert total.sending_id
    assert office.sending(total.sending_id).made.replaces == ()


def test_a_file_settled_after_all_does_not_take_a_day_from_its_document(office: Office) -> None:
    sending = office.billed(FEE)
    content = office.file(sending)
    office.receive(rejected(content))
    (day_id,) = office.days(sending)
    office.register.insure(
        context(), office.day(day_id).patient_id, [insured(start=Date(2020, 1, 1), destination=HOUSE)]
    )
    (total,) = office.bill().documents
    office.receive(settled(content))
    assert (office.day(day_id).sending_id, office.day(day_id).document) == (total.document_ids[0], "open")


def test_a_document_of_another_establishment_is_absent(office: Office, desk: Documents) -> None:
    day_id, document_id = billed(office)
    for act in (
        lambda where, which: desk.hand_out(context(), where, which, ON),
        lambda where, which: desk.cancel(context(), where, which),
        lambda where, which: desk.reopen(context(), where, which),
    ):
        for where, which in ((uid("elsewhere"), document_id), (office.where, day_id), (office.where, uid("nothing"))):
            with pytest.raises(NotFound):
                act(where, which)


def test_nothing_is_noted_before_the_document_or_of_a_day_to_come(office: Office, desk: Documents) -> None:
    _, document_id = billed(office)
    for on in (Date(2026, 2, 1), Date(2026, 2, 3)):
        with pytest.raises(Invalid) as caught:
            desk.pay(context(), office.where, document_id, on, 2668)
        assert caught.value.facts["field"] == "on"
    office.clock.instant = datetime(2026, 2, 2, 23, 30, tzinfo=UTC)  # type: ignore[attr-defined]
    desk.pay(context(), office.where, document_id, Date(2026, 2, 3), 2668)  # past midnight in Belgium


def test_a_missing_profession_stops_documents_too(make_office: Any, clock: Any) -> None:
    office = make_office(clock=clock, details={"profession_code": "", "content_code": ""})
    office.record(member(office), FEE)
    done = office.bill()
    assert (done.stopped, done.run_id) == (("profession_code_missing", "content_code_missing"), None)
    assert [one.documents for one in done.documents] == [1]
    assert papers_of(office) == []


def test_what_a_union_paid_stays_paid_through_a_document_that_is_reopened_and_cancelled(
    office: Office, desk: Documents, corrections: Corrections
) -> None:
    """Refused by the union, then by the house, billed to a third one, and all of it taken back."""
    who = office.patient(SSIN, insured(start=Date(2020, 1, 1))).id
    (day_id, _) = office.record(who, TOILET, FEE)
    (total,) = office.bill().sendings
    assert total.sending_id
    content = office.file(total.sending_id)
    (refused_line,) = [
        place
        for place, amount in enumerate(
            line.amount_cents for one in read_request(content)[0].invoices for line in one.lines
        )
        if amount == FEE.amount_cents
    ]
    office.receive(settled(content, {refused_line: ("F500450", 0)}))

    def insure(**values: Any) -> None:
        office.register.patient(
            context(), office.where, SSIN, "", patient_details(), (insured(start=Date(2020, 1, 1), **values),)
        )

    insure(destination=HOUSE)
    corrections.decide(because(office, "chez elle"), office.where, [day_id], "rebill_elsewhere")
    (made,) = office.bill().documents
    (document_id,) = made.document_ids
    refused(office, desk, document_id)
    insure(fund="305")
    corrections.decide(because(office, "ailleurs"), office.where, [day_id], "rebill_elsewhere")
    third = office.bill()
    assert third.run_id
    assert [one.amount_cents for one in third.sendings] == [FEE.amount_cents]
    office.billing.cancel(context(), third.run_id)
    corrections.restore(context(), office.where, [day_id])
    desk.reopen(because(office, "mal noté"), office.where, document_id)
    desk.cancel(because(office, "mal noté"), office.where, document_id)
    day = office.day(day_id)
    assert [line.care.amount_cents for line in day.to_bill] == [FEE.amount_cents]
    assert (day.accepted_cents, day.is_prepared) == (TOILET.amount_cents, False)


def test_a_document_is_not_reopened_for_lines_that_the_day_has_no_more(
    office: Office, desk: Documents, corrections: Corrections
) -> None:
    day_id, document_id = billed(office)
    refused(office, desk, document_id)
    (who,) = {office.day(day_id).patient_id}
    office.register.patient(
        context(),
        office.where,
        SSIN,
        "",
        patient_details(),
        (insured(start=Date(2020, 1, 1), destination=OTHER_HOUSE),),
    )
    assert who
    corrections.decide(because(office, "ailleurs"), office.where, [day_id], "rebill_elsewhere")
    line = next(line for line in office.day(day_id).active if line.care.code == TOILET.code)
    office.care.withdraw(because(office, "pas faite"), day_id, line.line_id)
    corrections.restore(context(), office.where, [day_id])
    with pytest.raises(NotAllowed) as told:
        desk.reopen(because(office, "mal noté"), office.where, document_id)
    assert told.value.code == "document_decided"


def test_a_document_of_an_erased_patient_comes_to_its_end(office: Office, desk: Documents) -> None:
    """What is said of it is sealed for the practice; a reference of the payment has no key any more."""
    day_id, document_id = billed(office)
    office.register.erase(context(), office.day(day_id).patient_id)
    refused(office, desk, document_id)
    desk.reopen(because(office, "mal noté"), office.where, document_id)
    desk.pay(context(), office.where, document_id, ON, 2668, "extrait 12")
    assert paper(office, document_id).status == "paid"
    assert office.day(day_id).document == "paid"
