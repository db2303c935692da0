"""Past files of the old program become sendings made elsewhere; their settlements bind to them."""

from dataclasses import replace
from datetime import date as Date
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from application.apply_answer import apply_answer
from application.commit import decide
from application.ports import ConcurrencyConflict
from application.take_over import TakeOverReport
from domain import compose, numbering
from domain import patient as patients
from domain.billing_file import BillingFile, FileInvoice, FileLine, IdentityReading
from domain.care import line_id
from domain.errors import NotAllowed, NotFound
from domain.event import ERASED
from infrastructure.efact.codec import EfactCodec
from infrastructure.store.opening import Store
from projections.engine import Runner
from projections.feed import Feed
from projections.views import all_views
from tests.acceptance.searching import Person, Search, tables
from tests.application.office import Office, acknowledged, context, rejected, row, settled
from tests.domain.builders import GROUP, NURSE, OTHER_SSIN, SSIN, a_care, insured, uid


def a_line(reference: str = "OLD-1", day: int = 3, cents: int = 2000, code: str = "425294", **values: Any) -> FileLine:
    return replace(FileLine(reference, code, Date(2025, 12, day), cents, NURSE), **values)


def an_invoice(*lines: FileLine, number: str = SSIN, **values: Any) -> FileInvoice:
    made = FileInvoice(
        reference="OLDINVOICE1",
        invoice_number="202500000900",
        patient_number=number,
        has_ssin=True,
        sex=2,
        sickness_fund="131",
        destination="131",
        ct1="110",
        ct2="110",
        lines=lines or (a_line(),),
    )
    return replace(made, **values)


def old_file(*made: FileInvoice, **values: Any) -> bytes:
    file = BillingFile(
        provider_reference="20250000000412",
        sending_number=41,
        billed_month="202512",
        creation_date=Date(2026, 1, 5),
        union="100",
        test=True,
        tpp_number=GROUP,
        cbe_number="0123456749",
        iban="BE49999000000171",
        bic="TESTBEBB",
        contact_last_name="Peeters",
        contact_first_name="An",
        contact_phone="0470000001",
        content_code="040",
        profession_code="410",
        reference="OLDSENDING41",
        file_reference="OLD41",
        invoices=made or (an_invoice(),),
    )
    return EfactCodec().write(replace(file, **values)).content


def take(office: Office, *files: bytes) -> TakeOverReport:
    return office.take_over.take(context(), office.where, files)


def test_a_file_of_the_old_program_becomes_a_sending_made_elsewhere(office: Office):
    content = old_file(an_invoice(a_line(), a_line("OLD-2", 3, 668, "425110"), a_line("OLD-3", 4)))
    (taken,) = take(office, content).files
    assert (taken.outcome, taken.invoices, taken.days, taken.new_patients) == ("taken", 1, 2, 1)
    assert taken.sending_id
    state = office.sending(taken.sending_id)
    made = state.made
    assert (state.status, state.transmitted_on, made.made_elsewhere) == ("transmitted", Date(2026, 1, 5), True)
    assert (made.sending_number, made.provider_reference, made.billed_month) == (41, "20250000000412", "2025-12")
    assert (made.requested_cents, made.line_count, made.day_count, made.run_id) == (4668, 3, 2, None)
    (invoice,) = office.invoices(taken.sending_id)
    assert (invoice.made.record, invoice.made.total_record, invoice.made.requested_cents) == (2, 6, 4668)
    days = list(office.days(taken.sending_id).values())
    assert [(d.date.day, d.records, len(d.lines)) for d in days] == [(3, (3, 4), 2), (4, (5,), 1)]
    assert office.file(taken.sending_id) == content
    assert office.open_items() == []


def test_the_same_file_twice_changes_nothing(office: Office):
    take(office, old_file())
    head = office.log.head()
    (again,) = take(office, old_file()).files
    assert again.outcome == "already_taken"
    assert office.log.head() == head


def test_what_is_not_taken_says_why(office: Office):
    take(office, old_file())
    head = office.log.head()
    other = old_file(an_invoice(a_line(cents=1)))
    foreign = old_file(tpp_number=NURSE, provider_reference="20250000000413")
    report = take(office, other, foreign, old_file(provider_reference="20250000000414")[:-300])
    assert [(f.outcome, f.code) for f in report.files][:2] == [
        ("not_taken", "reference_used"),
        ("not_taken", "tpp_number_of_another"),
    ]
    assert report.files[2].outcome == "not_taken"
    assert report.files[2].code.startswith("efact.")
    assert office.log.head() == head


