"""Rules that decide by themselves: what one may say, when it is on, and which refusals it means."""

from datetime import date as Date
from uuid import UUID

import pytest

from application.corrections import Corrections
from application.rule_trial import Refused, matching, trial
from domain import correction_rule as rules
from domain.correction_rule import RuleSpec, RuleSwitchedOff, RuleSwitchedOn, rule_of, specified
from domain.errors import Invalid, NotAllowed, NotFound
from tests.application.office import Office, context
from tests.application.test_corrections import refused_day

WHERE, DAY, OTHER, FIRST, SECOND = (UUID(int=number) for number in range(1, 6))
REBILL, GIVE_UP = specified(["500518"], "rebill"), specified(["500518"], "justified", reason="too little")


@pytest.fixture
def desk(office: Office) -> Corrections:
    return Corrections(office.log, office.billing)


def refused(code: str, day: UUID = DAY, sending: UUID = FIRST, *, whole: bool = True, union: str = "200") -> Refused:
    return Refused(day, sending, union, code, 1_000, whole, "none", "undecided")


def test_a_rule_is_named_by_what_it_says_whatever_its_order_and_reason() -> None:
    one = specified([" 500522", "500518", "500518"], "rebill", "200")
    assert one.codes == ("500518", "500522")
    assert rules.rule_id(WHERE, one) == rules.rule_id(WHERE, specified(["500518", "500522"], "rebill", "200"))
    assert rules.rule_id(WHERE, GIVE_UP) == rules.rule_id(WHERE, specified(["500518"], "justified", reason="other"))
    others = [
        REBILL,
        GIVE_UP,
        specified(["500518"], "rebill", "200"),
        specified(["500522"], "rebill"),
        specified(["500522"], "rebill", is_after_cure=True),
    ]
    assert len({rules.rule_id(where, spec) for where in (WHERE, OTHER) for spec in others}) == 2 * len(others)


@pytest.mark.parametrize(
    ("codes", "decision", "union", "is_after_cure", "code"),
    [
        ([], "rebill", "", False, "refusal_code_invalid"),
        ([" "], "rebill", "", False, "refusal_code_invalid"),
        (["5005-18"], "rebill", "", False, "refusal_code_invalid"),
        ([f"{number:06d}" for number in range(21)], "rebill", "", False, "refusal_code_invalid"),
        (["500518"], "credit_note", "", False, "rule_decision"),
        (["500518"], "none", "", False, "rule_decision"),
        (["500518"], "rebill", "999", False, "field_invalid"),
        (["500518"], "rebill", "", True, "rule_cure_unseen"),
        (["500522", "500518"], "rebill", "", True, "rule_cure_unseen"),
        (["500522"], "justified", "", True, "rule_cure_unseen"),
    ],
)
def test_what_no_rule_can_be(codes: list[str], decision: str, union: str, is_after_cure: bool, code: str) -> None:
    with pytest.raises(Invalid) as wrong:
        specified(codes, decision, union, is_after_cure=is_after_cure)
    assert wrong.value.code == code


def test_on_off_and_on_again_with_what_was_seen_last() -> None:
    stream = rules.switch_on(None, WHERE, GIVE_UP, "a" * 64)
    assert stream == [RuleSwitchedOn(WHERE, ("500518",), "justified", "a" * 64, why="too little")]
    state = rules.fold(stream)
    assert state is not None
    assert (state.spec, state.is_on, state.dry_run) == (GIVE_UP, True, "a" * 64)
    with pytest.raises(NotAllowed):
        rules.switch_on(state, WHERE, GIVE_UP, "b" * 64)
    stream += rules.switch_off(state)
    assert stream[-1] == RuleSwitchedOff(WHERE)
    state = rules.fold(stream)
    assert state is not None
    assert not state.is_on
    assert rules.switch_off(state) == []
    state = rules.fold([*stream, *rules.switch_on(state, WHERE, GIVE_UP, "b" * 64)])
    assert state is not None
    assert (state.is_on, state.dry_run) == (True, "b" * 64)
    with pytest.raises(NotFound):
        rules.switch_off(None)
    with pytest.raises(Invalid):
        rules.switch_on(None, WHERE, specified(["500518"], "justified", reason="  x "), "a" * 64)
    assert specified(["500518"], "rebill", reason="not asked for").reason == ""


