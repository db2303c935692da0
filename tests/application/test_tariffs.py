"""Tariffs of a practice: taken in as a whole, accepted from a day on, set aside; preview and run price by what counts."""

import json
from dataclasses import replace
from datetime import date as Date
from hashlib import sha256
from uuid import uuid4

import pytest

from domain.day_events import DayPriced
from domain.errors import NotAllowed, NotFound
from domain.run_plan import RunOptions
from domain.tariffs import TariffSetAccepted, TariffSetReceived, TariffSetSetAside
from infrastructure.sample import BE_DENTAL, BE_NURSING, CH_DENTAL, sample_tariff
from tests.application.conftest import MakeOffice
from tests.application.office import MONTH, Office, StandingClock, context
from tests.domain.builders import DOCTOR, a_care

INJECTION = "990022"
FIRST_BASE = "990301"
OLD, NEW = Date(2025, 1, 1), Date(2026, 1, 10)


def edition(name: str, of: bytes = b"", **values: str) -> bytes:
    """The sample set under another name, each coefficient of an injection as given."""
    data = json.loads(of or sample_tariff(BE_NURSING))
    data |= {"edition": name, **{key: value for key, value in values.items() if key == "valid_from"}}
    for code in data["codes"]:
        for price in code["prices"] if code["code"] == INJECTION else ():
            price["coefficient"] = values.get("coefficient", price["coefficient"])
    return json.dumps(data).encode()


def take(office: Office, content: bytes) -> str:
    report = office.tariffs.receive(context(), office.where, content).result
    assert report.tariffs is not None
    return report.message


def accept(office: Office, message: str, since: Date = OLD) -> None:
    office.tariffs.accept(context(), office.where, message, since)


def notes(office: Office) -> list[type]:
    kinds = (TariffSetReceived, TariffSetAccepted, TariffSetSetAside)
    return [type(one.event) for one in office.log.read(0, 1000) if isinstance(one.event, kinds)]


def test_a_file_with_faults_is_kept_and_notes_nothing(office: Office) -> None:
    head = office.log.head()
    report = office.tariffs.receive(context(), office.where, b'{"format": "quittance-tariff/1"}').result
    assert report.tariffs is None
    assert {fault.code for fault in report.faults} >= {"value_missing"}
    assert office.messages.get(report.message) == b'{"format": "quittance-tariff/1"}'
    assert (office.log.head(), office.tariffs.state(office.where)) == (head, None)


def test_the_same_bytes_are_noted_once(office: Office) -> None:
    content = sample_tariff(BE_NURSING)
    first = office.tariffs.receive(context(), office.where, content).result
    again = office.tariffs.receive(context(), office.where, content).result
    assert (first.is_new, again.is_new, first.message == again.message) == (True, False, True)
    assert notes(office) == [TariffSetReceived]


def test_nothing_counts_until_somebody_accepts_it(office: Office) -> None:
    message = take(office, sample_tariff(BE_NURSING))
    assert office.tariffs.book(office.where).is_empty
    accept(office, message)
    accept(office, message)
    assert notes(office) == [TariffSetReceived, TariffSetAccepted]
    assert not office.tariffs.book(office.where).is_empty


def test_a_newer_set_counts_from_its_day_and_the_older_one_for_older_days(office: Office) -> None:
    older, newer = take(office, sample_tariff(BE_NURSING)), take(office, edition("2026-02", coefficient="0.9"))
    accept(office, older)
    accept(office, newer, NEW)
    state = office.tariffs.state(office.where)
    assert state is not None
    assert [state.in_force(day) for day in (Date(2024, 12, 31), Date(2026, 1, 9), NEW)] == ["", older, newer]
    before = office.log.head()
    office.tariffs.set_aside(context(), office.where, newer)
    state = office.tariffs.state(office.where)
    assert state is not None
    assert state.in_force(NEW) == older
    book, then = office.tariffs.book(office.where), office.tariffs.book(office.where, before)
    found = [one.pricer(NEW) for one in (book, then)]
    assert [one and one.tariffs.edition for one in found] == ["2026-01", "2026-02"]


