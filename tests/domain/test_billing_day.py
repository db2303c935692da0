"""The billing day: recorded, billed, answered, returned, billed again; nothing of it is ever forgotten."""

from datetime import date as Date
from datetime import timedelta
from typing import Any

import pytest

from domain import billing_day as days
from domain.answer import Reason
from domain.care import CareLine
from domain.care_entry import place
from domain.day_events import (
    AmountConfirmed,
    CareRecorded,
    DayAcceptedByInsurer,
    DayBilled,
    DayPartlyRefusedByInsurer,
    DayPriced,
    DayRefusedByInsurer,
    DayReinstated,
    DayReturned,
    DuplicateConfirmed,
    LineCorrected,
    LineVerdict,
    LineWithdrawn,
    TimeBarLifted,
)
from domain.errors import Invalid, NotFound
from domain.rules.limits import last_sendable_day
from tests.domain.builders import DAY, MESSAGE, PATIENT, SENDING, WHERE, a_care, billed, ids_of, recorded, uid
from tests.domain.spec import Given, Spec

spec = Spec(days.fold)
FEE, TOILET = a_care("425294", 2000), a_care("425110", 668)
RECORDED = recorded(FEE, TOILET)
FIRST, SECOND = ids_of(RECORDED)
BILLED = billed(RECORDED)
INVOICE = uid("invoice")
ACCEPTED = DayAcceptedByInsurer(SENDING, MESSAGE, PATIENT, 2668)
OTHER = uid("other sending")


def said(line: Any, asked: int, got: int, kind: Any = "refused", *codes: str) -> LineVerdict:
    return LineVerdict(line, kind, asked, got, tuple(Reason("R", code) for code in codes))


# Recording, correcting, withdrawing


def test_recorded_care_opens_the_day():
    day = spec.given().when(days.record, RECORDED).then(RECORDED)
    assert (day.date, day.sequence, day.is_prepared) == (DAY, 1, True)
    assert [line.care for line in day.active] == [FEE, TOILET]


def test_no_lines_record_nothing():
    spec.given().when(days.record, CareRecorded(WHERE, PATIENT, DAY, 1, ())).nothing()


def test_more_care_joins_a_prepared_day():
    more = CareRecorded(WHERE, PATIENT, DAY, 1, (CareLine(uid("line"), a_care("425375")),), uid("import"))
    day = spec.given(RECORDED).when(days.record, more).then(more)
    assert [line.import_id for line in day.lines] == [None, None, uid("import")]


def test_a_day_in_a_sending_takes_no_care():
    spec.given(RECORDED, BILLED).when(days.record, RECORDED).refused("day_billed")


def test_every_other_event_needs_recorded_care_first():
    with pytest.raises(NotFound):
        days.fold([BILLED])


def test_a_line_is_corrected_once():
    right = a_care("425294", 2100)
    given = spec.given(RECORDED)
    day = given.when(days.correct, FIRST, right).then(LineCorrected(PATIENT, FIRST, right))
    assert [line.care for line in day.lines] == [right, TOILET]
    given.when(days.correct, FIRST, FEE).nothing()


def test_a_line_is_withdrawn_once_and_stays_in_the_stream():
    day = spec.given(RECORDED).when(days.withdraw, SECOND).then(LineWithdrawn(SECOND))
    assert [line.line_id for line in day.active] == [FIRST]
    assert [line.withdrawn for line in day.lines] == [False, True]
    spec.given(RECORDED, LineWithdrawn(SECOND)).when(days.withdraw, SECOND).refused("line_unknown", NotFound)


CHANGES = [
    (days.correct, (FIRST, a_care())),
    (days.withdraw, (FIRST,)),
    (days.confirm, (FIRST,)),
]


