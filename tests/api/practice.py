"""The sample practice, entered and billed by REST alone."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

from infrastructure.sample import BE_NURSING, sample_tariff
from tests.api.service import Service, ok
from tests.stores import SteppedClock

MONTH = "2026-10"


def november() -> SteppedClock:
    """The day on which October is billed."""
    return SteppedClock(datetime(2026, 11, 3, 9, 0, tzinfo=UTC))


@dataclass
class Practice:
    """Ids by what names them."""

    where: UUID
    providers: dict[str, UUID] = field(default_factory=dict)
    patients: dict[str, UUID] = field(default_factory=dict)


def rows() -> list[dict[str, Any]]:
    text = files("infrastructure.sample").joinpath("practice.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def care_file(lines: int | None = None) -> bytes:
    """The sample month, or its first lines."""
    content = files("infrastructure.sample").joinpath("care.csv").read_bytes()
    return content if lines is None else b"".join(content.splitlines(keepends=True)[: lines + 1])


def personal_values() -> list[str]:
    """Numbers and names that may stand nowhere but in answers about a person."""
    return [row[name] for row in rows() if row["kind"] == "patient" for name in ("ssin", "last_name") if row.get(name)]


def enter(service: Service, most_patients: int = 100, *, has_tariffs: bool = True) -> Practice:
    """Register everybody; with the tariffs, and what insurers authorised."""
    practice: Practice | None = None
    for row in rows():
        kind = row.pop("kind")
        if kind == "establishment":
            practice = Practice(UUID(ok(service.post("/establishments", json=row))["id"]))
        assert practice is not None
        if kind == "provider":
            practice.providers[row["nihii"]] = UUID(ok(service.post("/providers", json=row))["id"])
        elif kind == "membership":
            body = {"provider_id": str(practice.providers[row.pop("nihii")]), **row}
            ok(service.post(f"/establishments/{practice.where}/memberships", json=body))
        elif kind == "patient" and len(practice.patients) < most_patients:
            body = {"establishment_id": str(practice.where), **row, "insurability": row.get("periods", [])}
            body.pop("periods", None)
            number = row.get("ssin") or row["affiliation_number"]
            practice.patients[number] = UUID(ok(service.post("/patients", json=body))["id"])
        elif kind == "authorisation" and has_tariffs and row["ssin"] in practice.patients:
            allowed = {"kind": row.pop("authorisation"), **row}
            who = practice.patients[allowed.pop("ssin")]
            ok(service.post(f"/patients/{who}/authorisations", json=allowed))
    assert practice is not None
    if has_tariffs:
        take_tariffs(service, practice.where)
    return practice


def take_tariffs(service: Service, where: UUID) -> None:
    """The fictitious set counts from its first day on."""
    place = f"/establishments/{where}/tariffs"
    name = ok(service.post(place, content=sample_tariff(BE_NURSING)))["set"]["id"]
    ok(service.post(f"{place}/{name}/accept", json={"applies_from": "2025-01-01"}))


def bill(service: Service, practice: Practice, content: bytes | None = None) -> dict[str, Any]:
    """Import, run, send, and read what comes back; the report of the run."""
    query = {"establishment_id": str(practice.where)}
    ok(service.post("/imports", params=query, content=content or care_file()))
    run: dict[str, Any] = ok(service.post("/billing-runs", json={**query, "month": MONTH}))
    service.clock.forward(minutes=5)
    ok(service.post("/sendings/send", json=query))
    for _ in range(4):
        service.clock.forward(days=10)
        ok(service.post("/answers/collect", json=query))
    return run
