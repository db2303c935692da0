"""Unions reckon prices and blocks themselves: they find what is wrong in a file, and nothing in a block that we derive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date as Date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.authorisation import Authorisation
from domain.billing_day import BillingDay
from domain.billing_file import BillingFile
from domain.care import CareLine
from domain.compose import compose
from domain.pricing import limits, nursing_checks
from domain.pricing.day_prices import kind_of_day
from domain.pricing.nursing import derive
from domain.pricing.nursing_checks import Surroundings
from domain.pricing.price import Priced, Pricer
from domain.pricing.tariff_set import TariffSet
from domain.provider import Provider
from domain.run_plan import InvoiceKey, PlannedInvoice, PlannedSending
from infrastructure.efact.outline import outline
from infrastructure.efact.reader import read
from infrastructure.efact.writer import write
from infrastructure.sample.tariff_dental import be_dental, ch_dental
from infrastructure.simulator.case import case_of
from infrastructure.simulator.findings import Findings
from infrastructure.simulator.nomenclature import Nomenclature
from infrastructure.simulator.tariff_review import review_tariffs
from tests.domain.builders import COLLEAGUE, NURSE, PATIENT, a_care, a_day, establishment_details, provider_details
from tests.domain.pricing.nursing_days import BOOK, DAY, SATURDAY, TARIFFS, as_asked, situation
from tests.domain.pricing.test_nursing_properties import ALLOWED, visits
from tests.domain.test_compose import NUMBERS, TODAY
from tests.domain.test_run_checks import ACTS, ADVICE, BLOCK, CASES, PREPARATION, ready
from tests.domain.test_run_plan import a_patient, candidate
from tests.effort import times
from tests.infrastructure.simulator.helpers import Office, codes

NOT_HERE = {
    "500446": "agreements are in a register that the desk does not have",
    "502256": "so are their first and last days",
}
HOLIDAY = Date(2026, 1, 1)


def a_file(*days: BillingDay, ct: str = "110") -> BillingFile:
    key = InvoiceKey("131", PATIENT, "2026-01", "131", ct, ct)
    planned = PlannedSending("100", "2026-01", (PlannedInvoice(key, tuple(candidate(day) for day in days)),))
    providers = {nihii: Provider(provider_details(nihii)) for nihii in (NURSE, COLLEAGUE)}
    return compose(planned, NUMBERS, establishment_details(), {PATIENT: a_patient()}, providers, TODAY)


def found(*days: BillingDay, tariffs: TariffSet = TARIFFS, **values: Any) -> set[str]:
    """Letters and codes; the line that a union finds fault with is refused."""
    case, findings = case_of(outline(read(write(a_file(*days, **values)).content))), Findings()
    review_tariffs(case, [(tariffs.valid_from, tariffs)], findings)
    return {f"{reason.letter}{reason.code}" for finding in findings.values() for reason in finding.reasons}


READY = [
    (code, case)
    for code, cases in CASES.items()
    for case in cases
    if all(line.care.is_priced for day in (*case.right, *case.wrong) for line in day.active) and code not in NOT_HERE
]


@pytest.mark.parametrize(("code", "case"), READY, ids=[f"{code} {nth}" for nth, (code, _) in enumerate(READY)])
def test_one_wrong_input_is_refused_and_the_right_one_is_not(code: str, case: Any) -> None:
    assert found(*case.right, tariffs=case.tariffs) == set()
    if code == "500413":  # here the advice is in no file at all
        assert found(*case.wrong, tariffs=case.tariffs) == set()
    else:
        assert f"R{code}" in found(*case.wrong, tariffs=case.tariffs)


def test_each_refusal_of_the_preview_is_one_that_a_union_gives_or_cannot_know() -> None:
    assert {code for code, _ in READY} | set(NOT_HERE) | {"502004"} == set(CASES)
    assert found(a_day(ACTS[0], ready("990022", prescriber="11234578004"))) == {"R502004"}
    assert found(a_day(ACTS[0], ready(PREPARATION), ready(ADVICE))) == {"R500413"}


def test_a_first_line_that_is_no_base_service_is_a_remark() -> None:
    assert found(a_day(ACTS[1])) == {"E500452"}
    assert found(a_day(*ACTS[1:])) == {"E500452"}
    assert found(a_day(ACTS[2], ACTS[1])) == set(), "the first one may stand in another file"


def test_codes_that_no_set_knows_are_refused_and_days_before_any_set_are_not_looked_at() -> None:
    unknown = a_day(a_care())
    assert "R500403" in found(unknown)
    assert found(a_day(a_care(), date=Date(2024, 12, 31))) == set()


def test_other_holder_codes_make_other_prices() -> None:
    assert found(a_day(*ACTS), ct="111") == {"R501940"}


def test_the_block_of_a_refused_flat_fee_falls_with_it() -> None:
    case, findings = case_of(outline(read(write(a_file(a_day(BLOCK[0], BLOCK[2], BLOCK[3]))).content))), Findings()
    review_tariffs(case, [(TARIFFS.valid_from, TARIFFS)], findings)
    assert [[reason.code for reason in findings[order].reasons] for order in sorted(findings)] == [
        ["500119"],
        ["500119"],
        ["500458"],
    ]


def test_the_settlement_says_so_when_the_practice_has_a_set_in_force(tmp_path: Path) -> None:
    office, file = Office(tmp_path), a_file(a_day(ACTS[0], replace(ACTS[1], amount_cents=1)))
    settled = office.answers(file)[-1]
    assert (settled.message, codes(settled)) == ("920900", set()), "no set: paid as ever"
    office = Office(tmp_path / "with a set")
    sets = {file.tpp_number: [(TARIFFS.valid_from, TARIFFS)]}
    office.unions.sets_of = lambda tpp_number: sets[tpp_number]
    settled = office.answers(file)[-1]
    assert (settled.message, codes(settled)) == ("920900", {"R501940"})


@settings(max_examples=times(100), deadline=None)
@given(visits(), ALLOWED, st.sampled_from([DAY, SATURDAY, HOLIDAY]))
def test_whatever_block_we_derive_a_union_finds_in_it_what_we_find(
    lines: Sequence[CareLine], allowed: Sequence[Authorisation], day: Date
) -> None:
    """Nothing, but for what the visits themselves ask: more units than the set allows, no prescription."""
    made = derive(situation(*allowed, day=day, when=kind_of_day(day)), lines)
    asked = as_asked(made, day)
    ours = [*limits.check(asked, BOOK, allowed), *nursing_checks.check(asked, BOOK, Surroundings(kind_of_day))]
    theirs = found(a_day(*(one.line.care for one in made.lines), date=day)) - {"R520119"}  # falls with its line
    assert theirs == {f"R{one.refused_as}" for one in ours} - {"R500446", "R5004K3"}
    assert theirs <= {"R502255", "R502004", "R502405"}


@pytest.mark.parametrize("tariffs", [TARIFFS, be_dental(), ch_dental()], ids=["nursing", "dental", "swiss"])
def test_both_sides_reckon_the_same_prices(tariffs: TariffSet) -> None:
    """Two programs, one set: no cent between them, for any code, day, entitlement or number."""
    pricer, desk = Pricer(tariffs), Nomenclature(tariffs)
    holders = {(one.ct1.replace("?", "0"), one.ct2.replace("?", "1")) for one in tariffs.entitlements} | {
        ("xxx", "xxx")
    }
    for code in tariffs.codes:
        for day in (Date(2025, 6, 1), Date(2026, 2, 1), Date(2019, 1, 1)):
            for (ct1, ct2), units in product(holders if tariffs.codes[code].is_valid(day) else (), (1, 3, 7)):
                ours = pricer.price(code, day, ct1, ct2, units)
                expected = (ours.amount_cents, ours.share_cents) if isinstance(ours, Priced) else None
                assert desk.due(code, day, ct1, ct2, units) == expected, (code, day, ct1, ct2, units)