@pytest.mark.parametrize(("command", "arguments"), CHANGES)
def test_a_line_that_is_not_there_is_not_changed(command: Any, arguments: Any):
    spec.given(RECORDED).when(command, uid("no line"), *arguments[1:]).refused("line_unknown", NotFound)
    spec.given(RECORDED, LineWithdrawn(FIRST)).when(command, *arguments).refused("line_unknown", NotFound)


@pytest.mark.parametrize(("command", "arguments"), CHANGES)
def test_ref_05_a_line_in_a_sending_is_not_changed(command: Any, arguments: Any):
    spec.given(RECORDED, BILLED).when(command, *arguments).refused("day_billed")
    spec.given(RECORDED, BILLED, ACCEPTED).when(command, *arguments).refused("day_billed")


@pytest.mark.parametrize(("command", "arguments"), CHANGES)
def test_a_line_of_a_returned_day_is(command: Any, arguments: Any):
    back = (RECORDED, BILLED, DayReturned(SENDING, "rejected"))
    assert spec.given(*back).when(command, *arguments).state() != days.fold(back)


# Possible duplicates

TWIN = CareRecorded(WHERE, PATIENT, DAY, 1, (CareLine(uid("twin"), FEE, possible_duplicate=True),))


def test_a_person_confirms_a_possible_duplicate_once():
    day = spec.given(RECORDED, TWIN).when(days.confirm, uid("twin")).then(DuplicateConfirmed(uid("twin")))
    assert not any(line.possible_duplicate for line in day.lines)
    spec.given(RECORDED, TWIN, DuplicateConfirmed(uid("twin"))).when(days.confirm, uid("twin")).nothing()


def test_or_gives_it_a_derogation_code():
    right = a_care("425294", 2000, derogation=3)
    day = spec.given(RECORDED, TWIN).when(days.correct, uid("twin"), right).state()
    assert not any(line.possible_duplicate for line in day.lines)


def test_any_other_correction_leaves_the_doubt():
    day = spec.given(RECORDED, TWIN).when(days.correct, uid("twin"), a_care("425294", 2000, place="1")).state()
    assert day.lines[-1].possible_duplicate


# The time-bar


def test_a_registered_letter_lifts_the_time_bar():
    lifted = TimeBarLifted(PATIENT, "RR 12", Date(2026, 1, 2))
    given = spec.given(RECORDED)
    assert given.when(days.lift_time_bar, "RR 12", Date(2026, 1, 2)).then(lifted).time_bar_proof == "RR 12"
    spec.given(RECORDED, lifted).when(days.lift_time_bar, "RR 12", Date(2026, 1, 2)).nothing()
    spec.given(RECORDED, BILLED).when(days.lift_time_bar, "RR 12", Date(2026, 1, 2)).refused("day_billed")
    given.when(days.lift_time_bar, " ", Date(2026, 1, 2)).refused("field_invalid", Invalid)
    last = last_sendable_day(RECORDED.date)
    given.when(days.lift_time_bar, "RR 12", last).then(TimeBarLifted(PATIENT, "RR 12", last))
    given.when(days.lift_time_bar, "RR 12", last + timedelta(days=1)).refused("letter_too_late", Invalid)


# Billing and giving back


def test_sof_51_a_prepared_day_is_billed_with_a_record_number_for_each_active_line():
    given = spec.given(RECORDED, LineWithdrawn(SECOND))
    day = given.when(days.bill, SENDING, INVOICE, (3,)).then(DayBilled(SENDING, INVOICE, (3,)))
    assert (day.sending_id, day.invoice_id, day.records, day.is_prepared) == (SENDING, INVOICE, (3,), False)


def test_a_day_is_never_in_two_sendings():
    spec.given(RECORDED, BILLED).when(days.bill, OTHER, INVOICE, (3, 4)).refused("day_billed")
    spec.given(RECORDED, BILLED, ACCEPTED).when(days.bill, OTHER, INVOICE, (3, 4)).refused("day_billed")