def test_only_a_rule_acts_as_a_rule() -> None:
    assert rule_of(f"rule:{DAY}") == DAY
    assert [rule_of(actor) for actor in ("rule", "rule:", "rule:x", f"user:{DAY}", "operator")] == [None] * 5


def test_a_rule_means_days_refused_for_its_codes_and_for_nothing_else() -> None:
    mixed = [refused("500518"), refused("500302")]
    alone = refused("500518", OTHER)
    assert [found.day_id for found in matching(REBILL, [*mixed, alone])] == [OTHER]
    both = specified(["500518", "500302"], "rebill")
    assert [(found.day_id, found.cents) for found in matching(both, [*mixed, alone])] == [(DAY, 2_000), (OTHER, 1_000)]
    of_another = specified(["500518"], "rebill", "100")
    assert matching(of_another, [alone]) == []
    assert len(matching(of_another, [refused("500518", union="100"), alone])) == 1


def test_what_was_paid_for_less_is_given_up_but_not_billed_again() -> None:
    less, whole = refused("501940", whole=False), refused("500518")
    assert [found.cents for found in matching(REBILL, [less, whole])] == [1_000]
    assert matching(GIVE_UP, [less, whole]) == [], "giving up would give up the other one, too"
    assert matching(specified(["501940"], "rebill"), [less]) == []
    assert len(matching(specified(["501940"], "justified"), [less])) == 1


def test_what_waits_of_several_answers_counts_together() -> None:
    rest, new = refused("501940", whole=False), refused("500518", sending=SECOND)
    assert len(matching(GIVE_UP, [rest, new])) == 1
    assert matching(GIVE_UP, [rest, new], by_day=True) == []


def test_a_trial_tells_each_day_once_and_its_name_covers_all_that_is_shown() -> None:
    since, until = Date(2026, 8, 1), Date(2026, 11, 22)
    again = Refused(DAY, SECOND, "200", "500518", 1_000, True, "none", "undecided")
    paid = Refused(DAY, FIRST, "200", "500518", 1_000, True, "rebill", "refused")
    made = trial(WHERE, REBILL, since, until, [paid, again, refused("500518", OTHER)])
    assert (made.days, made.cents) == (2, 2_000)
    assert {(one.decision, one.outcome, one.days) for one in made.became} == {
        ("rebill", "refused", 1),
        ("none", "undecided", 1),
    }

    def named(spec: RuleSpec, *found: Refused, where: UUID = WHERE) -> str:
        return trial(where, spec, since, until, found).sha256

    names = {
        named(REBILL),
        named(GIVE_UP),
        named(REBILL, where=OTHER),
        named(specified(["500518"], "rebill", "200")),
        named(REBILL, refused("500518")),
        named(REBILL, refused("500518", OTHER)),
        named(REBILL, paid),
    }
    assert len(names) == 7
    assert named(REBILL, refused("500518"), refused("500518", OTHER)) == named(
        REBILL, refused("500518", OTHER), refused("500518")
    )


def test_what_anybody_decided_proposed_or_took_back_is_left_to_people(office: Office, desk: Corrections) -> None:
    day_id, _ = refused_day(office, 0, 1)
    first = office.day(day_id)
    assert desk.decide(context(), office.where, [day_id], "rebill").result.day_ids == (day_id,)

    def left() -> list[tuple[str, tuple[UUID, ...]]]:
        done = desk.decide(context(), office.where, [day_id], "rebill_elsewhere", is_first=True).result
        assert done.day_ids == ()
        return [(one.code, one.day_ids) for one in done.left]

    assert left() == [("correction_decided_before", (day_id,))]
    desk.restore(context(), office.where, [day_id])
    assert office.day(day_id) == first
    assert left() == [("correction_decided_before", (day_id,))]
