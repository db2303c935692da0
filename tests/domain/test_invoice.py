"""The invoice: issued, withdrawn with its sending, settled as the sum of its days."""

from typing import Any

import pytest

from domain import invoice as invoices
from domain.errors import NotFound
from domain.invoice import InvoiceReinstated, InvoiceSettled, InvoiceWithdrawn
from tests.domain.builders import MESSAGE, SENDING, issued
from tests.domain.spec import Spec

spec = Spec(invoices.fold)
ISSUED = issued()
WITHDRAWN = InvoiceWithdrawn(SENDING)
SETTLED = InvoiceSettled(SENDING, MESSAGE, "accepted", 668, 0, 0)


def test_an_invoice_begins_with_its_issue():
    assert spec.given(ISSUED).state.status == "issued"
    with pytest.raises(NotFound):
        invoices.fold([WITHDRAWN])


def test_it_is_withdrawn_once_with_its_sending():
    assert spec.given(ISSUED).when(invoices.withdraw).then(WITHDRAWN).status == "withdrawn"
    spec.given(ISSUED, WITHDRAWN).when(invoices.withdraw).nothing()


def test_a_settled_invoice_stands():
    spec.given(ISSUED, SETTLED).when(invoices.withdraw).nothing()
    spec.given(ISSUED, SETTLED).when(invoices.reinstate).nothing()
    spec.given(ISSUED, SETTLED).when(invoices.settle, "b" * 64, [("refused", 0, 668)]).nothing()


def test_a_withdrawn_invoice_is_reinstated():
    assert spec.given(ISSUED, WITHDRAWN).when(invoices.reinstate).then(InvoiceReinstated(SENDING)).status == "issued"
    spec.given(ISSUED).when(invoices.reinstate).nothing()


@pytest.mark.parametrize(
    ("days", "verdict", "accepted", "refused", "refused_days"),
    [
        ([("accepted", 100, 0), ("accepted", 50, 0)], "accepted", 150, 0, 0),
        ([("refused", 0, 100), ("refused", 0, 50)], "refused", 0, 150, 2),
        ([("accepted", 100, 0), ("refused", 0, 50)], "mixed", 100, 50, 1),
        ([("mixed", 60, 40)], "mixed", 60, 40, 1),
        ([("mixed", 60, 40), ("refused", 0, 50), ("accepted", 10, 0)], "mixed", 70, 90, 2),
        ([("refused", 0, -100), ("accepted", -50, 0)], "mixed", -50, -100, 1),
    ],
)
def test_ref_08_it_sums_up_its_days(days: Any, verdict: Any, accepted: int, refused: int, refused_days: int):
    expected = InvoiceSettled(SENDING, MESSAGE, verdict, accepted, refused, refused_days)
    state = spec.given(ISSUED).when(invoices.settle, MESSAGE, days).then(expected)
    assert (state.status, state.verdict, state.accepted_cents, state.refused_cents) == (
        "settled",
        verdict,
        accepted,
        refused,
    )


def test_an_invoice_is_named_inside_its_sending():
    assert invoices.invoice_id(SENDING, "1") != invoices.invoice_id(SENDING, "2")