def test_a_day_that_changed_since_it_was_planned_is_not_billed():
    spec.given(RECORDED).when(days.bill, SENDING, INVOICE, (3,)).refused("day_changed")


def test_a_rejected_file_gives_its_days_back():
    returned = DayReturned(SENDING, "rejected")
    day = spec.given(RECORDED, BILLED).when(days.give_back, SENDING, "rejected").then(returned)
    assert (day.is_prepared, day.verdict, day.returned_from) == (True, "none", SENDING)


def test_giving_back_twice_or_from_another_sending_changes_nothing():
    spec.given(RECORDED, BILLED, DayReturned(SENDING, "rejected")).when(days.give_back, SENDING, "rejected").nothing()
    spec.given(RECORDED, BILLED).when(days.give_back, OTHER, "rejected").nothing()
    spec.given(RECORDED).when(days.give_back, SENDING, "run_cancelled").nothing()


def test_a_settled_day_is_not_given_back():
    spec.given(RECORDED, BILLED, ACCEPTED).when(days.give_back, SENDING, "rejected").nothing()


def test_a_returned_day_is_billed_again():
    given = spec.given(RECORDED, BILLED, DayReturned(SENDING, "envelope_rejected"))
    day = given.when(days.bill, OTHER, INVOICE, (7, 8)).state()
    assert (day.sending_id, day.records, day.returned_from) == (OTHER, (7, 8), None)


# What the insurer says


def in_sending() -> Given:
    return spec.given(RECORDED, BILLED)


def test_sof_55_a_day_of_which_nothing_is_said_is_accepted():
    day = in_sending().when(days.settle, SENDING, MESSAGE, ()).then(ACCEPTED)
    assert (day.verdict, day.accepted_cents, day.refused_cents, day.settled_by) == ("accepted", 2668, 0, MESSAGE)


def test_ref_05_a_refused_line_refuses_part_of_the_day():
    verdict = said(SECOND, 668, 0, "refused", "502255")
    expected = DayPartlyRefusedByInsurer(SENDING, MESSAGE, PATIENT, 2000, 668, (verdict,))
    day = in_sending().when(days.settle, SENDING, MESSAGE, [verdict]).then(expected)
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("mixed", 2000, 668)
    assert [line.said for line in day.lines] == [None, verdict]


def test_ref_05_all_lines_refused_refuse_the_day():
    verdicts = (said(FIRST, 2000, 0), said(SECOND, 668, 0))
    expected = DayRefusedByInsurer(SENDING, MESSAGE, PATIENT, 2668, verdicts)
    day = in_sending().when(days.settle, SENDING, MESSAGE, verdicts).then(expected)
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("refused", 0, 2668)


def test_a_line_accepted_for_less_makes_the_day_mixed():
    verdict = said(FIRST, 2000, 1500, "accepted_less")
    day = in_sending().when(days.settle, SENDING, MESSAGE, [verdict]).state()
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("mixed", 2168, 500)


def test_a_remark_on_an_accepted_line_is_kept():
    verdict = LineVerdict(
        FIRST, "accepted", 2000, 2000, (Reason("E", "502720"),), (Reason("R", "521919"),), "see letter"
    )
    day = in_sending().when(days.settle, SENDING, MESSAGE, [verdict]).state()
    assert (day.verdict, day.lines[0].said) == ("accepted", verdict)


FLAT, VISIT = a_care("425272", 1800), a_care("425110", 0, service_norm=9)
FLAT_DAY = recorded(VISIT, VISIT, FLAT)


def test_a_refused_flat_fee_is_a_refused_day_whatever_its_statistical_lines():
    *_, fee = ids_of(FLAT_DAY)
    verdict = said(fee, 1800, 0)
    day = spec.given(FLAT_DAY, billed(FLAT_DAY)).when(days.settle, SENDING, MESSAGE, [verdict]).state()
    assert (day.verdict, day.refused_cents) == ("refused", 1800)


