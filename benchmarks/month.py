"""A billed month of any size through the use cases a person calls: the ground that the measurements stand on."""

from dataclasses import replace
from datetime import UTC, datetime
from datetime import date as Date
from pathlib import Path
from uuid import UUID

from api.build import Quittance, build
from api.cli.manage import prepare
from api.settings import Settings
from application.ports import Context, Meta
from application.record_care import Entry
from domain.care import Care
from domain.establishment import EstablishmentDetails
from domain.patient import Insurability, PatientDetails
from domain.provider import ProviderDetails
from domain.run_plan import RunOptions

CONTEXT = Context(Meta("bench", command_id="bench"))
MONTH = "2026-10"
NURSE = "41234502401"
_DAYS_A_MONTH = 25


class Standing:
    """A clock that stands in the month after the care."""

    def now(self) -> datetime:
        """Noon on the third of November 2026."""
        return datetime(2026, 11, 3, 11, 0, tzinfo=UTC)


def open_practice(folder: Path, database: str, schema: str = "bench") -> tuple[Quittance, UUID]:
    """An establishment with one nurse, on the database named; empty: SQLite in the folder."""
    settings = Settings(home=folder, database=database, schema_name=schema)
    prepare(settings)
    quittance = build(settings, clock=Standing())
    details = EstablishmentDetails(
        "Bench", "home_nursing", NURSE, "0999999823", "BE68539007547034", "GKCCBEBB", "Bench", "Anne", "0470000001",
        "401", "040",
    )  # fmt: skip
    where = quittance.register.establishment(CONTEXT, details).result.id
    nurse = quittance.register.provider(CONTEXT, ProviderDetails(NURSE, "Bench", "Anne")).result.id
    quittance.register.join(CONTEXT, where, nurse, Date(2020, 1, 1))
    return quittance, where


def record_month(quittance: Quittance, where: UUID, lines: int, lines_a_day: int) -> None:
    """Care of one sickness fund: as many patients as it takes, 25 days each."""
    days = lines // lines_a_day
    patients = [patient(quittance, where, number) for number in range(max(1, days // _DAYS_A_MONTH))]
    care = Care("425110", 668, NURSE, time="0815", patient_share_cents=0)
    entries = [
        Entry(who, Date(2026, 10, day + 1), replace(care, time=f"{8 + nth:02d}15"))
        for who in patients
        for day in range(_DAYS_A_MONTH)
        for nth in range(lines_a_day)
    ]
    for start in range(0, len(entries), 5_000):
        quittance.care.record(CONTEXT, where, entries[start : start + 5_000])


def patient(quittance: Quittance, where: UUID, number: int) -> UUID:
    """A fictitious patient with a valid national number."""
    body = 500_101_000 + number
    ssin = f"{body:09d}{97 - body % 97:02d}"
    details = PatientDetails(f"Patient {number}", "Bench", "1950-01-01", 1 + number % 2)
    period = Insurability(Date(2020, 1, 1), None, "131", "110", "110")
    return quittance.register.patient(CONTEXT, where, ssin, "", details, [period]).result.id


def bill_month(quittance: Quittance, where: UUID) -> tuple[UUID, bytes]:
    """Run and send; answers the one sending and its file."""
    quittance.views.catch_up()
    report = quittance.billing.run(CONTEXT, where, RunOptions(MONTH)).result
    sending = report.sendings[0].sending_id
    if sending is None:
        raise ValueError("nothing was billed")
    quittance.views.catch_up()
    quittance.dispatch.send(CONTEXT, where, [sending])
    events = quittance.log.load([sending])[sending]
    return sending, quittance.messages.get(events[0].message)