def test_no_file_is_taken_by_an_unknown_establishment(office: Office):
    with pytest.raises(NotFound):
        office.take_over.take(context(), uid("nowhere"), [old_file()])


def test_settlements_bind_to_it_whatever_came_first(office: Office):
    content = old_file(an_invoice(a_line(), a_line("OLD-2", 4, 668, "425110")))
    answers = (settled(content, {1: ("R502255", 0)}), acknowledged(content))
    report = take(office, *answers, content)
    assert [a.outcome for a in report.answers] == ["read", "read"]
    (taken,) = report.files
    assert taken.sending_id
    assert office.sending(taken.sending_id).outcome == "in_part"
    assert [d.verdict for d in office.days(taken.sending_id).values()] == ["accepted", "refused"]
    assert office.open_items() == []


def test_an_answer_that_waited_for_its_sending_is_read_then(office: Office):
    content = old_file()
    assert office.receive(settled(content)).outcome == "unmatched"
    assert office.open_items() == [("sending_unknown", None)]
    report = take(office, content)
    assert [a.status for a in report.answers] == ["settled"]
    assert office.open_items() == []
    assert office.lookups.unmatched_messages(office.where) == []
    assert office.receive(settled(content)).outcome == "already_read"


def test_answers_before_and_after_end_alike(office: Office):
    states = []
    for number, first in enumerate((True, False), 1):
        reference = f"2025000000{number:04d}"
        content = old_file(
            an_invoice(a_line(day=number), invoice_number=f"20250000000{number}"),
            provider_reference=reference,
            sending_number=number,
        )
        messages = [settled(content), acknowledged(content)]
        take(office, *([*messages, content] if first else [content]))
        for message in () if first else messages:
            office.receive(message)
        (state,) = [s for s in office.all_sendings() if s.made.provider_reference == reference]
        (day,) = office.days(state.sending_id).values()
        states.append((state.status, state.facts, day.verdict, day.accepted_cents))
    assert states[0] == states[1]
    assert office.open_items() == []


def test_an_unknown_patient_becomes_a_record_to_complete_and_a_known_one_is_found(office: Office):
    known = office.patient(SSIN).id
    content = old_file(
        an_invoice(a_line()), an_invoice(a_line("OLD-2"), number=OTHER_SSIN, invoice_number="202500000901")
    )
    (taken,) = take(office, content).files
    assert taken.sending_id
    assert taken.new_patients == 1
    one, two = (invoice.made.patient_id for invoice in office.invoices(taken.sending_id))
    assert one == known
    nameless = patients.fold(office.log.load([two])[two])
    assert nameless
    assert (nameless.ssin, nameless.details.last_name) == (OTHER_SSIN, "")
    completed = office.patient(OTHER_SSIN)
    assert (completed.id, completed.is_new) == (two, False)


def test_a_patient_without_national_number_is_known_by_affiliation(office: Office):
    (taken,) = take(office, old_file(an_invoice(number="1234567", has_ssin=False))).files
    assert taken.sending_id
    (invoice,) = office.invoices(taken.sending_id)
    assert office.patient("", affiliation="1234567").id == invoice.made.patient_id


def named_by_the_patient() -> bytes:
    """The old program wrote the national number in every zone 28."""
    line = a_line(SSIN, commitment_number="77", reading=IdentityReading(method="1", document="3", serial="5921"))
    return old_file(an_invoice(line, a_line(SSIN, 4), reference=SSIN), reference=SSIN)


def everything(office: Office, store: Store) -> dict[str, set[str]]:
    """Where the number stands in clear: tables of the log and of the views, and the public feed."""
    runner = Runner(store.database, store.log, all_views(store.keys))
    runner.prepare()
    runner.catch_up()
    search = Search([Person((SSIN,), ())])
    with store.database.snapshot() as sql:
        schema = "" if sql.dialect == "sqlite" else sql.rows("SELECT current_schema() AS name")[0]["name"]
        found = search.in_database(sql, schema)
        assert len(tables(sql, schema)) > 20
    feed = msgspec.json.encode(Feed(store.log).page(0, 1_000).events)
    return {**found, **({"feed": hits} if (hits := search.found(feed)) else {})}


