"""What no insurer has said yet is null for a program and a dash for a person, in lists and in the state of a thing."""

from domain.invoice import InvoiceIssued
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import MONTH

SAID = ("accepted_cents", "refused_cents")


def test_before_the_answers_nobody_knows_what_is_accepted(demo: Demo) -> None:
    with demo.installation.opened() as quittance:
        entries = quittance.log.read(0, 1_000_000)
        billed = max(entry.recorded_at for entry in entries if isinstance(entry.event, InvoiceIssued)).isoformat()
    for of, key in (("sendings", "sending_id"), ("invoices", "invoice_id"), ("days", "day_id")):
        words = ("history", MONTH, "--of", of)
        for at, settled in (((), True), (("--as-of", billed), False)):
            rows = demo.installation.json(*words, *at)["rows"]
            shown = demo.installation.json("show", rows[0][key], *at)
            told = [
                (one.get("verdict", one.get("outcome")) != "none", one[name] is not None)
                for one in (*rows, shown["state"], *shown.get("invoices", ()))
                for name in SAID
                if name in one
            ]
            assert {is_judged == is_known for is_judged, is_known in told} == {True}
            assert any(is_judged for is_judged, _ in told) == settled, (of, at)
        printed = demo.installation.cli(*words, "--as-of", billed).stdout.splitlines()[1]
        assert printed.count("\N{EN DASH}") >= 2
