"""The shipped sample: made again byte for byte, read without a reject, planned, written, sent and settled."""

from collections import Counter
from datetime import date
from uuid import UUID, uuid5

import pytest

from domain import establishment as establishments
from domain import patient as patients
from domain import provider as providers
from domain.billing_day import BillingDay, Line, day_id
from domain.care_entry import place
from domain.compose import GivenNumbers, compose
from domain.patient import Patient
from domain.pricing.book import PriceBook
from domain.provider import Provider
from domain.run_plan import Candidate, Practice, RunOptions, plan
from infrastructure.carefile.care_file import read_care_file
from infrastructure.carefile.register_file import read_register_file
from infrastructure.carefile.register_rows import (
    AuthorisationRow,
    EstablishmentRow,
    MembershipRow,
    PatientRow,
    ProviderRow,
    RegistrationRow,
)
from infrastructure.efact.check import check
from infrastructure.efact.writer import write
from infrastructure.sample import sample_files
from infrastructure.sample.generate import main, make
from infrastructure.sample.tariff_be_nursing import be_nursing
from infrastructure.simulator.scenario import USUAL
from tests.infrastructure.simulator.helpers import Office
from tests.infrastructure.simulator.worlds import our_side

HERE = UUID(int=11)
TODAY = date(2026, 11, 3)
CONFIRMED = {"424631", "424653", "424675", "423415", "424874"}
REGISTER, _ = read_register_file(sample_files().register)
CARE, _ = read_care_file(sample_files().care)
NURSING = be_nursing()


def rows(kind):
    return [row for row in REGISTER if isinstance(row, kind)]


@pytest.fixture(scope="module")
def month():
    """Practice and plan of October, as the domain makes them of the sample."""
    who = {(p.ssin or p.affiliation_number): uuid5(HERE, p.ssin or p.affiliation_number) for p in rows(PatientRow)}
    known = {
        identifier: (identifier, Patient(HERE, row.ssin, row.affiliation_number, row.details, row.periods, allowed))
        for row in rows(PatientRow)
        for allowed in [tuple(one.given for one in rows(AuthorisationRow) if one.number == row.ssin)]
        for identifier in [who[row.ssin or row.affiliation_number]]
    }
    staff = {row.details.nihii: (uuid5(HERE, row.details.nihii), Provider(row.details)) for row in rows(ProviderRow)}
    members = tuple(establishments.Membership(staff[row.nihii][0], row.valid_from) for row in rows(MembershipRow))
    here = establishments.Establishment(rows(EstablishmentRow)[0].details, members)
    by_day = {}
    for row in CARE:
        by_day.setdefault((who[row.number], row.date), []).append(row.care)
    days = []
    for (patient, on), cares in by_day.items():
        placed = place(HERE, patient, on, [], cares, match=True)
        lines = tuple(Line(new.line_id, new.care, new.possible_duplicate) for new in placed.added)
        days.append(Candidate(day_id(HERE, patient, on, 1), BillingDay(HERE, patient, on, 1, lines)))
    practice = Practice(HERE, here, staff, known, PriceBook([(NURSING.valid_from, NURSING)]))
    return practice, plan(practice, days, RunOptions("2026-10"), TODAY)


def test_the_shipped_files_are_those_that_the_generator_makes(tmp_path):
    assert make() == sample_files()
    main(tmp_path)
    assert (tmp_path / "care.csv").read_bytes() == sample_files().care
    assert (tmp_path / "practice.jsonl").read_bytes() == sample_files().register


def test_the_sample_is_read_without_a_reject():
    assert read_register_file(sample_files().register)[1] == []
    assert read_care_file(sample_files().care)[1] == []
    assert len(CARE) == 2_381
    assert not any(row.care.is_priced for row in CARE)
    assert Counter(type(row) for row in REGISTER) == {
        EstablishmentRow: 1, ProviderRow: 6, MembershipRow: 6, PatientRow: 40, AuthorisationRow: 13,
        RegistrationRow: 1,
    }  # fmt: skip
    assert {row.date.month for row in CARE} == {10}
    assert {row.number for row in CARE} == {row.ssin or row.affiliation_number for row in rows(PatientRow)}


def test_codes_are_confirmed_or_marked_fictitious():
    codes = {row.care.code for row in CARE}
    assert {code for code in codes - CONFIRMED if not code.startswith("990")} == set()
    assert codes <= set(NURSING.codes)


def test_the_register_accepts_every_line():
    establishments.register(None, rows(EstablishmentRow)[0].details)
    for row in rows(ProviderRow):
        assert providers.register(None, row.details)
    for row in rows(PatientRow):
        (entered,) = patients.register(None, HERE, row.ssin, row.affiliation_number, row.details)
        state = patients.evolve(None, entered)
        assert all(patients.insure(state, period) for period in row.periods)


def test_it_holds_what_a_practice_meets(month):
    _, planned = month
    reasons = Counter(blocked.code for blocked in planned.blocked)
    assert set(reasons) == {
        "insurability_missing", "possible_duplicate", "prescriber_missing", "prescription_date_missing"
    }  # fmt: skip
    assert reasons["possible_duplicate"] == 9
    assert len({one.key.destination for one in planned.documents}) == 1
    assert [s.union for s in planned.sendings] == ["100", "200", "300", "306", "400", "500", "600", "900"]
    cares = [row.care for row in CARE]
    assert sum(bool(care.commitment_number) for care in cares) > 10
    assert sum(care.has_reading for care in cares) > 50
    assert sum(bool(care.care_assistant) for care in cares) > 20


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_union_settles_the_month_and_the_figures_hold(month, tmp_path, seed):
    from domain.settlement import judge
    from infrastructure.efact.answers import read_answer

    practice, planned = month
    office = Office(tmp_path, USUAL, seed)
    people = dict(practice.patients.values())
    staff = {nihii: provider for nihii, (_, provider) in practice.providers.items()}
    lines = refused = 0
    for number, sending in enumerate(planned.sendings, 1):
        names = tuple(f"2026{number:02d}{place:06d}" for place, _ in enumerate(sending.invoices))
        given = GivenNumbers(uuid5(HERE, str(number)), f"2026{number:010d}", number, names)
        file = compose(sending, given, practice.establishment.details, people, staff, TODAY)
        written = write(file)
        assert check(written.content) == []
        answers = [read_answer(content) for content in sent(office, file, written.content)]
        assert [a.message for a in answers] == ["931000", "920098", "920900"]
        judged = judge(answers[-1], *our_side(file, written))
        assert judged.holds
        assert judged.doubts == ()
        lines += sum(len(invoice.lines) for invoice in file.invoices)
        refused += sum(said.verdict == "refused" for day in judged.verdicts.values() for said in day)
    assert 0.015 < refused / lines < 0.07


def sent(office, file, content):
    office.unions.transmit(content, file.provider_reference, file.union, file.tpp_number)
    return office.taken(file)