def test_a_national_number_in_zone_28_stands_nowhere_in_clear_and_goes_with_an_erasure(office: Office, store: Store):
    content = named_by_the_patient()
    report = take(office, content, settled(content, {0: ("R502255", 0)}))
    (taken,) = report.files
    assert taken.sending_id
    assert everything(office, store) == {}
    (invoice,) = office.invoices(taken.sending_id)
    assert invoice.made.reference == SSIN, "kept for the settlement, under the key of the patient"
    days = office.days(taken.sending_id)
    assert [line.care.line_ref for day in days.values() for line in day.lines] == [SSIN, SSIN]
    guessed = {line_id(day_id, line.care, n) for day_id, day in days.items() for line in day.lines for n in range(9)}
    assert not guessed & {line.line_id for day in days.values() for line in day.lines}
    office.register.erase(context(), invoice.made.patient_id)
    assert office.invoices(taken.sending_id)[0].made.reference == ERASED
    lines = [line for day in office.days(taken.sending_id).values() for line in day.lines]
    assert {line.care.line_ref for line in lines} == {ERASED}
    assert everything(office, store) == {}


def test_a_settlement_still_binds_when_the_patient_was_erased_meanwhile(office: Office):
    content = named_by_the_patient()
    (taken,) = take(office, content).files
    assert taken.sending_id
    (invoice,) = office.invoices(taken.sending_id)
    office.register.erase(context(), invoice.made.patient_id)
    office.receive(settled(content, {0: ("R502255", 0)}))
    assert office.open_items() == []
    assert office.sending(taken.sending_id).outcome == "in_part"


def test_another_zone_28_is_for_a_person(office: Office):
    content = named_by_the_patient()
    take(office, content)
    stranger = named_by_the_patient().replace(SSIN.ljust(25).encode(), b"ANOTHER".ljust(25))
    report = office.receive(settled(stranger, {0: ("R502255", 0)}))
    assert "reference_disagrees" in report.items


def test_files_of_an_erased_patient_are_still_taken_without_what_would_be_sealed(office: Office):
    who = office.patient(SSIN).id
    office.register.erase(context(), who)
    content = named_by_the_patient()
    (taken,) = take(office, content).files
    assert (taken.outcome, taken.new_patients) == ("taken", 0)
    assert taken.sending_id
    (invoice,) = office.invoices(taken.sending_id)
    assert (invoice.made.patient_id, invoice.made.reference) == (who, "")
    (care, _) = (line.care for day in office.days(taken.sending_id).values() for line in day.lines)
    assert (care.line_ref, care.commitment_number, care.reading_serial) == ("", "", "")
    office.receive(settled(content, {0: ("R502255", 0)}))
    assert office.open_items() == []


def patched(content: bytes, start: int, zone: bytes, record: int = 0) -> bytes:
    """Other bytes from a place of a header (0: the first), or of a record, counted from 1 as the instructions do."""
    at = start - 1 + (227 + 350 * (record - 1) if record else 0)
    return content[:at] + zone + content[at + len(zone) :]


TWINS = an_invoice(), an_invoice(a_line("OLD-2", 4), number=OTHER_SSIN)


@pytest.mark.parametrize(
    "bad",
    [
        patched(old_file(), 21, b"2025FACTURE412"),
        patched(old_file(), 21, b" 025000000412 "),
        patched(old_file(), 113, b"99", record=1),
        patched(old_file(), 113, b"00", record=1),
        patched(old_file(), 108, b"09999", record=1),
        patched(old_file(), 115, b"FACTURE 0009", record=2),
        old_file(*TWINS),
    ],
    ids=["letters in 204", "blanks in 204", "month 99", "month 0", "year 9999", "letters in 24", "twice the number"],
)
def test_a_file_without_usable_numbers_is_refused_and_stops_no_other(office: Office, bad: bytes):
    good = old_file(provider_reference="20250000000413", sending_number=42)
    report = take(office, bad, good)
    assert [(f.outcome, f.code) for f in report.files] == [("not_taken", "efact.unusable"), ("taken", "")]


@pytest.mark.parametrize(
    ("trouble", "code"),
    [(ConcurrencyConflict(), "changed_meanwhile"), (NotAllowed("subject_erased", "gone"), "subject_erased")],
    ids=["conflict", "refusal"],
)
def test_what_goes_wrong_with_one_file_stops_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch, trouble: Exception, code: str
):
    bad, good = old_file(), old_file(provider_reference="20250000000413", sending_number=42)

    def stumbling(log: Any, mine: Any, decision: Any) -> Any:
        if mine.meta.cause == sha256(bad).hexdigest():
            raise trouble
        return decide(log, mine, decision)

    monkeypatch.setattr("application.take_over.decide", stumbling)
    report = take(office, bad, good)
    assert [(f.outcome, f.code) for f in report.files] == [("not_taken", code), ("taken", "")]