def test_a_refused_statistical_line_leaves_the_flat_fee_accepted():
    visit, *_ = ids_of(FLAT_DAY)
    day = spec.given(FLAT_DAY, billed(FLAT_DAY)).when(days.settle, SENDING, MESSAGE, [said(visit, 0, 0)]).state()
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("mixed", 1800, 0)


def test_a_day_of_statistical_lines_alone_is_judged_by_them():
    opening = recorded(VISIT, VISIT)
    verdicts = [said(line, 0, 0) for line in ids_of(opening)]
    given = spec.given(opening, billed(opening))
    assert given.when(days.settle, SENDING, MESSAGE, verdicts).state().verdict == "refused"
    assert given.when(days.settle, SENDING, MESSAGE, verdicts[:1]).state().verdict == "mixed"


def test_a_credit_note_is_settled_in_negative_amounts():
    opening = recorded(a_care("425294", -2000, units=-1), a_care("425110", -668, units=-1))
    first, second = ids_of(opening)
    given = spec.given(opening, billed(opening))
    accepted = given.when(days.settle, SENDING, MESSAGE, ()).state()
    assert (accepted.verdict, accepted.accepted_cents, accepted.refused_cents) == ("accepted", -2668, 0)
    part = given.when(days.settle, SENDING, MESSAGE, [said(second, -668, 0)]).state()
    assert (part.verdict, part.accepted_cents, part.refused_cents) == ("mixed", -2000, -668)
    whole = given.when(days.settle, SENDING, MESSAGE, [said(first, -2000, 0), said(second, -668, 0)]).state()
    assert (whole.verdict, whole.accepted_cents, whole.refused_cents) == ("refused", 0, -2668)


def test_a_day_is_settled_once_and_by_its_own_sending():
    spec.given(RECORDED, BILLED, ACCEPTED).when(days.settle, SENDING, "b" * 64, [said(FIRST, 2000, 0)]).nothing()
    in_sending().when(days.settle, OTHER, MESSAGE, ()).nothing()


def test_billing_again_forgets_no_verdict_but_starts_without_one():
    refused = DayRefusedByInsurer(SENDING, MESSAGE, PATIENT, 2668, (said(FIRST, 2000, 0),))
    again = DayBilled(OTHER, INVOICE, (3, 4))
    day = spec.given(RECORDED, BILLED, refused, again).state
    assert (day.verdict, day.refused_cents, [line.said for line in day.lines]) == ("none", 0, [None, None])


# A settlement after a rejection


def test_a_day_returned_from_a_sending_is_reinstated_in_it():
    returned = DayReturned(SENDING, "rejected")
    given = spec.given(RECORDED, BILLED, returned)
    day = given.when(days.reinstate, SENDING, INVOICE).then(DayReinstated(SENDING, INVOICE))
    assert day == spec.given(RECORDED, BILLED).state


def test_but_not_when_it_is_in_another_sending_or_was_never_in_this_one():
    returned = DayReturned(SENDING, "rejected")
    again = DayBilled(OTHER, INVOICE, (3, 4))
    spec.given(RECORDED, BILLED, returned, again).when(days.reinstate, SENDING, INVOICE).nothing()
    spec.given(RECORDED).when(days.reinstate, SENDING, INVOICE).nothing()
    spec.given(RECORDED, BILLED, returned).when(days.reinstate, OTHER, INVOICE).nothing()


def test_record_numbers_do_not_outlive_new_care():
    """One line withdrawn and one added leave as many lines as were sent, but not the same ones."""
    more = CareRecorded(WHERE, PATIENT, DAY, 1, (CareLine(uid("new"), a_care("425375", 668)),))
    day = spec.given(RECORDED, BILLED, DayReturned(SENDING, "rejected"), LineWithdrawn(SECOND), more).state
    assert len(day.active) == 2
    assert day.records == ()


# Undoing an import

IMPORT = uid("import")
IMPORTED = recorded(FEE, TOILET, import_id=IMPORT)


