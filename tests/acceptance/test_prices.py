"""A month of visits without amounts: priced, in blocks, sent, and paid as asked by unions that reckon for themselves."""

from collections import Counter
from datetime import date as Date
from pathlib import Path
from uuid import UUID

import pytest

from api.build import Quittance
from api.register_file import load_register
from application.ports import Context, Meta
from application.record_care import Entry
from domain.authorisation import Authorisation
from domain.care import Care
from domain.pricing.price import Priced
from domain.run_plan import RunOptions
from infrastructure.sample import BE_NURSING, sample_files, sample_tariff
from infrastructure.simulator.scenario import ACCEPTS_ALL
from infrastructure.simulator.unions import SimulatedUnions
from tests.acceptance.practice import MONTH, OPERATOR, Installation, unauthorised

DAYS = [Date(2026, 10, day) for day in (1, 3, 4, 14, 15)]
"""A weekend among them."""


@pytest.fixture
def home(kind: str, tmp_path: Path) -> Installation:
    (tmp_path / "home").mkdir()
    return Installation.make(kind, tmp_path / "home")


def registered(quittance: Quittance) -> UUID:
    where = load_register(quittance, OPERATOR, sample_files().register, None).result.establishment_id
    assert where is not None
    assert isinstance(quittance.transport, SimulatedUnions)
    quittance.transport.scenario = ACCEPTS_ALL
    return where


def accept_tariffs(quittance: Quittance, where: UUID) -> None:
    message = quittance.tariffs.receive(OPERATOR, where, sample_tariff(BE_NURSING)).result.message
    quittance.tariffs.accept(OPERATOR, where, message, Date(2025, 1, 1))


def nurses() -> list[str]:
    return sorted({row.split(";")[8] for row in sample_files().care.decode().splitlines()[1:]})


def sent_and_read(quittance: Quittance, where: UUID) -> Counter[str]:
    """Verdicts of the days of the month, and codes of refusals."""
    report = quittance.billing.run(OPERATOR, where, RunOptions(MONTH)).result
    assert report.blocked == report.noticed == ()
    return answered(quittance, where)


def answered(quittance: Quittance, where: UUID) -> Counter[str]:
    quittance.dispatch.send(OPERATOR, where)
    quittance.answers.collect(OPERATOR, where)
    quittance.views.catch_up()
    with quittance.store.database.snapshot() as sql:
        verdicts = [row["verdict"] for row in sql.rows("SELECT verdict FROM days WHERE line_count > 0")]
        codes = [row["root_code"] for row in sql.rows("SELECT root_code FROM refusals")]
    return Counter([*verdicts, *codes])


def visits(who: str, day: Date, nurse: str, colleague: str) -> list[Entry]:
    prescribed = {"prescriber": "11234578004", "prescriber_norm": 1, "prescription_date": Date(2026, 9, 21)}
    cares = [
        Care("990011", 0, nurse, time="0800", visit=1, is_priced=False),
        Care("990022", 0, nurse, time="0810", visit=1, is_priced=False, **prescribed),
        Care("990033", 0, colleague, time="1800", visit=2, is_priced=False),
    ]
    return [Entry(UUID(str(who)), day, care, nth) for nth, care in enumerate(cares)]


def test_visits_are_priced_sent_and_paid_as_asked(home: Installation) -> None:
    with home.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        nurse, colleague, *_ = nurses()
        people = unauthorised(quittance)
        assert len(people) > 20
        for nth, row in enumerate(people):
            who = UUID(str(row["patient_id"]))
            if nth % 3:
                allowed = Authorisation("katz", "AC"[nth % 2], Date(2026, 9, 1), Date(2026, 11, 30), f"AKK{nth}")
                quittance.register.authorise(Context(Meta("operator", command_id=f"katz {nth}")), who, allowed)
            entries = [one for day in DAYS for one in visits(str(who), day, nurse, colleague)]
            quittance.care.record(Context(Meta("operator", command_id=f"care {nth}")), where, entries)
        found = sent_and_read(quittance, where)
    assert found == {"accepted": len(people) * len(DAYS)}


def test_a_wrong_amount_that_nobody_caught_is_found_by_the_union(home: Installation) -> None:
    """Billed before any set counted here, sent after one does."""
    with home.opened() as quittance:
        where = registered(quittance)
        row, nurse = unauthorised(quittance)[0], nurses()[0]
        who = UUID(str(row["patient_id"]))
        quittance.care.record(OPERATOR, where, [Entry(who, DAYS[0], Care("990301", 1, nurse), 0)])
        assert not quittance.billing.run(OPERATOR, where, RunOptions(MONTH)).result.blocked
        accept_tariffs(quittance, where)
        price = quittance.tariffs.book(where).price("990301", DAYS[0], row["ct1"], row["ct2"])
        assert isinstance(price, Priced)
        assert price.amount_cents != 1
        assert answered(quittance, where) == {"refused": 1, "501940": 1}
