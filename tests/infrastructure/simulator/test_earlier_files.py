"""What came in an earlier file is remembered: a resubmission must follow one, and nothing is paid twice."""

from dataclasses import replace

import pytest

from domain.billing_file import PreviousInvoice
from infrastructure.efact.writer import write
from infrastructure.simulator import spool
from infrastructure.simulator.scenario import ACCEPTS_ALL
from tests.infrastructure.simulator.helpers import Office
from tests.infrastructure.simulator.worlds import a_month

FIRST = a_month(patients=2, days=2)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def again(number=8, kind=1, **previous):
    """The same care under new numbers, each invoice as a resubmission of the first one."""
    invoices = []
    for place, invoice in enumerate(FIRST.invoices):
        named = {
            "invoice_number": invoice.invoice_number,
            "sending_number": FIRST.sending_number,
            "destination": invoice.destination,
            "year_month": FIRST.billed_month,
        }
        former = PreviousInvoice(**(named | previous))
        fresh = f"{int(invoice.invoice_number) + 1_000 * number + place:012d}"
        made = replace(invoice, invoice_number=fresh, invoicing_type=kind, previous=former if kind else None)
        invoices.append(made)
    reference = f"{int(FIRST.provider_reference) + number:014d}"
    return replace(FIRST, sending_number=number, provider_reference=reference, invoices=tuple(invoices))


def credit(file, *, number=8, more=0, only=slice(None)):
    """Every line of the invoices of a file given back; `more`: cents above what each asked."""
    made = again(number=number, kind=3)
    invoices = [
        replace(
            invoice,
            lines=tuple(
                replace(
                    line,
                    amount_cents=-line.amount_cents - more * bool(line.amount_cents),
                    patient_share_cents=-line.patient_share_cents,
                    units=-1,
                )
                for line in invoice.lines
            ),
        )
        for invoice in made.invoices
    ]
    return replace(made, invoices=tuple(invoices[only]))


def refused(answers):
    """Codes that refuse, by type of record, in the settlement."""
    assert answers[-1].message == "920900"
    return {(r.type, e.code) for r in answers[-1].records for e in r.errors if e.letter in ("B", "F", "R")}


def refuse_all(office):
    office.unions.scenario = replace(ACCEPTS_ALL, refusals=(("200820", 1.0),))
    answers = office.answers(FIRST)
    office.unions.scenario = ACCEPTS_ALL
    return answers


def test_what_was_refused_is_resubmitted_and_paid(office):
    assert ("20", "200820") in refused(refuse_all(office))
    office.restart()
    office.unions.scenario = ACCEPTS_ALL
    assert refused(office.answers(again())) == set()


def test_what_was_paid_is_not_paid_again(office):
    assert refused(office.answers(FIRST)) == set()
    told = refused(office.answers(again()))
    assert ("50", "500544") in told
    assert {code for kind, code in told if kind == "50"} == {"500544"}
    assert ("50", "500544") in refused(office.answers(again(number=9, kind=0))), "nor as an original invoice"


@pytest.mark.parametrize(
    ("previous", "code"),
    [
        ({"invoice_number": "000000099999"}, "202920"),
        ({"sending_number": 77}, "203420"),
        ({"year_month": "202609"}, "204120"),
    ],
)
def test_a_resubmission_names_what_came(office, previous, code):
    refuse_all(office)
    assert ("20", code) in refused(office.answers(again(**previous)))


def test_a_file_that_is_answered_again_after_a_crash_is_no_earlier_one(office, monkeypatch):
    def full_disk(*_):
        raise OSError(28, "no space left")

    monkeypatch.setattr(spool.Mailbox, "answer", full_disk)
    office.unions.transmit(*_sent(FIRST))
    monkeypatch.undo()
    office.restart()
    waiting = [content for _, content in office.unions.collect(FIRST.tpp_number).waiting]
    assert len(waiting) == 3
    assert b"500544" not in waiting[-1]


def _sent(file):
    return write(file).content, file.provider_reference, file.union, file.tpp_number


def test_what_was_paid_is_given_back_and_then_paid_again(office):
    assert refused(office.answers(FIRST)) == set()
    answer = office.answers(credit(FIRST))[-1]
    asked = sum(line.amount_cents for invoice in FIRST.invoices for line in invoice.lines)
    assert refused([answer]) == set()
    assert sum(fund.accepted_cents for fund in answer.settlements) == -asked
    assert refused(office.answers(again(number=9, kind=0))) == set(), "nothing stands paid any more"
    assert ("50", "500544") in refused(office.answers(again(number=10, kind=0)))


def test_credit_note_and_new_bill_go_in_one_file(office):
    assert refused(office.answers(FIRST)) == set()
    back, new = credit(FIRST, only=slice(1)), again(number=9, kind=0)
    both = replace(back, invoices=tuple(sorted((*back.invoices, new.invoices[0]), key=lambda one: -one.invoicing_type)))
    assert refused(office.answers(both)) == set()
    assert ("50", "500544") in refused(office.answers(replace(again(number=11, kind=0))))


@pytest.mark.parametrize("paid", [True, False])
def test_no_more_is_given_back_than_was_paid(office, paid):
    if paid:
        office.answers(FIRST)
    else:
        refuse_all(office)
    answers = office.answers(credit(FIRST, more=1 if paid else 0))
    assert {code for kind, code in refused(answers) if kind == "50"} == {"500130"}
    assert sum(fund.accepted_cents for fund in answers[-1].settlements) == 0


def test_nothing_is_given_back_twice(office):
    office.answers(FIRST)
    assert refused(office.answers(credit(FIRST))) == set()
    assert ("50", "500130") in refused(office.answers(credit(FIRST, number=9)))


def test_a_credit_note_names_what_came(office):
    assert ("20", "202920") in refused(office.answers(credit(FIRST)))
