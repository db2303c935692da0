"""The sending: whatever the order of answers, the same facts give the same status; what contradicts itself shows."""

from datetime import date as Date
from itertools import combinations, permutations
from typing import Any

import pytest

from domain import sending as sendings
from domain.errors import NotFound
from domain.sending import (
    FundTotal,
    RejectionConfirmed,
    SendingAcceptedForProcessing,
    SendingAcknowledged,
    SendingArchived,
    SendingCancelled,
    SendingEnvelopeRejected,
    SendingHandedOver,
    SendingHandOverFailed,
    SendingNotTreated,
    SendingRead,
    SendingRejected,
    SendingSettled,
    SendingTransmitted,
    SendingUnarchived,
    SettlementContested,
    TechnicallyAcknowledged,
)
from tests.domain.builders import SENDING, prepared
from tests.domain.spec import Spec

spec = Spec(lambda events: sendings.fold(events, SENDING))
MADE = prepared()
TODAY = Date(2026, 2, 2)
LEFT = SendingHandedOver(TODAY)
TRANSMITTED = SendingTransmitted()
ACKNOWLEDGED = SendingAcknowledged("m1", "OA1")
ENVELOPE = SendingEnvelopeRejected("m2", ("501/20",), duplicate=False)
ENVELOPE_TWICE = SendingEnvelopeRejected("m3", ("301/40",), duplicate=True)
PROCESSING = SendingAcceptedForProcessing("m4", "01666")
REJECTED = SendingRejected("m5", "10000", "01", duplicate=False)
REJECTED_TWICE = SendingRejected("m6", "05000", "01", duplicate=True)
SETTLED = SendingSettled("m7", 668, 600, 68, (FundTotal("131", 668, 600, 68, "ref"),), "00000")
CONTESTED = SettlementContested("m8", 668, 600, 0)
FETCHED = TechnicallyAcknowledged("m9", "100")
NOT_TREATED = SendingNotTreated("m10", "100", "CODE")
ANSWERS = (ACKNOWLEDGED, ENVELOPE, ENVELOPE_TWICE, PROCESSING, REJECTED, REJECTED_TWICE, SETTLED, CONTESTED)


@pytest.mark.parametrize("count", range(7))
def test_sof_52_any_order_of_answers_ends_in_the_same_state(count: int):
    for chosen in combinations(ANSWERS, count):
        first: Any = None
        for order in permutations(chosen):
            state = sendings.fold([MADE, LEFT, TRANSMITTED, *order], SENDING)
            first = first or state
            assert state == first


def test_an_answer_may_come_before_we_know_that_the_file_left():
    states = [sendings.fold([MADE, *order], SENDING) for order in permutations([LEFT, TRANSMITTED, ACKNOWLEDGED])]
    assert all(state == states[0] for state in states)


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([], "transmitted"),
        ([FETCHED], "transmitted"),
        ([NOT_TREATED], "outcome_unknown"),
        ([NOT_TREATED, ACKNOWLEDGED], "acknowledged"),
        ([ACKNOWLEDGED], "acknowledged"),
        ([ENVELOPE], "envelope_rejected"),
        ([ENVELOPE_TWICE], "outcome_unknown"),
        ([REJECTED_TWICE], "outcome_unknown"),
        ([ENVELOPE_TWICE, ACKNOWLEDGED], "acknowledged"),
        ([ACKNOWLEDGED, PROCESSING], "accepted_for_processing"),
        ([ACKNOWLEDGED, REJECTED], "rejected"),
        ([ENVELOPE, ACKNOWLEDGED], "envelope_rejected"),
        ([PROCESSING, CONTESTED], "accepted_for_processing"),
        ([ACKNOWLEDGED, PROCESSING, SETTLED], "settled"),
        ([REJECTED, SETTLED], "settled"),
        ([ENVELOPE_TWICE, SETTLED], "settled"),
    ],
)
def test_the_weightiest_answer_is_the_status(answers: list[object], status: str):
    assert spec.given(MADE, LEFT, TRANSMITTED, *answers).state.status == status