def undone(*history: object, import_id: Any = IMPORT) -> list[object]:
    return days.undo_import(history, import_id)


def test_undoing_an_import_withdraws_the_lines_that_it_brought():
    assert undone(IMPORTED) == [LineWithdrawn(FIRST, IMPORT), LineWithdrawn(SECOND, IMPORT)]


def test_and_no_others():
    by_hand = CareRecorded(WHERE, PATIENT, DAY, 1, (CareLine(uid("by hand"), a_care("425375")),))
    assert undone(RECORDED) == []
    assert undone(IMPORTED, by_hand, LineWithdrawn(FIRST)) == [LineWithdrawn(SECOND, IMPORT)]
    assert undone() == []


def test_and_gives_back_the_values_that_it_changed():
    changed = LineCorrected(PATIENT, FIRST, a_care("425294", 2100), IMPORT)
    assert undone(RECORDED, changed) == [LineCorrected(PATIENT, FIRST, FEE)]


def test_the_first_value_before_the_import_comes_back():
    by_hand = LineCorrected(PATIENT, FIRST, a_care("425294", 1900))
    changed = LineCorrected(PATIENT, FIRST, a_care("425294", 2100), IMPORT)
    assert undone(RECORDED, by_hand, changed) == [LineCorrected(PATIENT, FIRST, by_hand.care)]


def test_a_later_correction_by_hand_stays():
    changed = LineCorrected(PATIENT, FIRST, a_care("425294", 2100), IMPORT)
    by_hand = LineCorrected(PATIENT, FIRST, a_care("425294", 2200))
    assert undone(RECORDED, changed, by_hand) == []


def test_a_line_that_was_withdrawn_since_stays_withdrawn():
    changed = LineCorrected(PATIENT, FIRST, a_care("425294", 2100), IMPORT)
    assert undone(RECORDED, changed, LineWithdrawn(FIRST)) == []


def test_an_import_undone_and_taken_again_is_undone_again():
    again = CareRecorded(WHERE, PATIENT, DAY, 1, (CareLine(uid("again"), FEE),), IMPORT)
    history = [IMPORTED, *undone(IMPORTED), again]
    assert undone(*history) == [LineWithdrawn(uid("again"), IMPORT)]


@pytest.mark.parametrize("history", [(IMPORTED,), (RECORDED, LineCorrected(PATIENT, FIRST, TOILET, IMPORT))])
def test_an_import_is_not_undone_once_a_day_of_it_is_in_a_sending(history: tuple[object, ...]):
    with pytest.raises(days.NotAllowed) as caught:
        undone(*history, BILLED)
    assert caught.value.code == "import_sent"
    assert undone(*history, BILLED, DayReturned(SENDING, "run_cancelled"))


def test_a_day_of_which_nothing_of_the_import_is_left_does_not_matter():
    assert undone(recorded(FEE, import_id=IMPORT), LineWithdrawn(FIRST), BILLED) == []


# An amount that is billed as it was given


def test_an_amount_is_confirmed_once_and_until_its_line_is_corrected():
    day = spec.given(RECORDED).when(days.confirm_amount, FIRST).then(AmountConfirmed(FIRST))
    assert [line.line_id for line in day.lines if line.is_amount_confirmed] == [FIRST]
    spec.given(RECORDED, AmountConfirmed(FIRST)).when(days.confirm_amount, FIRST).nothing()
    corrected = LineCorrected(PATIENT, FIRST, a_care("425294", 2001))
    day = spec.given(RECORDED, AmountConfirmed(FIRST), corrected).state
    assert not any(line.is_amount_confirmed for line in day.lines)


def test_no_amount_is_confirmed_where_none_was_given_or_the_day_is_billed():
    spec.given(VISITS).when(days.confirm_amount, WASHED).refused("line_unpriced")
    spec.given(RECORDED, BILLED).when(days.confirm_amount, FIRST).refused("day_billed")


