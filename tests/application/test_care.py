"""Care by hand and by file: every line lands, is known, differs or is told with its reason."""

from dataclasses import replace
from datetime import date as Date
from threading import Thread

import pytest

from application.access import Caller
from application.import_care import ImportOptions, Rejected
from application.record_care import Entry
from application.register import provider_id
from domain import inbox
from domain.billing_day import day_id
from domain.errors import Invalid, NotAllowed, NotFound
from domain.run_plan import RunOptions
from infrastructure.sample import BE_NURSING, sample_tariff
from infrastructure.store.opening import Store
from tests.application.conftest import MakeOffice
from tests.application.fakes import Interrupting
from tests.application.office import MONTH, Office, context, row
from tests.domain.builders import COLLEAGUE, DOCTOR, GROUP, NURSE, OTHER_SSIN, SSIN, a_care, uid

FEE = a_care("425294", 2000)
TARIFFS, SINCE, INJECTION = sample_tariff(BE_NURSING), Date(2025, 1, 1), "990022"
PRESCRIBED = {"prescriber": DOCTOR, "prescription_date": SINCE}


# By hand


def test_lines_of_a_patient_on_a_date_form_a_billing_day(office: Office):
    who = office.patient().id
    first, second, other = office.record(who, a_care(), FEE) + office.record(who, day=16)
    assert first == second == day_id(office.where, who, Date(2026, 1, 15), 1)
    assert other != first
    assert [line.care for line in office.day(first).lines] == [a_care(), FEE]


def test_an_identical_second_line_is_kept_and_waits_for_a_word(office: Office):
    who = office.patient().id
    done = office.care.record(
        context(), office.where, [Entry(who, Date(2026, 1, 15), a_care(), n) for n in (7, 8)]
    ).result
    assert [(line.place, line.possible_duplicate) for line in done.lines] == [(7, False), (8, True)]
    line = done.lines[1]
    assert [held.code for held in office.bill().blocked] == ["possible_duplicate"]
    office.care.confirm(context(), line.day_id, line.line_id)
    assert [total.lines for total in office.bill().sendings] == [2]