def test_that_the_union_fetched_it_says_that_it_arrived():
    assert spec.given(MADE, LEFT, FETCHED).state.status == "transmitted"
    for order in permutations([FETCHED, NOT_TREATED]):
        assert spec.given(MADE, LEFT, *order).state.status == "outcome_unknown"
    spec.given(MADE, LEFT, NOT_TREATED).when(sendings.resolve, arrived=False).refused("outcome_known")
    assert sendings.is_contradictory(spec.given(MADE, SendingCancelled(), FETCHED).state)


def test_the_way_out():
    assert spec.given(MADE).state.status == "prepared"
    assert not spec.given(MADE).state.is_out
    left = spec.given(MADE).when(sendings.hand_over, TODAY).then(LEFT)
    assert (left.status, left.is_out, left.transmitted_on) == ("outcome_unknown", True, TODAY)
    assert spec.given(MADE, LEFT, TRANSMITTED).state.status == "transmitted"
    back = spec.given(MADE, LEFT, SendingHandOverFailed()).state
    assert (back.status, back.is_out, back.transmitted_on) == ("prepared", False, None)


@pytest.mark.parametrize("fact", [LEFT, ACKNOWLEDGED, ENVELOPE, REJECTED, SETTLED, SendingCancelled()])
def test_only_a_prepared_sending_leaves_or_is_cancelled(fact: object):
    spec.given(MADE, fact).when(sendings.hand_over, TODAY).refused("sending_not_prepared")
    spec.given(MADE, fact).when(sendings.cancel).refused("sending_not_prepared")


def test_a_prepared_sending_is_cancelled():
    assert spec.given(MADE).when(sendings.cancel).then(SendingCancelled()).status == "cancelled"
    spec.given(MADE, LEFT, SendingHandOverFailed()).when(sendings.cancel).then(SendingCancelled())


def test_a_file_of_the_old_program_has_left_long_ago():
    state = spec.given(prepared(made_elsewhere=True)).state
    assert (state.status, state.transmitted_on) == ("transmitted", MADE.creation_date)
    spec.given(prepared(made_elsewhere=True)).when(sendings.hand_over, TODAY).refused("sending_not_prepared")
    spec.given(prepared(made_elsewhere=True)).when(sendings.cancel).refused("sending_not_prepared")


CONTRADICTIONS = {
    frozenset({ENVELOPE, ACKNOWLEDGED}),
    frozenset({ENVELOPE, PROCESSING}),
    frozenset({ENVELOPE, REJECTED}),
    frozenset({ENVELOPE, SETTLED}),
    frozenset({REJECTED, PROCESSING}),
    frozenset({REJECTED, SETTLED}),
}


@pytest.mark.parametrize("pair", list(combinations(ANSWERS, 2)))
def test_answers_that_exclude_each_other_are_flagged(pair: tuple[object, object]):
    state = spec.given(MADE, LEFT, TRANSMITTED, *pair).state
    assert sendings.is_contradictory(state) == (frozenset(pair) in CONTRADICTIONS)


@pytest.mark.parametrize("answer", ANSWERS)
def test_any_answer_to_a_cancelled_file_is_a_contradiction(answer: object):
    assert sendings.is_contradictory(spec.given(MADE, SendingCancelled(), answer).state)
    assert not sendings.is_contradictory(spec.given(MADE, SendingCancelled()).state)


def test_a_duplicate_refusal_is_released_by_a_person_only():
    given = spec.given(MADE, LEFT, ENVELOPE_TWICE)
    released = given.when(sendings.confirm_rejection).then(RejectionConfirmed())
    assert (released.status, sendings.is_contradictory(released)) == ("rejected", False)


def test_and_contradicts_a_sign_of_life_that_comes_later():
    for alive in (ACKNOWLEDGED, PROCESSING, SETTLED):
        history = (MADE, LEFT, ENVELOPE_TWICE, RejectionConfirmed(), alive)
        assert sendings.is_contradictory(spec.given(*history).state)


@pytest.mark.parametrize("alive", [ACKNOWLEDGED, PROCESSING, REJECTED, SETTLED])
def test_a_duplicate_refusal_of_a_living_file_is_not_released(alive: object):
    spec.given(MADE, LEFT, ENVELOPE_TWICE, alive).when(sendings.confirm_rejection).refused("no_duplicate_refusal")