# Lines without amounts, and the lines of the tariffs in their place

TOILET_DONE, INJECTION_DONE = a_care("990011", 0, is_priced=False), a_care("990022", 0, is_priced=False)
VISITS = recorded(TOILET_DONE, INJECTION_DONE, FEE, import_id=IMPORT)
WASHED, INJECTED, ASKED_BY_HAND = ids_of(VISITS)
DERIVED = tuple(CareLine(uid(f"derived {n}"), a_care(f"99030{n}", 400 + n, patient_share_cents=40)) for n in (1, 2, 3))
TARIFFS = "b" * 64
PRICED = DayPriced(PATIENT, TARIFFS, "110", "110", DERIVED, 2000 + 401 + 402 + 403, 4, "AKKOORD")
PRICED_BILLED = DayBilled(SENDING, INVOICE, (3, 4, 5, 6))


def active(day: Any) -> list[Any]:
    return [line.line_id for line in day.active]


def test_a_day_with_lines_without_amounts_is_not_billed():
    given = spec.given(VISITS)
    assert [line.line_id for line in given.state.unpriced] == [WASHED, INJECTED]
    given.when(days.bill, SENDING, INVOICE, (3, 4, 5)).refused("day_changed")


def test_lines_of_the_tariffs_stand_in_their_place_behind_those_that_have_amounts():
    day = spec.given(VISITS).when(days.price, DERIVED, TARIFFS, "110", "110", "AKKOORD").then(PRICED)
    assert active(day) == [ASKED_BY_HAND, *[line.line_id for line in DERIVED]]
    assert [line.is_told for line in day.lines] == [True, True, False, False, False, False]
    assert [line.is_derived for line in day.lines] == [False, False, False, True, True, True]
    assert day.unpriced == ()
    assert spec.given(VISITS, PRICED).when(days.bill, SENDING, INVOICE, (3, 4, 5, 6)).then(PRICED_BILLED).sending_id


def test_the_same_prices_again_change_nothing_and_others_replace_them():
    given = spec.given(VISITS, PRICED)
    given.when(days.price, DERIVED, TARIFFS, "110", "110", "AKKOORD").nothing()
    day = given.when(days.price, DERIVED[:1], "c" * 64, "111", "110").then(
        DayPriced(PATIENT, "c" * 64, "111", "110", DERIVED[:1], 2401, 2)
    )
    assert active(day) == [ASKED_BY_HAND, DERIVED[0].line_id]


def test_a_day_that_has_its_amounts_or_is_in_a_sending_takes_no_prices():
    spec.given(RECORDED).when(days.price, DERIVED, TARIFFS, "110", "110").refused("day_changed")
    spec.given(VISITS, LineWithdrawn(WASHED), LineWithdrawn(INJECTED)).when(
        days.price, DERIVED, TARIFFS, "110", "110"
    ).refused("day_changed")
    spec.given(VISITS, PRICED, PRICED_BILLED).when(days.price, DERIVED, TARIFFS, "110", "110").refused("day_billed")


MORE = CareRecorded(WHERE, PATIENT, DAY, 1, (CareLine(uid("more"), TOILET_DONE),))


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (LineCorrected(PATIENT, WASHED, INJECTION_DONE), [WASHED, INJECTED]),
        (LineCorrected(PATIENT, ASKED_BY_HAND, TOILET), [WASHED, INJECTED]),
        (LineWithdrawn(WASHED), [INJECTED]),
        (MORE, [WASHED, INJECTED, uid("more")]),
    ],
)
@pytest.mark.parametrize("returned", [(), (PRICED_BILLED, DayReturned(SENDING, "rejected"))], ids=["", "returned"])
def test_a_change_to_what_was_done_asks_for_new_prices(change: Any, left: list[Any], returned: tuple[object, ...]):
    day = spec.given(VISITS, PRICED, *returned, change).state
    assert [line.line_id for line in day.unpriced] == left
    assert not any(line.is_derived or line.is_told for line in day.lines)
    assert day.records == ()


