"""Hand files over: within the limits, never twice blindly, and nothing is lost when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from datetime import date as Date
from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from application.ports import NotTransmitted, OutcomeUnknown
from application.send import Sent
from domain.errors import NotAllowed, NotFound
from domain.run_plan import RunOptions
from tests.application.conftest import MakeOffice
from tests.application.office import Office, StandingClock, acknowledged, context, duplicate, envelope_duplicate
from tests.domain.builders import NURSE, OTHER_SSIN, SSIN, a_care, establishment_details, insured, uid


def two_unions(office: Office) -> list[UUID]:
    for ssin, fund in ((SSIN, "131"), (OTHER_SSIN, "509")):
        office.record(office.patient(ssin, insured(fund), birth_date="").id)
    return [total.sending_id for total in office.bill().sendings if total.sending_id]


def two_months(office: Office) -> list[UUID]:
    """Two files of one union."""
    who = office.patient().id
    for month in (1, 2):
        office.record(who, day=1, month=month)
    made = [office.bill("2026-01"), office.bill("2026-02", include_current=True)]
    return [total.sending_id for run in made for total in run.sendings if total.sending_id]


@contextmanager
def failing(office: Office, how: Any) -> Iterator[None]:
    office.unions.fails = how
    yield
    office.unions.fails = None


def outcomes(office: Office, *ids: UUID) -> list[tuple[str, str]]:
    return [(sent.outcome, sent.code) for sent in office.send(*ids)]


def test_sof_51_every_prepared_file_goes_to_its_union_as_it_was_stored(office: Office):
    ids = two_unions(office)
    assert outcomes(office) == [("transmitted", "")] * 2
    assert office.unions.taken == [(office.sending(i).made.union, office.file(i)) for i in ids]
    assert [office.sending(i).status for i in ids] == ["transmitted"] * 2
    assert [office.sending(i).transmitted_on for i in ids] == [Date(2026, 2, 2)] * 2
    assert outcomes(office) == []


def test_one_file_a_day_goes_to_a_union_the_next_one_tomorrow(office: Office, clock: StandingClock):
    first, second = two_months(office)
    assert outcomes(office) == [("transmitted", ""), ("held_back", "files_per_day")]
    assert office.sending(second).status == "prepared"
    clock.instant = datetime(2026, 2, 2, 23, 30, tzinfo=UTC)
    assert outcomes(office) == [("transmitted", "")], "it is tomorrow in Brussels"
    assert office.sending(second).transmitted_on == Date(2026, 2, 3)
    assert office.sending(first).transmitted_on == Date(2026, 2, 2)


def test_or_one_a_day_at_all_where_the_setting_says_so(make_office: MakeOffice, clock: StandingClock):
    office = make_office(clock=clock, files_scope="tpp")
    two_unions(office)
    assert outcomes(office) == [("transmitted", ""), ("held_back", "files_per_day")]


BY_MONTH = {"content_code": "000"}


def third_of_the_month(office: Office) -> UUID:
    """Two files of one union have left, and a third one waits."""
    two_months(office)
    assert outcomes(office) == [("transmitted", "")] * 2, "no limit a day where files are counted by month"
    office.record(office.patient().id, a_care(), day=20)
    (total,) = office.bill().sendings
    assert total.sending_id
    return total.sending_id


def test_the_third_file_of_a_month_waits_for_the_next_one_where_zone_13_is_000(
    make_office: MakeOffice, clock: StandingClock
):
    office = make_office(clock=clock, details=BY_MONTH)
    third = third_of_the_month(office)
    assert office.send() == [Sent(third, "held_back", "files_per_month", Date(2026, 3, 1))]
    clock.instant = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert outcomes(office) == [("transmitted", "")], "it is March in Brussels"


def test_a_preview_knows_the_files_of_the_month(make_office: MakeOffice, clock: StandingClock):
    office = make_office(clock=clock, details=BY_MONTH)
    two_months(office)
    office.send()
    office.record(office.patient().id, a_care(), day=20)
    foreseen = office.billing.preview(office.where, RunOptions("2026-02", include_current=True)).sendings
    assert [total.earliest for total in foreseen] == [Date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("derogation", "outcome"),
    [
        ({"files_derogation_from": Date(2026, 2, 2)}, ("transmitted", "")),
        ({"files_derogation_from": Date(2026, 2, 3)}, ("held_back", "files_per_month")),
        (
            {"files_derogation_from": Date(2026, 1, 1), "files_derogation_to": Date(2026, 2, 1)},
            ("held_back", "files_per_month"),
        ),
    ],
)
def test_a_derogation_lifts_the_limit_on_its_days(
    make_office: MakeOffice, clock: StandingClock, derogation: dict[str, Date], outcome: tuple[str, str]
):
    office = make_office(clock=clock, details=BY_MONTH)
    third = third_of_the_month(office)
    office.register.establishment(context(), establishment_details(**BY_MONTH, **derogation))
    assert outcomes(office, third) == [outcome]


def test_the_limit_of_one_third_party_number_does_not_hold_another(office: Office, make_office: MakeOffice):
    other = make_office(clock=office.clock, details={"tpp_number": NURSE})
    for each in (office, other):
        each.record(each.patient().id)
        each.bill()
        assert outcomes(each) == [("transmitted", "")]


def test_a_file_of_unknown_outcome_is_never_sent_again(office: Office, clock: StandingClock):
    office.record(office.patient().id)
    (total,) = office.bill().sendings
    assert total.sending_id
    with failing(office, OutcomeUnknown):
        assert outcomes(office) == [("outcome_unknown", "")]
    clock.instant = datetime(2026, 2, 9, tzinfo=UTC)
    assert outcomes(office) == []
    assert outcomes(office, total.sending_id) == [("held_back", "sending_not_prepared")]
    assert len(office.unions.taken) == 1
    assert office.sending(total.sending_id).status == "outcome_unknown"
    office.receive(acknowledged(office.file(total.sending_id)))
    assert office.sending(total.sending_id).status == "acknowledged"


@pytest.mark.parametrize(("arrived", "status"), [(True, "transmitted"), (False, "prepared")])
def test_a_person_finds_out_what_became_of_a_file_of_unknown_outcome(office: Office, arrived: bool, status: str):
    office.record(office.patient().id)
    (total,) = office.bill().sendings
    assert total.sending_id
    with pytest.raises(NotAllowed):
        office.dispatch.resolve(context(), total.sending_id, arrived=arrived)
    with failing(office, OutcomeUnknown):
        office.send(total.sending_id)
    office.dispatch.resolve(context(), total.sending_id, arrived=arrived)
    assert office.sending(total.sending_id).status == status
    again = [("held_back", "sending_not_prepared")] if arrived else [("transmitted", "")]
    assert outcomes(office, total.sending_id) == again


def test_a_file_that_did_not_leave_is_prepared_and_gives_its_place_back(office: Office):
    first, second = two_months(office)
    with failing(office, NotTransmitted):
        assert outcomes(office, first) == [("failed", "not_transmitted")]
    assert (office.sending(first).status, office.sending(first).transmitted_on) == ("prepared", None)
    assert outcomes(office, second) == [("transmitted", "")]
    assert outcomes(office, first) == [("held_back", "files_per_day")]


def test_a_file_that_cannot_be_read_from_the_store_is_held_back_and_the_others_go(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    lost, other = two_unions(office)
    name, get = office.sending(lost).made.message, office.messages.get

    def without(sha256: str) -> bytes:
        if sha256 == name:
            raise NotFound("message_unknown", "There is no such message.")
        return get(sha256)

    monkeypatch.setattr(office.messages, "get", without)
    assert outcomes(office) == [("held_back", "message_unknown"), ("transmitted", "")]
    assert office.sending(lost).status == "prepared"
    assert office.sending(other).status == "transmitted"


def test_the_files_of_another_establishment_are_not_sent(office: Office, make_office: MakeOffice):
    other = make_office(clock=office.clock, details={"tpp_number": NURSE})
    other.record(other.patient().id)
    (total,) = other.bill().sendings
    assert total.sending_id
    assert outcomes(office, total.sending_id, uid("no sending")) == [("held_back", "sending_unknown")] * 2


def test_a_cancelled_sending_is_not_sent(office: Office):
    office.record(office.patient().id)
    run = office.bill()
    assert run.run_id
    office.billing.cancel(context(), run.run_id)
    assert run.sendings[0].sending_id
    assert outcomes(office, run.sendings[0].sending_id) == [("held_back", "sending_not_prepared")]


def test_a_file_sent_by_two_hands_at_once_leaves_once(office: Office):
    office.record(office.patient().id)
    office.bill()
    (identifier,) = office.lookups.prepared_sending_ids(office.where)
    found: list[str] = []
    hands = [Thread(target=lambda: found.extend(sent.outcome for sent in office.send(identifier))) for _ in range(3)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(found) == ["held_back", "held_back", "transmitted"]
    assert len(office.unions.taken) == 1


# A refusal as duplicate


@pytest.mark.parametrize("refusal", [duplicate, envelope_duplicate])
def test_a_duplicate_refusal_is_released_by_a_person_and_its_item_with_it(office: Office, refusal: Any):
    sending = office.billed()
    office.receive(refusal(office.file(sending)))
    assert office.open_items() == [("duplicate_refusal", sending)]
    assert not any(day.is_prepared for day in office.days(sending).values())
    office.dispatch.confirm_rejection(context(), sending)
    assert office.open_items() == []
    assert office.sending(sending).status == "rejected"
    assert all(day.is_prepared for day in office.days(sending).values())
    assert [invoice.status for invoice in office.invoices(sending)] == ["withdrawn"]
    with pytest.raises(NotAllowed):
        office.dispatch.confirm_rejection(context(), sending)


def test_a_receipt_after_the_release_is_for_a_person(office: Office):
    sending = office.billed()
    office.receive(envelope_duplicate(office.file(sending)))
    office.dispatch.confirm_rejection(context(), sending)
    report = office.receive(acknowledged(office.file(sending)))
    assert report.items == ("contradictory_answers",)


def test_sof_19_a_sending_is_read_and_archived(office: Office):
    sending = office.billed()
    office.dispatch.mark_read(context(), sending)
    office.dispatch.archive(context(), sending, archived=True)
    state = office.sending(sending)
    assert (state.is_read, state.is_archived) == (True, True)
    office.dispatch.archive(context(), sending, archived=False)
    assert not office.sending(sending).is_archived
    with pytest.raises(NotFound):
        office.dispatch.mark_read(context(), uid("no sending"))