def test_what_a_set_changes_is_told_against_the_one_in_force_on_its_first_day(office: Office) -> None:
    accept(office, take(office, sample_tariff(BE_NURSING)))
    content = edition("2026-02", valid_from="2026-01-01", coefficient="0.9")
    report = office.tariffs.receive(context(), office.where, content).result
    assert report.changes is not None
    prices = report.changes.difference.prices
    assert [(change.code, change.valid_from) for change in prices] == [(INJECTION, Date(2026, 1, 1))]
    assert report.changes.former.edition == "2026-01"
    accept(office, report.message, Date(2026, 1, 1))
    assert office.tariffs.changes(office.where, report.message) == report.changes


def test_a_set_that_waits_can_be_set_aside_and_taken_up_again(office: Office) -> None:
    message = take(office, sample_tariff(BE_NURSING))
    for _ in range(2):
        office.tariffs.set_aside(context(), office.where, message)
    state = office.tariffs.state(office.where)
    assert state is not None
    assert [(one.is_aside, one.applies_from) for one in state.sets] == [(True, None)]
    accept(office, message)
    state = office.tariffs.state(office.where)
    assert state is not None
    assert [(one.is_aside, one.applies_from) for one in state.sets] == [(False, OLD)]
    assert notes(office) == [TariffSetReceived, TariffSetSetAside, TariffSetAccepted]


def test_a_set_of_another_sector_is_refused(office: Office) -> None:
    message = take(office, sample_tariff(BE_DENTAL))
    with pytest.raises(NotAllowed, match="another sector"):
        accept(office, message)
    assert office.tariffs.book(office.where).is_empty


def test_a_set_of_another_country_is_refused(make_office: MakeOffice, clock: StandingClock) -> None:
    office = make_office(clock=clock, details={"sector": "dentist"})
    swiss, belgian = (take(office, sample_tariff(name)) for name in (CH_DENTAL, BE_DENTAL))
    with pytest.raises(NotAllowed, match="another country"):
        accept(office, swiss)
    accept(office, belgian)
    (registered, *_) = office.log.load([office.where])[office.where]
    office.register.establishment(context(), replace(registered.details, country="CH"))
    accept(office, swiss)
    with pytest.raises(NotAllowed, match="another country"):
        accept(office, belgian, Date(2026, 6, 1))
    assert [one.country for _, one in office.tariffs.in_force(office.where)] == ["CH"]


def test_what_is_not_known_here_is_not_accepted(office: Office) -> None:
    message = take(office, edition("2026-02", valid_from="2026-01-01"))
    with pytest.raises(NotAllowed, match="first day"):
        accept(office, message, Date(2025, 12, 31))
    for act in (lambda: accept(office, "0" * 64), lambda: office.tariffs.set_aside(context(), office.where, "0" * 64)):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotFound):
        office.tariffs.receive(context(), uuid4(), sample_tariff(BE_NURSING))


def test_preview_and_run_price_what_came_without_amounts(office: Office) -> None:
    who = office.patient().id
    (day_id,) = office.record(who, a_care(INJECTION, 0, is_priced=False, prescriber=DOCTOR, prescription_date=OLD))
    held = office.billing.preview(office.where, RunOptions(MONTH))
    assert [one.code for one in held.blocked] == ["tariff_missing"]
    assert office.billing.held_back(office.where, [day_id]) == {day_id: ("tariff_missing",)}
    before = office.log.head()
    accept(office, take(office, sample_tariff(BE_NURSING)))
    assert office.billing.held_back(office.where, [day_id]) == {}
    assert office.billing.held_back(office.where, [day_id], upto=before) == {day_id: ("tariff_missing",)}
    previewed = office.billing.preview(office.where, RunOptions(MONTH))
    done = office.bill()
    amounts = [[total.amount_cents for total in report.sendings] for report in (previewed, done)]
    day = office.day(day_id)
    assert amounts[0] == amounts[1] == [sum(line.care.amount_cents for line in day.active)]
    assert {line.care.code for line in day.active} == {FIRST_BASE, INJECTION}
    (priced,) = [one.event for one in office.log.history(day_id) if isinstance(one.event, DayPriced)]
    assert ([priced.amount_cents], priced.tariffs) == (amounts[0], sha256(sample_tariff(BE_NURSING)).hexdigest())
