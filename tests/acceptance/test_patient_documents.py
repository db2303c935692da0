"""N20: the document of an invoice for its patient, within 28 days, re-issued exactly, and anew after a correction.

SOF-48: ten days to tell the insurer of an authorisation.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.build import Quittance
from api.patient_documents import ISSUED, NOW, edition_of, paper_of
from domain import billing_day as days
from domain import patient as patients
from domain.authorisation import Authorisation
from domain.errors import DomainError, Invalid, NotAllowed, NotFound
from domain.notification import Notification
from domain.patient import Patient
from domain.rules.limits import notice_until
from domain.run_plan import RunOptions
from projections.work import Work
from projections.worklist import how_many_wait, worklist
from tests.acceptance.conftest import Month
from tests.acceptance.practice import AFTERWARDS, MONTH, Installation, answers_of, unauthorised
from tests.acceptance.test_descoring import (
    LATER,
    LOWERED,
    TOLD,
    WITHOUT_300,
    cared_for,
    give_care,
    paying,
    run_and_read,
    said,
)
from tests.acceptance.test_prices import DAYS, accept_tariffs, registered
from tests.printed import sheets

NEW_NAME = "Vandeputte-Nouveau"


@pytest.fixture
def home(kind: str, tmp_path: Path) -> Installation:
    (tmp_path / "home").mkdir()
    return Installation.make(kind, tmp_path / "home")


def works(quittance: Quittance, where: UUID, kind: str, today: Date | None = None) -> list[Work]:
    quittance.views.catch_up()
    day = today or quittance.clock.now().date()
    with quittance.store.database.snapshot() as sql:
        found = worklist(sql, [where], day)
        assert how_many_wait(sql, where, day, []) == len([one for one in found if one.kind != "refusals"])
        assert not [
            one
            for one in worklist(sql, [where], day, bills=False, registers=False)
            if one.kind in ("patient_documents", "notify")
        ]
    return [one for one in found if one.kind == kind]


def invoices_of(quittance: Quittance, sending_id: UUID) -> list[UUID]:
    (opening, *_) = quittance.log.load([sending_id])[sending_id]
    return list(opening.invoice_ids)


def state_of(quittance: Quittance, who: UUID) -> Patient:
    state = patients.fold(quittance.log.load([who])[who])
    assert state is not None
    return state


def rename(quittance: Quittance, who: UUID) -> None:
    details = replace(state_of(quittance, who).details, last_name=NEW_NAME)
    quittance.register.correct_patient(said("rename"), who, details)


def text_of(quittance: Quittance, invoice_id: UUID, edition: str) -> str:
    """As printed, without the moment of printing: the file has none."""
    made = edition_of(quittance, invoice_id, edition)
    return " ".join(sheets(paper_of([made], "fr", quittance.clock.now())))


def refused(act: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value


def test_n20_a_document_is_due_within_28_days_and_reissued_exactly(home: Installation) -> None:
    with home.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        who = cared_for(quittance, where)
        assert not works(quittance, where, "patient_documents")
        run_and_read(quittance, where, MONTH)
        (work,) = works(quittance, where, "patient_documents")
        sent_on = AFTERWARDS.date()
        assert (work.deadline, work.count, work.since) == (sent_on + timedelta(days=28), 1, sent_on)
        assert work.about is not None
        (invoice_id,) = invoices_of(quittance, work.about)

        made = edition_of(quittance, invoice_id)
        assert not made.is_corrected
        assert {line.date for line in made.lines} == set(DAYS)
        assert made.asked_cents == made.invoice.made.requested_cents
        assert made.accepted_cents is None, "a document as asked tells no verdict"
        assert all(line.texts for line in made.lines), "the set of tariffs has words for these codes"
        assert {line.care_giver for line in made.lines} != {""}
        before = text_of(quittance, invoice_id, NOW)
        name = state_of(quittance, who).details.last_name
        assert name in before
        assert made.invoice.made.invoice_number in before

        desk, today = quittance.patient_documents, quittance.clock.now().date()
        rename(quittance, who)
        assert refused(lambda: desk.give_all(said("to come"), where, work.about, Date(2027, 1, 1), "mail")).code == (
            "given_to_come"
        )
        early = refused(lambda: desk.give(said("early"), where, [invoice_id], today, "mail", 1))
        assert early.code == "field_invalid", "nothing could be printed again of that position"
        # Noted after the name was corrected, but as it was printed before.
        done = desk.give_all(said("give"), where, work.about, today, "printed", made.position)
        assert done.result.invoice_ids == (invoice_id,)
        assert not works(quittance, where, "patient_documents")
        assert desk.give_all(said("again"), where, work.about, today, "mail").result.invoice_ids == ()
        again = refused(lambda: desk.give(said("once more"), where, [invoice_id], today, "mail"))
        assert again.code == "patient_document_known"
        assert text_of(quittance, invoice_id, "1") == before
        assert text_of(quittance, invoice_id, ISSUED) == before
        assert NEW_NAME in text_of(quittance, invoice_id, NOW)
        assert refused(lambda: edition_of(quittance, invoice_id, "2")).code == "patient_document_unknown"

        desk.withdraw(said("mistake"), where, invoice_id)
        (back,) = works(quittance, where, "patient_documents")
        assert (back.count, back.deadline) == (1, work.deadline)
        assert isinstance(refused(lambda: desk.withdraw(said("twice"), where, invoice_id)), NotFound)


def test_n20_a_new_document_is_due_when_a_correction_has_ended(home: Installation) -> None:
    with home.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        who = cared_for(quittance, where)
        run_and_read(quittance, where, MONTH)
        (work,) = works(quittance, where, "patient_documents")
        assert work.about is not None
        (first_id,) = invoices_of(quittance, work.about)
        today = quittance.clock.now().date()
        quittance.patient_documents.give_all(said("give"), where, work.about, today, "given")
        as_given = text_of(quittance, first_id, "1")
        asked = edition_of(quittance, first_id).asked_cents

        quittance.descorings.record(said("visit"), who, LOWERED, TOLD)
        (shown,) = quittance.descorings.shown(state_of(quittance, who))
        chosen = [day.day_id for day in shown.to_do][:2]
        quittance.corrections.decide(said("credit"), where, chosen, "credit_note")
        give_care(quittance, where, who, [Date(2026, 11, day) for day in range(2, 16)])
        assert not works(quittance, where, "patient_documents"), "a decision ends nothing yet"
    with paying(home, LATER) as quittance:
        run_and_read(quittance, where, "2026-11")
        found = {one.about: one for one in works(quittance, where, "patient_documents")}
        corrected = edition_of(quittance, first_id)
        assert corrected.is_corrected
        dates = {day.date for day in shown.to_do[:2]}
        assert {one.date for one in corrected.taken_back} == dates
        assert not dates & {line.date for line in corrected.lines}
        assert corrected.asked_cents + sum(one.cents for one in corrected.taken_back) == asked
        assert corrected.accepted_cents == corrected.asked_cents
        assert "Note de crédit" in (told := text_of(quittance, first_id, NOW)) or "Kredietnota" in told
        assert text_of(quittance, first_id, "1") == as_given
        assert text_of(quittance, first_id, ISSUED) == as_given

        desk, day = quittance.patient_documents, quittance.clock.now().date()
        due = {about: [one for one in desk.of_sending(about) if one.is_due_for(about)] for about in found if about}
        assert {about: len(ones) for about, ones in due.items()} == {about: one.count for about, one in found.items()}
        assert first_id in {one.invoice_id for ones in due.values() for one in ones}
        for about in due:
            desk.give_all(said(f"all {about}"), where, about, day, "mail")
        assert not works(quittance, where, "patient_documents")
        assert text_of(quittance, first_id, "2") == told
        desk.withdraw(said("not the second"), where, first_id)
        (left,) = works(quittance, where, "patient_documents")
        assert (left.count, left.deadline) == (1, None), "of a new document no source says until when"


def test_n20_nobody_has_a_document_of_an_erased_patient_or_a_cancelled_run(home: Installation) -> None:
    with home.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        who = cared_for(quittance, where)
        report = quittance.billing.run(said("run"), where, RunOptions(MONTH)).result
        assert not works(quittance, where, "patient_documents"), "what has not left asks nothing yet"
        quittance.dispatch.send(said("send"), where)
        (work,) = works(quittance, where, "patient_documents")
        assert work.about is not None
        (invoice_id,) = invoices_of(quittance, work.about)
        assert report.run_id
        far = refused(
            lambda: quittance.patient_documents.give(
                said("far"), where, [invoice_id], quittance.clock.now().date(), "mail", quittance.log.head() + 5
            )
        )
        assert isinstance(far, Invalid)
        quittance.register.erase(said("erase"), who)
        assert refused(lambda: edition_of(quittance, invoice_id)).code == "patient_erased"
        quittance.patient_documents.give_all(said("give"), where, work.about, quittance.clock.now().date(), "given")
        assert not works(quittance, where, "patient_documents")


def test_n20_a_cancelled_run_owes_nobody_a_document(home: Installation) -> None:
    with home.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        cared_for(quittance, where)
        report = quittance.billing.run(said("run"), where, RunOptions(MONTH)).result
        assert report.run_id
        quittance.billing.cancel(said("cancel"), report.run_id)
        assert not works(quittance, where, "patient_documents")
        (sending_id,) = [one.sending_id for one in report.sendings if one.sending_id]
        (invoice_id,) = invoices_of(quittance, sending_id)
        assert isinstance(refused(lambda: edition_of(quittance, invoice_id)), NotAllowed)


def test_sof_48_an_authorisation_waits_to_be_notified(home: Installation) -> None:
    with home.opened() as quittance:
        where = registered(quittance)
        who = UUID(str(unauthorised(quittance, WITHOUT_300)[0]["patient_id"]))
        given = Authorisation("katz", "B", Date(2026, 11, 16), Date(2027, 1, 31))
        here = [one for one in works(quittance, where, "notify") if one.about == who]
        assert not here
        quittance.register.authorise(said("katz"), who, given)
        quittance.register.authorise(said("ptsi"), who, Authorisation("ptsi", "", Date(2026, 11, 2), None))

        def waits(today: Date | None = None) -> dict[str, Date | None]:
            return {one.code: one.deadline for one in works(quittance, where, "notify", today) if one.about == who}

        assert waits() == {"katz": Date(2026, 11, 26), "ptsi": Date(2026, 11, 12)}
        assert waits()["katz"] == notice_until("katz", given.valid_from)
        assert "katz" not in waits(Date(2027, 2, 1)), "once its days are over a notification opens nothing"
        assert "ptsi" in waits(Date(2027, 2, 1))
        told = Notification("katz", given.valid_from, Date(2026, 11, 18), "practice", "410000-7", "accusé")
        quittance.register.notify(said("told"), who, told)
        assert set(waits()) == {"ptsi"}
        before_it = quittance.log.head() - 1
        quittance.views.catch_up()
        with quittance.store.database.snapshot() as sql:
            past = worklist(sql, [where], AFTERWARDS.date(), before_it)
        assert {one.code for one in past if one.kind == "notify" and one.about == who} == {"katz", "ptsi"}
        quittance.register.withdraw_notification(said("not told"), who, "katz", given.valid_from)
        assert set(waits()) == {"katz", "ptsi"}
        quittance.register.notify(said("other"), who, Notification("ptsi", Date(2026, 11, 2), None, "other"))
        quittance.register.authorise(said("numbered"), who, replace(given, number="AKK9"))
        assert not waits()
        quittance.register.withdraw_authorisation(said("gone"), who, "ptsi", Date(2026, 11, 2))
        quittance.register.authorise(said("ptsi again"), who, Authorisation("ptsi", "", Date(2026, 11, 2), None))
        assert set(waits()) == {"ptsi"}
        quittance.register.erase(said("erase"), who)
        assert not waits()


def test_sof_48_at_the_command_line(home: Installation) -> None:
    home.enter_register()
    with home.opened() as quittance:
        where = quittance.lookups.establishment_ids()[0]
        who = UUID(str(unauthorised(quittance, WITHOUT_300)[0]["patient_id"]))
        quittance.register.authorise(
            said("katz"), who, Authorisation("katz", "B", Date(2026, 11, 16), Date(2027, 1, 31))
        )
    words = ("notify", str(who), "--kind", "katz", "--from", "2026-11-16")
    (told,) = home.json(*words, "--on", "2026-11-18", "--reference", "410000-7")["notifications"]
    assert (told["sent_on"], told["until"], told["is_missing"]) == ("2026-11-18", "2026-11-26", False)
    assert "410000-7" in home.cli(*words, "--on", "2026-11-18", "--reference", "410000-7").stdout
    assert "notified_to_come" in home.cli(*words, "--on", "2027-11-18", code=1).stderr
    (gone,) = home.json("withdraw-notification", *words[1:], "--reason", "erreur")["notifications"]
    assert gone["is_missing"]
    with home.opened() as quittance:
        assert [one for one in works(quittance, where, "notify") if one.about == who]


def test_n20_at_the_command_line(home: Installation, tmp_path: Path) -> None:
    with home.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        cared_for(quittance, where)
        run_and_read(quittance, where, MONTH)
        (work,) = works(quittance, where, "patient_documents")
        assert work.about is not None
        (invoice_id,) = invoices_of(quittance, work.about)
    file, single = tmp_path / "all.pdf", tmp_path / "one.pdf"
    sending = str(work.about)
    told = home.json("patient-documents", sending, "--to", file, "--given", "mail", "--on", "2026-11-20")
    assert [one["is_due"] for one in told["documents"]] == [False]
    assert told["noted"] == [str(invoice_id)]
    assert "1 / " in sheets(file.read_bytes())[0]
    assert home.json("patient-documents", sending)["documents"] == []
    assert len(home.json("patient-documents", sending, "--all")["documents"]) == 1
    assert "sent by post" in home.cli("patient-document", str(invoice_id)).stdout
    home.cli("patient-document", str(invoice_id), "--edition", "1", "--to", single)
    assert sheets(single.read_bytes()) == sheets(file.read_bytes())
    shown = home.json("patient-document", str(invoice_id), "--withdraw", "--reason", "erreur")
    assert (shown["is_due"], shown["given"]) == (True, [])
    assert "field_invalid" in home.cli("patient-document", str(invoice_id), "--given", "pigeon", code=1).stderr


def test_n20_resubmitted_lines_take_the_place_of_refused_ones(
    kind: str, sent_months: Callable[[str], Month], tmp_path: Path
) -> None:
    """Of each corrected document: every day stands as its insurer settled it in the end."""
    month, where = sent_months(kind)
    home = month.copy(kind, tmp_path / "copy")
    with home.opened() as quittance:
        for nth, content in enumerate(answers_of(quittance, tmp_path / "mail")):
            quittance.answers.receive(said(f"answer {nth}"), where, content)
        quittance.views.catch_up()
        with quittance.store.database.snapshot() as sql:
            rows = sql.rows("SELECT day_id FROM days WHERE verdict IN ('mixed', 'refused') ORDER BY day_id")
        decided = quittance.corrections.decide(said("again"), where, [row["day_id"] for row in rows], "rebill")
        assert decided.result.day_ids
        at_first = {one.about: one.count for one in works(quittance, where, "patient_documents")}
    with paying(home, LATER) as quittance:
        quittance.billing.run(said("run"), where, RunOptions("2026-11"), leave_undecided=True)
        quittance.dispatch.send(said("send"), where)
        quittance.answers.collect(said("read"), where)
        quittance.views.catch_up()
        with quittance.store.database.snapshot() as sql:
            corrections = [
                row["invoice_id"] for row in sql.rows("SELECT invoice_id FROM invoices WHERE invoicing_type = 1")
            ]
        assert corrections
        found = quittance.patient_documents.of_invoices(corrections)
        checked = 0
        for one in found:
            made = edition_of(quittance, one.invoice_id)
            assert made.is_corrected
            as_asked = edition_of(quittance, one.invoice_id, ISSUED)
            assert as_asked.asked_cents == as_asked.invoice.made.requested_cents
            now = quittance.log.load(made.invoice.made.day_ids)
            for events in now.values():
                day = days.fold(events)
                assert day is not None
                if day.verdict == "none" or day.invoice_id not in {one.invoice_id, *(i for i, _ in one.corrections)}:
                    continue
                lines = [line for line in made.lines if line.date == day.date]
                assert sum(line.accepted_cents or 0 for line in lines) == day.accepted_cents
                assert sorted(line.care.code for line in lines) == sorted(line.care.code for line in day.active)
                checked += 1
        assert checked
        after = {one.about: one.count for one in works(quittance, where, "patient_documents")}
        assert at_first.items() <= after.items(), "first documents wait, whatever was corrected"
        new = [about for about in after if about not in at_first and about]
        told = {one.invoice_id for about in new for one in quittance.patient_documents.of_sending(about) if one.untold}
        assert told == {one.invoice_id for one in found}
