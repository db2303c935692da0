"""The negative and the positive of a corrected day, side by side, as the events of the day have them."""

from uuid import UUID

import pytest

from application.corrections import Corrections
from domain.run_plan import RunOptions
from projections.pairs import Pair, pairs_of_day
from tests.application.office import MONTH, Office, context, settled
from tests.application.test_credits import another_to_bill, corrected, decided, paid_day, run
from tests.domain.builders import OTHER_SSIN, a_care, insured


@pytest.fixture
def desk(office: Office) -> Corrections:
    return Corrections(office.log, office.billing)


def pairs(office: Office, day_id: UUID) -> list[Pair]:
    return list(pairs_of_day(day_id, office.log.load([day_id])[day_id]))


def test_ref_21_a_resubmission_is_paired_with_what_was_refused(office: Office, desk: Corrections) -> None:
    who = office.patient(OTHER_SSIN, insured("131")).id
    (day_id, _) = office.record(who, a_care("425294", 2000), a_care("425110", 668))
    first = run(office)
    office.receive(settled(office.file(first), {1: ("R500302", 0)}))
    assert pairs(office, day_id) == []
    decided(office, desk, "rebill", day_id)
    again = run(office)
    (waiting,) = pairs(office, day_id)
    assert (waiting.negative_cents, waiting.positive_cents, waiting.answered_cents) == (-668, 668, None)
    assert (waiting.sending_id, waiting.credit_invoice_id) == (again, None)
    office.receive(settled(office.file(again)))
    (answered,) = pairs(office, day_id)
    assert (answered.net_cents, answered.answered_cents) == (0, 668)


def test_ref_21_a_credit_note_is_paired_with_the_new_bill(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office)
    another_to_bill(office)
    decided(office, desk, "credit_note", day_id)
    corrected(office, day_id)
    sending = run(office)
    office.receive(settled(office.file(sending)))
    (pair,) = pairs(office, day_id)
    assert (pair.negative_cents, pair.positive_cents, pair.net_cents, pair.answered_cents) == (-2668, 2500, -168, -168)
    assert pair.credit_invoice_id != pair.invoice_id is not None


def test_a_cancelled_run_leaves_no_pair(office: Office, desk: Corrections) -> None:
    day_id = paid_day(office)
    another_to_bill(office)
    decided(office, desk, "regularise", day_id)
    report = office.billing.run(context(), office.where, RunOptions(MONTH)).result
    assert report.run_id
    assert [pair.negative_cents for pair in pairs(office, day_id)] == [-2668]
    office.billing.cancel(context(), report.run_id)
    assert pairs(office, day_id) == []
