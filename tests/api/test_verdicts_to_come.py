"""What no insurer has said yet is null wherever the API tells it, and an amount, also 0, once it has."""

from collections.abc import Iterator
from typing import Any

from tests.api.practice import MONTH, care_file, enter
from tests.api.service import Service, ok

SAID = ("accepted_cents", "refused_cents")


def test_before_the_verdict_no_amount_is_told_and_afterwards_each_is(both: Service) -> None:
    where = {"establishment_id": str(enter(both).where)}
    ok(both.post("/imports", params=where, content=care_file()))
    ok(both.post("/billing-runs", json={**where, "month": MONTH}))
    before = list(all_of(both, where))
    assert {kind for kind, _ in before} == KINDS
    assert {one[name] for _, one in before for name in SAID} == {None}
    both.clock.forward(minutes=5)
    ok(both.post("/sendings/send", json=where))
    for _ in range(4):
        both.clock.forward(days=10)
        ok(both.post("/answers/collect", json=where))
    settled = [(kind, one) for kind, one in all_of(both, where) if one.get("verdict", one.get("outcome")) != "none"]
    assert {kind for kind, _ in settled} == KINDS
    for kind, one in settled:
        assert all(isinstance(one[name], int) for name in SAID), kind
    assert 0 in {one["refused_cents"] for _, one in settled}, "nothing refused is known, too"


KINDS = {"sending", "invoice", "day", "sending of the list", "invoice of the list", "day of the list", "day of the tree",
         "invoice of the tree", "invoice of the timeline", "day of the timeline"}  # fmt: skip


def all_of(service: Service, where: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A sending, its invoices and their days, wherever they are told."""
    for kind, path in (("sending", "/sendings"), ("invoice", "/invoices"), ("day", "/billing-days")):
        rows = ok(service.get(path, params={**where, "limit": 200}))[path.strip("/").replace("-", "_")]
        yield from ((f"{kind} of the list", row) for row in rows)
        for row in [*rows[:3], *rows[-3:]]:
            identifier = row[f"{kind}_id"]
            yield kind, ok(service.get(f"{path}/{identifier}"))
            if kind != "sending":
                yield f"{kind} of the timeline", ok(service.get(f"/timeline/{identifier}"))["state"]
            else:
                for invoice in ok(service.get(f"{path}/{identifier}/tree"))["invoices"]:
                    yield "invoice of the tree", invoice
                    yield from (("day of the tree", day) for day in invoice["days"])
