"""What a settlement means line by line: letters, amounts, whole invoices, and figures that must add up."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.answer import AnswerRecord, FundSettlement
from domain.care import reference_of
from domain.day_events import LineVerdict
from domain.event import ERASED
from domain.invoice import invoice_id
from domain.settlement import Judgement, judge
from tests.domain.builders import Sent, a_care, answer, reason, settlement
from tests.effort import times

FEE, TOILET, VISIT = a_care("425294", 2000), a_care("425110", 668), a_care("425110", 0, service_norm=9)


def one_invoice(*cares: Any) -> Sent:
    return Sent(("131", [list(cares or (FEE, TOILET))]))


def judged(sent: Sent, *records: AnswerRecord, refused: int = 0, **values: Any) -> Judgement:
    """One fund that refuses so much."""
    asked = sum(line.care.amount_cents for line in sent.lines)
    values.setdefault("funds", (settlement("131", asked, refused),))
    return judge(answer(*records, **values), sent.invoices, sent.days)


def verdicts(made: Judgement) -> dict[str, Any]:
    """By line id, in text, over all days."""
    return {str(said.line_id): said for group in made.verdicts.values() for said in group}


def said_of(sent: Sent, made: Judgement, nth: int) -> LineVerdict | None:
    return verdicts(made).get(str(sent.lines[nth].line_id))


def kinds(made: Judgement) -> list[str]:
    return [doubt.kind for doubt in made.doubts]


# Letters and amounts


@pytest.mark.parametrize(
    ("letter", "paid", "verdict", "accepted"),
    [
        ("B", 0, "refused", 0),
        ("F", 0, "refused", 0),
        ("R", 0, "refused", 0),
        ("R", None, "refused", 0),
        ("R", 1500, "accepted_less", 1500),
        ("B", 1500, "accepted_less", 1500),
        ("R", 2000, "accepted", 2000),
        ("E", 2000, "accepted", 2000),
        ("S", 2000, "accepted", 2000),
        ("E", 1500, "accepted_less", 1500),
        ("S", 1500, "accepted_less", 1500),
        ("E", 0, "accepted", 2000),
        ("S", None, "accepted", 2000),
    ],
)
def test_ref_05_letter_and_amount_decide_a_line(letter: str, paid: int | None, verdict: str, accepted: int):
    sent = one_invoice()
    made = judged(sent, sent.echo(0, reason(f"{letter}502255"), accepted=paid), refused=2000 - accepted)
    said = said_of(sent, made, 0)
    assert said is not None
    assert (said.verdict, said.requested_cents, said.accepted_cents) == (verdict, 2000, accepted)
    assert [r.code for r in said.reasons] == ["502255"]
    assert (made.doubts, made.holds) == ((), True)
    assert (made.requested_cents, made.accepted_cents, made.refused_cents) == (2668, 668 + accepted, 2000 - accepted)
    assert said_of(sent, made, 1) is None, "a line that is not listed was accepted"


def test_the_worst_of_several_letters_counts_and_all_are_kept():
    sent = one_invoice()
    made = judged(sent, sent.echo(0, reason("E502720"), reason("R502255"), reason("S502740")), refused=2000)
    said = said_of(sent, made, 0)
    assert said is not None
    assert (said.verdict, [r.code for r in said.reasons]) == ("refused", ["502720", "502255", "502740"])


def test_an_innocent_echo_means_nothing():
    sent = one_invoice()
    for paid in (0, None, 2000):
        made = judged(sent, sent.echo(0, accepted=paid))
        assert (made.verdicts, made.holds) == ({}, True)


def test_an_echo_for_less_without_a_letter_is_accepted_for_less():
    sent = one_invoice()
    made = judged(sent, sent.echo(0, accepted=1900, comment="tarif 2025"), refused=100)
    said = said_of(sent, made, 0)
    assert said is not None
    assert (said.verdict, said.accepted_cents, said.comment) == ("accepted_less", 1900, "tarif 2025")


def test_a_comment_alone_is_kept_on_an_accepted_line():
    sent = one_invoice()
    said = said_of(sent, judged(sent, sent.echo(0, comment="see letter")), 0)
    assert said is not None
    assert (said.verdict, said.comment) == ("accepted", "see letter")


def test_a_refused_statistical_line_costs_nothing():
    sent = one_invoice(VISIT, FEE)
    made = judged(sent, sent.echo(0, reason("R500458")))
    said = said_of(sent, made, 0)
    assert said is not None
    assert (said.verdict, made.holds, made.refused_cents) == ("refused", True, 0)


def test_lines_of_a_credit_note_are_negative():
    sent = one_invoice(a_care("425294", -2000), a_care("425110", -668))
    whole = judged(sent)
    assert (whole.holds, whole.accepted_cents) == (True, -2668)
    part = judged(sent, sent.echo(1, reason("R502255")), refused=-668)
    assert (part.holds, part.accepted_cents, part.refused_cents) == (True, -2000, -668)
    less = judged(sent, sent.echo(0, reason("R502255"), accepted=-500), refused=-1500)
    said = said_of(sent, less, 0)
    assert said is not None
    assert (said.verdict, said.accepted_cents) == ("accepted_less", -500)


# Records 51 and 52 beside a line

READ = a_care("425294", 2000, reading_method="1")
COMMITTED = a_care("425294", 2000, reading_method="1", commitment_number="77")


def test_a_refused_reading_is_a_note_on_a_line_that_is_accepted_all_the_same():
    """A real 920900 echoes records 52 with R521919 without their record 50, and pays the lines."""
    sent = one_invoice(READ, TOILET)
    made = judged(sent, sent.beside(0, "52", reason("R521919"), comment="carte illisible"))
    said = said_of(sent, made, 0)
    assert said is not None
    assert (said.verdict, said.accepted_cents, said.reasons) == ("accepted", 2000, ())
    assert ([n.code for n in said.notes], said.comment) == (["521919"], "carte illisible")
    assert (made.doubts, made.holds) == ((), True)


def test_it_is_a_note_on_a_refused_line_too_whichever_record_comes_first():
    sent = one_invoice(READ, TOILET)
    records = (sent.beside(0, "52", reason("R521919")), sent.echo(0, reason("R502255"), comment="max"))
    for order in permutations(records):
        said = said_of(sent, judged(sent, *order, refused=2000), 0)
        assert said is not None
        assert (said.verdict, [n.code for n in said.notes], said.comment) == ("refused", ["521919"], "max")


def test_notes_of_both_records_meet_on_their_line():
    sent = one_invoice(TOILET, COMMITTED)
    made = judged(
        sent,
        sent.beside(1, "51", reason("R511503"), offset=1, comment="a"),
        sent.beside(1, "52", reason("R521919"), offset=2, comment="b"),
    )
    said = said_of(sent, made, 1)
    assert said is not None
    assert ([n.code for n in said.notes], said.comment) == (["511503", "521919"], "a / b")
    assert said_of(sent, made, 0) is None


def test_an_innocent_record_52_says_nothing():
    sent = one_invoice(READ, TOILET)
    assert judged(sent, sent.beside(0, "52")).verdicts == {}


# Whole invoices


@pytest.mark.parametrize("kind", ["20", "80"])
@pytest.mark.parametrize("letter", ["F", "B"])
def test_a_refused_invoice_refuses_all_its_lines_and_no_others(kind: str, letter: str):
    sent = Sent(("131", [[FEE], [TOILET]]), ("131", [[FEE]]))
    made = judged(sent, sent.frame(0, kind, reason(f"{letter}200820")), refused=2668)
    assert made.holds
    assert [said_of(sent, made, n) and said_of(sent, made, n).verdict for n in range(3)] == [
        "refused",
        "refused",
        None,
    ]


def test_its_listed_lines_keep_their_own_reasons_beside_it():
    sent = one_invoice(READ, TOILET)
    made = judged(
        sent,
        sent.frame(0, "20", reason("F200820")),
        sent.echo(0, reason("E502720"), accepted=2000),
        sent.beside(0, "52", reason("R521919")),
        refused=2668,
    )
    said = said_of(sent, made, 0)
    assert said is not None
    assert (said.verdict, said.accepted_cents) == ("refused", 0)
    assert ([r.code for r in said.reasons], [n.code for n in said.notes]) == (["502720", "200820"], ["521919"])


def test_a_note_on_an_unlisted_line_of_a_refused_invoice_is_kept():
    sent = one_invoice(READ, TOILET)
    made = judged(sent, sent.frame(0, "20", reason("F200820")), sent.beside(0, "52", reason("R521919")), refused=2668)
    said = said_of(sent, made, 0)
    assert said is not None
    assert (said.verdict, [n.code for n in said.notes]) == ("refused", ["521919"])


@pytest.mark.parametrize("letter", ["R", "E", "S"])
@pytest.mark.parametrize("kind", ["20", "80"])
def test_other_letters_on_the_frame_refuse_nothing(kind: str, letter: str):
    sent = one_invoice()
    made = judged(sent, sent.frame(0, kind, reason(f"{letter}200840")))
    assert (made.verdicts, made.holds) == ({}, True)
    assert list(made.said_of_invoices.values()) == [(reason(f"{letter}200840"),)]


# Figures


def test_a_settlement_without_figures_does_not_hold():
    made = judged(one_invoice(), funds=())
    assert (kinds(made), made.holds) == (["settlement_missing"], False)


@pytest.mark.parametrize(
    "fund",
    [
        settlement("131", 2668, 100, accepted=2668),
        settlement("131", 2668, 0, accepted=2600),
        FundSettlement("131", None, 2668, 0, ""),
        FundSettlement("131", 2668, None, 0, ""),
        FundSettlement("131", 2668, 2668, None, ""),
    ],
)
def test_figures_that_do_not_add_up_leave_the_lines_unsettled(fund: FundSettlement):
    made = judged(one_invoice(), funds=(fund,))
    assert (kinds(made), made.holds) == (["figures_disagree"], False)


def test_nor_a_total_that_does_not_add_up():
    made = judged(one_invoice(), total=settlement("199", 2668, 100, accepted=2668))
    assert (kinds(made), made.holds) == (["figures_disagree"], False)


@pytest.mark.parametrize(
    "values",
    [
        {"refused": 500},
        {"funds": (settlement("131", 2600, 0),)},
        {"funds": (settlement("134", 2668, 0),)},
        {"funds": (settlement("131", 2668, 0), settlement("134", 100, 100))},
        {"total": settlement("199", 2668, 68)},
    ],
)
def test_the_lines_must_add_up_to_the_figures_of_each_fund(values: Any):
    made = judged(one_invoice(), **values)
    assert set(kinds(made)) == {"sum_of_lines_disagrees"}
    assert not made.holds


def test_each_fund_is_compared_with_its_own_invoices():
    sent = Sent(("131", [[FEE]]), ("134", [[TOILET]]))
    echo = sent.echo(0, reason("R502255"))
    right = judged(sent, echo, funds=(settlement("131", 2000, 2000), settlement("134", 668, 0)))
    assert (right.doubts, right.holds) == ((), True)
    swapped = judged(sent, echo, funds=(settlement("131", 2000, 1332), settlement("134", 668, 668)))
    assert not swapped.holds
    forgotten = judged(sent, echo, funds=(settlement("131", 2000, 2000),))
    assert not forgotten.holds


def test_a_refusal_that_the_figures_do_not_know_does_not_hold():
    sent = one_invoice()
    made = judged(sent, sent.echo(0, reason("R502255")), refused=0)
    assert (set(kinds(made)), made.holds) == ({"sum_of_lines_disagrees"}, False)


def test_the_total_of_an_invoice_is_the_sum_of_its_lines():
    sent = one_invoice()
    refusal = sent.echo(0, reason("R502255"))
    assert judged(sent, refusal, sent.frame(0, "80", accepted=668), refused=2000).doubts == ()
    wrong = judged(sent, refusal, sent.frame(0, "80", accepted=669), refused=2000)
    assert (kinds(wrong), wrong.holds) == (["invoice_total_disagrees"], False)
    assert judged(sent, refusal, sent.frame(0, "80", accepted=None), refused=2000).holds


# Records that do not fit


@pytest.mark.parametrize("order", [None, 0, 99])
@pytest.mark.parametrize("kind", ["20", "50", "51", "52", "80"])
def test_a_record_of_no_line_is_for_a_person_and_the_rest_goes_on(kind: str, order: int | None):
    sent = one_invoice()
    stranger = AnswerRecord(type=kind, order=order, errors=(reason("S500000"),), code="425110")
    made = judged(sent, stranger, sent.echo(0, reason("R502255")), refused=2000)
    assert kinds(made) == ["record_unmatched"]
    assert made.doubts[0].order == order
    assert made.holds
    assert said_of(sent, made, 0) is not None


def test_zone_28_must_agree_on_a_line():
    sent = one_invoice()
    made = judged(sent, sent.echo(0, reason("R502255"), reference="ANOTHER"), sent.echo(1))
    assert (kinds(made), made.verdicts) == (["reference_disagrees"], {})


@pytest.mark.parametrize("kind", ["20", "80"])
def test_and_on_an_invoice(kind: str):
    sent = one_invoice()
    made = judged(sent, sent.frame(0, kind, reason("F200820"), reference="ANOTHER"))
    assert (kinds(made), made.verdicts) == (["reference_disagrees"], {})


def test_an_invoice_of_ours_is_named_by_its_id_alone():
    sent = one_invoice()
    sent.invoices = [replace(i, made=replace(i.made, reference="")) for i in sent.invoices]
    (invoice,) = sent.invoices
    ours = reference_of(invoice_id(invoice.made.sending_id, invoice.made.invoice_number))
    made = judged(sent, sent.frame(0, "20", reason("E200820"), reference=ours))
    assert (made.doubts, made.holds) == ((), True)
    made = judged(sent, sent.frame(0, "20", reason("E200820"), reference="ANOTHER"))
    assert kinds(made) == ["reference_disagrees"]


@pytest.mark.parametrize("known", ["OLDINVOICE", "", ERASED])
def test_of_the_old_programs_references_only_a_known_one_can_disagree(known: str):
    sent = one_invoice(a_care("425294", 2000, line_ref=known))
    sent.invoices = [replace(i, made=replace(i.made, reference=known)) for i in sent.invoices]
    told = [
        sent.frame(0, "20", reason("E200820"), reference="FOREIGN"),
        sent.echo(0, reason("E502255"), reference="FOREIGN"),
    ]
    made = judge(answer(*told, funds=(settlement("131", 2000, 0),)), sent.invoices, sent.days, made_elsewhere=True)
    assert kinds(made) == (["reference_disagrees"] * 2 if known == "OLDINVOICE" else [])


def test_an_empty_zone_28_binds_by_number_alone():
    sent = one_invoice()
    made = judged(sent, sent.echo(0, reason("R502255"), reference=""), refused=2000)
    assert (made.doubts, made.holds) == ((), True)


def test_a_sending_made_elsewhere_carries_the_references_of_the_old_program():
    sent = one_invoice(a_care("425294", 2000, line_ref="OLD-1"), TOILET)
    echo = sent.echo(0, reason("R502255"), reference="OLD-1")
    funds = (settlement("131", 2668, 2000),)
    assert judge(answer(echo, funds=funds), sent.invoices, sent.days, made_elsewhere=True).doubts == ()
    ours = judge(answer(echo, funds=funds), sent.invoices, sent.days)
    assert "reference_disagrees" in kinds(ours)


def test_a_line_listed_twice_is_judged_once():
    sent = one_invoice()
    echo = sent.echo(0, reason("R502255"))
    made = judged(sent, echo, replace(echo, accepted_cents=2000), refused=2000)
    assert (kinds(made), made.holds, made.refused_cents) == (["record_twice"], True, 2000)


def test_records_10_and_90_say_nothing_of_lines():
    sent = one_invoice()
    frame = [AnswerRecord(type=kind, order=n, errors=(reason("B100720"),)) for kind, n in (("10", 1), ("90", 6))]
    made = judged(sent, *frame)
    assert (made.verdicts, made.doubts, made.holds) == ({}, (), True)


LINE = st.tuples(st.integers(1, 9000), st.sampled_from(["", "B", "F", "R", "E", "S"]), st.sampled_from([0, 50, 100]))


@given(st.lists(LINE, min_size=1, max_size=8), st.lists(LINE, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=times(80), deadline=None)
def test_requested_is_accepted_and_refused_whatever_is_said_in_whatever_order(one: Any, other: Any, shuffle: Any):
    told = [*one, *other]
    groups = [("131", [[a_care(cents=cents, time=str(n)) for n, (cents, _, _) in enumerate(one)]])]
    if other:
        groups.append(("134", [[a_care(cents=cents, time=str(n)) for n, (cents, _, _) in enumerate(other)]]))
    sent = Sent(*groups)
    records, lost = [], {"131": 0, "134": 0}
    for nth, (cents, letter, share) in enumerate(told):
        paid = cents * share // 100
        errors = (reason(f"{letter}502255"),) if letter else ()
        records.append(sent.echo(nth, *errors, accepted=paid))
        weight = paid if letter in ("B", "F", "R") and letter else paid or cents
        lost["131" if nth < len(one) else "134"] += cents - weight
    shuffle.shuffle(records)
    asked = {"131": sum(c for c, _, _ in one), "134": sum(c for c, _, _ in other)}
    funds = tuple(settlement(fund, cents, lost[fund]) for fund, cents in asked.items() if cents)
    made = judge(answer(*records, funds=funds), sent.invoices, sent.days)
    assert (made.doubts, made.holds) == ((), True)
    assert made.requested_cents == made.accepted_cents + made.refused_cents == sum(asked.values())
    for said in verdicts(made).values():
        assert said.accepted_cents <= said.requested_cents
        assert (said.verdict == "accepted") == (said.accepted_cents == said.requested_cents)


@pytest.mark.parametrize("letter", ["", "S", "R"])
def test_who_pays_more_than_was_asked_refuses_nothing_and_a_person_is_told(letter: str):
    sent = one_invoice()
    errors = (reason(f"{letter}501940"),) if letter else ()
    asked = sum(line.care.amount_cents for line in sent.lines)
    more = sent.lines[0].care.amount_cents + 32
    made = judge(
        answer(sent.echo(0, *errors, accepted=more), funds=(settlement("131", asked, -32),)), sent.invoices, sent.days
    )
    assert made.holds
    assert [doubt.kind for doubt in made.doubts] == ["paid_more_than_asked"]
    assert (made.accepted_cents, made.refused_cents) == (asked + 32, 0)
    assert [said.verdict for said in verdicts(made).values()] == ["accepted"]