def test_an_answer_that_cannot_be_applied_stops_no_other(office: Office, monkeypatch: pytest.MonkeyPatch):
    content = old_file()
    bad, good = settled(content, {0: ("R502255", 0)}), acknowledged(content)

    def stumbling(log: Any, where: Any, message: Any, name: str, answer: Any, target: Any) -> Any:
        if name == sha256(bad).hexdigest():
            raise ConcurrencyConflict
        return apply_answer(log, where, message, name, answer, target)

    monkeypatch.setattr("application.read_answers.apply_answer", stumbling)
    report = take(office, content, bad, good)
    assert [answer.outcome for answer in report.answers] == ["not_applied", "read"]


@pytest.mark.parametrize("reference", ["20259999999999", "20259999999998", "20255000000001"])
def test_a_reference_near_the_end_does_not_push_our_numbering_there(office: Office, reference: str):
    (taken,) = take(office, old_file(provider_reference=reference)).files
    assert taken.outcome == "taken"
    found = office.log.load([numbering.numbering_id("reference", "")])
    assert found == {}


def test_its_numbers_are_not_given_again(office: Office):
    take(office, old_file())
    used = numbering.fold(office.log.load([numbering.numbering_id("sending", GROUP)]).popitem()[1])
    assert used.used == {2025: {41}, 2026: {41}}
    references = numbering.fold(office.log.load([numbering.numbering_id("reference", "")]).popitem()[1])
    assert references.following == {2025: 413}
    office.record(office.patient().id)
    (total,) = office.bill().sendings
    assert total.sending_id
    assert office.sending(total.sending_id).made.sending_number == 42


def test_care_of_the_same_date_opens_the_next_sequence(office: Office):
    (taken,) = take(office, old_file()).files
    assert taken.sending_id
    report = office.bring([replace(row(2), date=Date(2025, 12, 3), care=a_care("425294", 2000))])
    assert (report.outcome, report.added) == ("imported", 1)
    assert report.possible_duplicates == 1, "the old program billed it already"


def test_two_files_of_one_patient_and_date_are_two_sequences(office: Office):
    first = old_file()
    second = old_file(
        an_invoice(a_line("OLD-9", cents=100), invoice_number="202500000950"),
        provider_reference="20250000000413",
        sending_number=42,
    )
    report = take(office, first, second)
    assert [f.outcome for f in report.files] == ["taken", "taken"]
    sequences = [d.sequence for f in report.files if f.sending_id for d in office.days(f.sending_id).values()]
    assert sequences == [1, 2]


def test_a_rejected_file_of_the_old_program_is_billed_by_us(office: Office):
    office.patient(SSIN, insured("131"))
    content = old_file(an_invoice(a_line(), a_line("", 3), a_line("", 3, 668, "425110")))
    (taken,) = take(office, content).files
    assert taken.sending_id
    office.receive(rejected(content))
    ((day_id, day),) = office.days(taken.sending_id).items()
    assert day.is_prepared
    assert office.record(day.patient_id, a_care("425294", 2100), month=1) != [day_id]
    again = [line.line_id for line in office.day(day_id).lines]
    assert len(set(again)) == 3
    office.care.confirm(context(), day_id, office.day(day_id).lines[1].line_id)
    totals = office.bill("2026-01").sendings
    assert [(t.billed_month, t.lines) for t in totals] == [("2025-12", 3), ("2026-01", 1)]


def test_a_reading_and_a_commitment_come_with_their_line(office: Office):
    reading = IdentityReading("1", "3", 2, 1, Date(2025, 12, 3), "0815", "5921", "990", "991", "900950")
    line = a_line(commitment_number="77", reading=reading)
    (taken,) = take(office, old_file(an_invoice(line, a_line("OLD-2", 4)))).files
    assert taken.sending_id
    first, second = office.days(taken.sending_id).values()
    assert (first.records, second.records) == ((3,), (6,))
    care = first.lines[0].care
    assert (care.reading_method, care.line_ref) == ("1", "OLD-1")
    assert (care.vignette_reason, care.proof_number, care.device_number) == (1, "990", "991")
    again = compose._reading(care, Date(2025, 12, 3))
    assert replace(again, agreement_number=again.agreement_number.lstrip("0")) == reading


def test_a_credit_note_of_the_old_program_is_settled_in_negative_amounts(office: Office):
    content = old_file(an_invoice(a_line(cents=-2000, units=-1), invoicing_type=3))
    (taken,) = take(office, content).files
    assert taken.sending_id
    report = office.receive(settled(content))
    assert (report.status, report.items) == ("settled", ())
    (day,) = office.days(taken.sending_id).values()
    assert (day.verdict, day.accepted_cents) == ("accepted", -2000)
    assert office.sending(taken.sending_id).made.requested_cents == -2000
