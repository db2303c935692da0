"""Whatever was done on a day: its block is always the same, keeps the rules, and adds up."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.authorisation import Authorisation
from domain.care import CareLine
from domain.pricing.nursing import Block, derive
from domain.pricing.nursing_checks import Surroundings, check
from domain.pricing.price import Priced
from domain.pricing.tariff_set import Variant
from tests.domain.builders import COLLEAGUE, NURSE, uid
from tests.domain.pricing.nursing_days import (
    AIDE,
    BASES,
    BOOK,
    DAY,
    DRESSING,
    FLAT_A,
    FLAT_B,
    FLAT_C,
    FLAT_PA,
    INJECTION,
    PALLIATIVE,
    PRICER,
    PTSI,
    PTSI_ACT,
    PTSI_FEE,
    SECOND_AIDE,
    TARIFFS,
    TOILET,
    as_asked,
    done,
    katz,
    situation,
)
from tests.effort import times

FLAT_FEES = {FLAT_A, FLAT_B, FLAT_C, FLAT_PA, "990802", "990813", "990824", "990835"}
CODES = st.sampled_from([TOILET, INJECTION, DRESSING, PTSI_ACT, "990044", "424631", "990637"])
ASSISTED = st.sampled_from(
    [{}, {"provider_norm": 2, "care_assistant": AIDE}, {"provider_norm": 2, "care_assistant": SECOND_AIDE}]
)
READ = st.sampled_from([{}, {}, {"reading_method": "1", "reading_serial": "999000111"}])


@st.composite
def visits(draw: st.DrawFn) -> list[CareLine]:
    """Up to four visits of up to four acts; some with the base service that was written down."""
    lines = []
    for visit in range(1, draw(st.integers(1, 4)) + 1):
        values: dict[str, Any] = {"provider": draw(st.sampled_from([NURSE, COLLEAGUE])), **draw(ASSISTED)}
        names = draw(st.lists(CODES, min_size=1, max_size=4))
        if draw(st.booleans()):
            names.append(draw(st.sampled_from(BASES)))
        for nth, name in enumerate(names):
            time = draw(st.sampled_from(["", "0800", "0930", "1800"]))
            units, urgency = draw(st.integers(1, 3)), draw(st.sampled_from([0, 0, 1, 2]))
            own = {"time": time, "units": units, "urgency": urgency, **values, **draw(READ)}
            lines.append(done(name, visit, f"line {visit} {nth}", **own))
    return lines


ALLOWED = st.lists(
    st.sampled_from(
        [katz("A"), katz("B"), katz("C"), katz("T7"), PALLIATIVE, PTSI, Authorisation("palliative", "PN", DAY, DAY)]
    ),
    max_size=3,
    unique_by=lambda one: one.kind,
)
WHEN = st.sampled_from(["week", "weekend", "holiday"])
EVERYTHING = settings(max_examples=times(150))


def made(lines: list[CareLine], allowed: list[Authorisation], when: Variant) -> Block:
    return derive(situation(*allowed, when=when), lines)


@EVERYTHING
@given(visits(), ALLOWED, WHEN, st.integers(0, 1_000))
def test_the_order_in_which_lines_come_in_does_not_matter(lines: Any, allowed: Any, when: Any, seed: int):
    shuffled = lines[:]
    random.Random(seed).shuffle(shuffled)
    assert made(shuffled, allowed, when) == made(lines, allowed, when)


@EVERYTHING
@given(visits(), ALLOWED, WHEN)
def test_every_derived_block_passes_the_checks(lines: Any, allowed: Any, when: Any):
    found = made(lines, allowed, when)
    assert found.lines
    assert check(as_asked(found), BOOK, Surroundings(lambda _: when)) == ()


@EVERYTHING
@given(visits(), ALLOWED, WHEN)
def test_there_is_one_flat_fee_behind_its_statistical_lines_or_none_at_all(lines: Any, allowed: Any, when: Any):
    cares = [one.line.care for one in made(lines, allowed, when).lines]
    flat = [nth for nth, care in enumerate(cares) if care.code in FLAT_FEES]
    assert len(flat) <= 1
    if flat:
        assert all(care.service_norm == 9 for care in cares[: flat[0]])
        assert all(care.service_norm == 0 for care in cares[flat[0] :])
        assert flat[0] >= 2
    for care in cares:
        assert care.service_norm == 0 or care.amount_cents == care.patient_share_cents == care.supplement_cents == 0


@EVERYTHING
@given(visits(), ALLOWED, WHEN)
def test_all_that_was_done_is_told_once_and_visits_keep_their_order(lines: Any, allowed: Any, when: Any):
    found = made(lines, allowed, when)
    acts = [one for one in found.lines if one.rule in ("statistical", "act")]
    told = [line for one in acts for line in one.of if len(one.of) == 1]
    assert {line.line_id for line in lines if line.care.code not in BASES} <= set(told)
    assert sum(one.line.care.code == PTSI_FEE for one in found.lines) <= 1
    in_order = [one.line.care.visit for one in found.lines if one.rule in ("base_service", "act")]
    assert in_order == sorted(in_order)
    assert all(one.line.care.is_priced for one in found.lines)


@EVERYTHING
@given(visits(), ALLOWED, WHEN)
def test_each_amount_is_the_price_of_its_code_and_explained(lines: Any, allowed: Any, when: Any):
    for one in made(lines, allowed, when).lines:
        care = one.line.care
        assert one.source
        assert (one.why is None) == (one.rule == "statistical")
        if one.why:
            price = PRICER.price(care.code, DAY, "110", "110", care.units)
            assert isinstance(price, Priced)
            assert (price.amount_cents, price.share_cents) == (care.amount_cents, care.patient_share_cents)
            assert one.why.price == TARIFFS.codes[care.code].price(DAY)
        assert (one.authorisation is not None) == (one.rule in ("flat_fee", "ptsi_fee", "palliative_supplement"))


@EVERYTHING
@given(visits(), ALLOWED, WHEN)
def test_lines_of_a_block_have_ids_of_their_own(lines: Any, allowed: Any, when: Any):
    identities = [one.line.line_id for one in made(lines, allowed, when).lines]
    assert len(set(identities)) == len(identities)
    assert not set(identities) & {line.line_id for line in lines}
    assert uid("day") not in identities