@pytest.mark.parametrize("history", [(), (LEFT,), (ENVELOPE,), (REJECTED,), (ENVELOPE_TWICE, RejectionConfirmed())])
def test_only_a_duplicate_refusal_is_released(history: tuple[object, ...]):
    spec.given(MADE, *history).when(sendings.confirm_rejection).refused("no_duplicate_refusal")


@pytest.mark.parametrize(
    ("accepted", "refused", "outcome"),
    [(668, 0, "in_full"), (600, 68, "in_part"), (0, 668, "refused"), (0, 0, "in_full")],
)
def test_ref_02_the_outcome_says_how_much_of_it_was_accepted(accepted: int, refused: int, outcome: str):
    settled = SendingSettled("m", accepted + refused, accepted, refused, ())
    assert spec.given(MADE, LEFT, settled).state.outcome == outcome
    assert spec.given(MADE, LEFT).state.outcome == "none"


def test_a_contested_settlement_has_no_outcome():
    assert spec.given(MADE, LEFT, CONTESTED).state.outcome == "none"


@pytest.mark.parametrize(
    ("answers", "percentage"),
    [
        ([PROCESSING], "01666"),
        ([PROCESSING, SETTLED], "01666"),
        ([SETTLED], "00000"),
        ([PROCESSING, REJECTED], "10000"),
        ([REJECTED_TWICE], "05000"),
        ([REJECTED_TWICE, PROCESSING], "01666"),
        ([REJECTED_TWICE, REJECTED], "10000"),
        ([ACKNOWLEDGED], ""),
    ],
)
def test_the_error_percentage_is_that_of_the_weightiest_list(answers: list[object], percentage: str):
    for order in permutations(answers):
        assert spec.given(MADE, LEFT, *order).state.error_percentage == percentage


def test_sof_19_reading_and_archiving():
    assert spec.given(MADE, SETTLED).when(sendings.mark_read).then(SendingRead()).is_read
    spec.given(MADE, SETTLED, SendingRead()).when(sendings.mark_read).nothing()
    assert spec.given(MADE).when(sendings.archive, archived=True).then(SendingArchived()).is_archived
    spec.given(MADE, SendingArchived()).when(sendings.archive, archived=True).nothing()
    back = spec.given(MADE, SendingArchived()).when(sendings.archive, archived=False).then(SendingUnarchived())
    assert not back.is_archived
    assert back.status == "prepared"


@pytest.mark.parametrize("answer", [SETTLED, REJECTED, ENVELOPE])
def test_sof_19_what_nobody_read_is_not_archived(answer: object):
    spec.given(MADE, LEFT, answer).when(sendings.archive, archived=True).refused("answer_unread")
    spec.given(MADE, LEFT, answer, SendingRead()).when(sendings.archive, archived=True).then(SendingArchived())


def test_sof_19_a_later_last_word_is_to_be_read_and_back_in_sight():
    archived = (MADE, LEFT, SendingRead(), SendingArchived())
    assert spec.given(*archived, ACKNOWLEDGED).state.is_archived
    for answer in (SETTLED, REJECTED):
        state = spec.given(*archived, answer).state
        assert (state.is_read, state.is_archived) == (False, False)
    again = spec.given(MADE, LEFT, SETTLED, SendingRead(), SendingArchived(), ACKNOWLEDGED, CONTESTED).state
    assert (again.is_read, again.is_archived) == (True, True)


def test_a_sending_begins_with_its_preparation():
    with pytest.raises(NotFound):
        sendings.fold([ACKNOWLEDGED], SENDING)
    assert sendings.fold([], SENDING) is None


def test_a_sending_is_named_by_its_establishment_and_reference():
    one = sendings.sending_id(MADE.establishment_id, "20260000000001")
    assert one == sendings.sending_id(MADE.establishment_id, "20260000000001")
    assert one != sendings.sending_id(MADE.establishment_id, "20260000000002")
    assert one != sendings.sending_id(SENDING, "20260000000001")