def test_a_line_is_corrected_and_withdrawn_until_it_is_in_a_sending(office: Office):
    (day,) = office.record(office.patient().id)
    line = office.day(day).lines[0].line_id
    office.care.correct(context(), day, line, FEE)
    assert office.day(day).lines[0].care == FEE
    office.bill()
    for act in (
        lambda: office.care.correct(context(), day, line, a_care()),
        lambda: office.care.withdraw(context(), day, line),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_who_is_a_provider_changes_lines_of_that_provider_alone(office: Office):
    who, theirs = office.patient().id, a_care(provider=COLLEAGUE)
    day, _ = office.record(who, a_care(), theirs)
    mine, other = (line.line_id for line in office.day(day).lines)
    own = Caller("user:1", frozenset({"own_care"}), provider_ids=frozenset({provider_id(office.keys, NURSE)}))
    care, head = office.care, office.log.head()
    for act in (
        lambda: care.record(context(), office.where, [Entry(who, Date(2026, 1, 15), theirs)], own),
        lambda: care.correct(context(), day, other, a_care(), own),
        lambda: care.correct(context(), day, mine, theirs, own),
        lambda: care.withdraw(context(), day, other, own),
        lambda: care.confirm(context(), day, other, own),
        lambda: care.withdraw(context(), day, mine, replace(own, scopes=frozenset({"read"}))),
        lambda: care.withdraw(context(), day, mine, replace(own, provider_ids=frozenset())),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "care_not_own"
    assert office.log.head() == head
    care.correct(context(), day, mine, a_care(cents=731), own)
    care.withdraw(context(), day, mine, own)
    care.record(context(), office.where, [Entry(who, Date(2026, 1, 15), a_care())], own)
    care.withdraw(context(), day, other, replace(own, scopes=frozenset({"care"})))
    assert [(line.care.provider, line.withdrawn) for line in office.day(day).lines] == [
        (NURSE, True),
        (COLLEAGUE, True),
        (NURSE, False),
    ]


def test_why_a_line_was_withdrawn_stands_in_the_envelope(office: Office):
    who = office.patient().id
    (day,) = office.record(who)
    reason = "visite annulée"
    office.care.withdraw(context(reason=reason, reason_subject=who), day, office.day(day).lines[0].line_id)
    assert [recorded.meta.reason for recorded in office.log.history(day)] == ["", reason]
    assert office.day(day).active == ()
    assert office.bill().sendings == ()


def test_care_after_billing_opens_the_next_sequence(office: Office):
    who = office.patient().id
    (first,) = office.record(who)
    office.bill()
    (second,) = office.record(who, FEE)
    assert (office.day(first).sequence, office.day(second).sequence) == (1, 2)
    (third,) = office.record(who, a_care("425375"))
    assert third == second


def test_nobody_records_care_of_an_unknown_patient_or_of_another_establishment(office: Office, make_office: MakeOffice):
    other = make_office(details={"tpp_number": NURSE})
    assert other.where != office.where
    for who in (uid("nobody"), other.patient().id):
        with pytest.raises(NotFound):
            office.record(who)


def test_two_hands_entering_the_same_care_at_once_make_two_lines(store: Store, make_office: MakeOffice, office: Office):
    """The second decides afresh: it sees the first, takes another identity and is a possible duplicate."""
    log = Interrupting(store.log)
    racing = make_office(log=log)
    who = office.patient().id
    target = day_id(office.where, who, Date(2026, 1, 15), 1)
    log.after(lambda asked: target in asked, lambda: office.record(who))
    racing.record(who)
    lines = office.day(target).lines
    assert len({line.line_id for line in lines}) == 2
    assert [line.possible_duplicate for line in lines] == [False, True]


def test_three_hands_lose_no_line(office: Office):
    who = office.patient().id
    hands = [Thread(target=lambda n=n: office.record(who, a_care(time=f"080{n}"))) for n in range(3)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    day = office.day(day_id(office.where, who, Date(2026, 1, 15), 1))
    assert sorted(line.care.time for line in day.lines) == ["0800", "0801", "0802"]
    assert len({line.line_id for line in day.lines}) == 3


# By file


def test_the_same_file_twice_changes_nothing_and_says_so(office: Office):
    office.patient()
    rows = [row(2), row(3, care=FEE)]
    first = office.bring(rows)
    assert (first.outcome, first.added, first.rejected) == ("imported", 2, ())
    head = office.log.head()
    again = office.bring(rows)
    assert (again.outcome, again.added, again.import_id) == ("already_imported", 0, first.import_id)
    assert office.log.head() == head


def test_another_file_with_the_same_lines_adds_only_the_new(office: Office):
    office.patient()
    office.bring([row(2)])
    report = office.bring([row(2), row(3, care=FEE)])
    assert (report.outcome, report.added, report.unchanged, report.differences) == ("imported", 1, 1, ())
    assert office.bring([row(2), row(9, care=FEE)], content=b"third").outcome == "nothing_new"


def test_changed_values_are_shown_and_ask(office: Office):
    office.patient()
    office.bring([row(2), row(3, care=FEE)])
    head = office.log.head()
    changed = [row(2, care=a_care(cents=700, place="20")), row(3, care=FEE), row(4, day=16)]
    asked = office.bring(changed)
    assert (asked.outcome, asked.added, asked.corrected) == ("needs_consent", 0, 0)
    (difference,) = asked.differences
    assert (difference.line, difference.fields, difference.is_billed) == (2, ("amount_cents", "place"), False)
    assert office.log.head() == head
    taken = office.bring(changed, accept_changes=True)
    assert (taken.outcome, taken.added, taken.corrected, taken.unchanged) == ("imported", 1, 1, 1)
    assert office.day(difference.day_id).lines[0].care.amount_cents == 700


def test_a_later_file_gives_a_line_its_amount_or_takes_it_away(office: Office):
    office.patient()
    bare, given = [row(2, care=a_care(cents=0, is_priced=False, visit=2))], [row(2, care=a_care(visit=2))]
    assert office.bring(bare).added == 1
    assert [one.code for one in office.billing.preview(office.where, RunOptions(MONTH)).blocked] == ["tariff_missing"]
    head = office.log.head()
    assert office.bring(bare).outcome == "already_imported"
    asked = office.bring(given)
    assert (asked.outcome, office.log.head()) == ("needs_consent", head)
    (difference,) = asked.differences
    assert difference.fields == ("amount_cents", "patient_share_cents", "supplement_cents")
    day = difference.day_id
    taken = office.bring(given, accept_changes=True)
    assert (taken.outcome, taken.added, taken.corrected) == ("imported", 0, 1)
    assert [line.care for line in office.day(day).lines] == [a_care(visit=2)]
    office.bring(bare, content=b"bare again", accept_changes=True)
    assert [line.care for line in office.day(day).lines] == [bare[0].care]
    assert len({line.line_id for line in office.day(day).lines}) == 1


def test_once_it_was_priced_and_billed_the_same_file_still_changes_nothing(office: Office):
    office.patient()
    office.tariffs.accept(
        context(), office.where, office.tariffs.receive(context(), office.where, TARIFFS).result.message, SINCE
    )
    rows = [row(n, care=a_care(INJECTION, 0, is_priced=False, visit=n, **PRESCRIBED)) for n in (1, 2)]
    assert office.bring(rows).possible_duplicates == 0
    assert [total.days for total in office.bill().sendings] == [1]
    head = office.log.head()
    assert office.bring(rows, content=b"once more").outcome == "nothing_new"
    report = office.bring([row(1, care=a_care(INJECTION, 409, visit=1, **PRESCRIBED)), rows[1]], accept_changes=True)
    assert (report.outcome, report.corrected, [one.is_billed for one in report.differences]) == (
        "nothing_new",
        0,
        [True],
    )
    assert office.log.head() == head


def test_a_changed_line_in_a_sending_stays_as_it_is(office: Office):
    office.patient()
    office.bring([row(2)])
    office.bill()
    report = office.bring([row(2, care=a_care(cents=700))], accept_changes=True)
    assert (report.outcome, report.corrected) == ("nothing_new", 0)
    assert [difference.is_billed for difference in report.differences] == [True]


ODD = [
    row(2),
    row(3, "85073003329"),
    row(4, OTHER_SSIN),
    row(5, care=a_care(provider="41234503401", care_assistant="1")),
]


def test_every_row_that_is_not_taken_is_told_with_its_place_and_reason(office: Office):
    office.patient()
    report = office.bring(ODD, rejected=[Rejected(6, "units", "not_a_number")])
    assert (report.outcome, report.added) == ("imported", 1)
    assert [(r.line, r.field, r.code) for r in report.rejected] == [
        (3, "ssin", "ssin_invalid"),
        (4, "ssin", "patient_unknown"),
        (5, "care_assistant", "nihii_invalid"),
        (5, "provider", "nihii_invalid"),
        (6, "units", "not_a_number"),
    ]
    assert SSIN not in repr(report)


def test_a_rejected_row_of_the_same_file_is_taken_once_its_cause_is_mended(office: Office):
    office.patient()
    rows = [row(2), row(3, number=OTHER_SSIN)]
    assert [r.code for r in office.bring(rows).rejected] == ["patient_unknown"]
    assert office.bring(rows).outcome == "already_imported"
    office.patient(OTHER_SSIN)
    again = office.bring(rows)
    assert (again.outcome, again.added, again.unchanged, again.rejected) == ("imported", 1, 1, ())
    assert office.bring(rows).outcome == "already_imported"
    assert office.imports.undo(context(), again.import_id).result.lines == 2


def test_a_line_that_a_person_withdrew_does_not_come_back_with_the_next_file(office: Office):
    who = office.patient().id
    office.bring([row(2)])
    day = day_id(office.where, who, Date(2026, 1, 15), 1)
    (line,) = office.day(day).active
    office.care.withdraw(context(), day, line.line_id)
    report = office.bring([row(2), row(3, day=16)])
    assert (report.added, report.unchanged) == (1, 1)
    assert office.day(day).active == ()


def test_a_line_reference_must_not_lead_to_a_person(office: Office):
    who = office.patient().id
    dotted = f"{SSIN[:2]}.{SSIN[2:4]}.{SSIN[4:6]}-{SSIN[6:9]}.{SSIN[9:]}"
    report = office.bring([row(2, care=a_care(line_ref=f"P{dotted}")), row(3, care=a_care(line_ref="P-12345678901"))])
    assert [(r.line, r.code) for r in report.rejected] == [(2, "line_ref_personal")]
    with pytest.raises(Invalid, match="line_ref"):
        office.record(who, a_care(line_ref=SSIN))


def test_on_request_one_bad_row_refuses_the_file(office: Office):
    office.patient()
    head = office.log.head()
    report = office.bring(ODD, all_or_nothing=True)
    assert (report.outcome, report.added, len(report.rejected)) == ("rejected", 0, 4)
    assert office.log.head() == head
    assert office.bring(ODD[:1], all_or_nothing=True).outcome == "imported"


def test_possible_duplicates_of_a_file_are_counted(office: Office):
    office.patient()
    assert office.bring([row(2), row(3), row(4, care=a_care(derogation=1))]).possible_duplicates == 1


def test_an_import_is_undone_with_all_that_it_changed(office: Office):
    office.patient()
    office.bring([row(2)])
    report = office.bring([row(2, care=a_care(cents=700)), row(3, care=FEE), row(4, day=16)], accept_changes=True)
    (day,) = {difference.day_id for difference in report.differences}
    undone = office.imports.undo(context(), report.import_id).result
    assert undone.lines == 3
    assert [line.care for line in office.day(day).active] == [a_care()]
    assert [total.lines for total in office.bill().sendings] == [1]


def test_an_import_undone_can_be_brought_again(office: Office):
    office.patient()
    report = office.bring([row(2)])
    office.imports.undo(context(), report.import_id)
    with pytest.raises(NotAllowed):
        office.imports.undo(context(), report.import_id)
    assert office.bring([row(2)]).outcome == "imported"
    assert office.imports.undo(context(), report.import_id).result.lines == 1


def test_an_import_is_not_undone_once_something_of_it_is_in_a_sending(office: Office):
    office.patient()
    report = office.bring([row(2), row(3, day=16)])
    run = office.bill()
    head = office.log.head()
    with pytest.raises(NotAllowed, match="sending"):
        office.imports.undo(context(), report.import_id)
    assert office.log.head() == head
    assert run.run_id
    office.billing.cancel(context(), run.run_id)
    assert office.imports.undo(context(), report.import_id).result.lines == 2


def test_a_preview_of_a_file_writes_nothing(office: Office):
    office.patient()
    head = office.log.head()
    seen = office.imports.preview(office.where, b"file", ([row(2)], []), ImportOptions())
    taken = office.bring([row(2)], content=b"file")
    assert seen == taken
    assert office.log.head() > head
    assert office.imports.preview(office.where, b"file", ([row(2)], []), ImportOptions()).outcome == "already_imported"


def test_a_registered_colleague_may_be_named_in_a_file(office: Office):
    office.patient()
    assert office.bring([row(2, care=a_care(provider=COLLEAGUE))]).outcome == "imported"
    assert [held.code for held in office.bill().blocked] == ["provider_unknown"]
    assert GROUP != COLLEAGUE


def test_lines_counted_together_count_as_many(office: Office):
    office.patient()
    report = office.bring(
        [row(2)], rejected=[Rejected(3, "date", "date_invalid"), Rejected(99, "", "more_rejected", 96)]
    )
    assert (report.outcome, report.added, len(report.rejected)) == ("imported", 1, 2)
    state = inbox.fold_import(office.log.load([report.import_id])[report.import_id])
    assert state
    assert state.accepted.rejected == 97