def test_what_was_recorded_is_what_a_person_changes():
    given = spec.given(VISITS, PRICED)
    given.when(days.correct, WASHED, INJECTION_DONE).then(LineCorrected(PATIENT, WASHED, INJECTION_DONE))
    given.when(days.withdraw, INJECTED).then(LineWithdrawn(INJECTED))
    for command, arguments in ((days.correct, (a_care(),)), (days.withdraw, ()), (days.confirm, ())):
        given.when(command, DERIVED[0].line_id, *arguments).refused("line_unknown", NotFound)


def test_a_returned_day_keeps_its_prices_and_is_reinstated_with_them():
    returned = spec.given(VISITS, PRICED, PRICED_BILLED, DayReturned(SENDING, "rejected"))
    assert active(returned.state) == [ASKED_BY_HAND, *[line.line_id for line in DERIVED]]
    day = returned.when(days.reinstate, SENDING, INVOICE).then(DayReinstated(SENDING, INVOICE))
    assert day.records == (3, 4, 5, 6)
    corrected = spec.given(
        VISITS, PRICED, PRICED_BILLED, DayReturned(SENDING, "rejected"), LineCorrected(PATIENT, WASHED, INJECTION_DONE)
    )
    again = corrected.when(days.price, DERIVED[:2], TARIFFS, "110", "110").state()
    assert active(again) == [ASKED_BY_HAND, DERIVED[0].line_id, DERIVED[1].line_id]


def test_an_insurer_speaks_of_the_lines_of_the_tariffs():
    given = spec.given(VISITS, PRICED, PRICED_BILLED)
    accepted = given.when(days.settle, SENDING, MESSAGE, ()).then(DayAcceptedByInsurer(SENDING, MESSAGE, PATIENT, 3206))
    assert accepted.accepted_cents == 3206
    verdict = said(DERIVED[0].line_id, 401, 0, "refused", "501940")
    mixed = given.when(days.settle, SENDING, MESSAGE, [verdict]).state()
    assert (mixed.verdict, mixed.accepted_cents, mixed.refused_cents) == ("mixed", 2805, 401)
    assert [line.said for line in mixed.lines] == [None, None, None, verdict, None, None]
    everything = [said(line.line_id, line.care.amount_cents, 0) for line in accepted.active]
    assert given.when(days.settle, SENDING, MESSAGE, everything).state().verdict == "refused"


def test_undoing_an_import_takes_out_visits_that_were_priced():
    assert undone(VISITS, PRICED) == [LineWithdrawn(line, IMPORT) for line in (WASHED, INJECTED, ASKED_BY_HAND)]
    assert days.fold([VISITS, PRICED, *undone(VISITS, PRICED)]).active == ()
    with pytest.raises(days.NotAllowed):
        undone(VISITS, PRICED, PRICED_BILLED)


def test_and_gives_back_what_it_had_changed_of_them():
    by_hand = recorded(TOILET_DONE)
    (washed,) = ids_of(by_hand)
    changed = LineCorrected(PATIENT, washed, INJECTION_DONE, IMPORT)
    assert undone(by_hand, changed, PRICED) == [LineCorrected(PATIENT, washed, TOILET_DONE)]


def test_a_file_brought_again_finds_the_visits_that_were_priced():
    day = days.fold([VISITS, PRICED])
    again = place(WHERE, PATIENT, DAY, [day], [TOILET_DONE, INJECTION_DONE, FEE], match=True)
    assert (again.added, again.changed, again.unchanged) == ((), (), 3)
    other = a_care("990011", 0, is_priced=False, visit=2)
    changed = place(WHERE, PATIENT, DAY, [day], [other], match=True).changed
    assert [(one.line.line_id, one.care) for one in changed] == [(WASHED, other)]
