"""Documents of invoices for their patients: what is to be given, as one PDF file, and noting that it was given."""

from datetime import date as Date
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.access import note_access
from api.cli.console import AsJson, Reason, concerning, working
from api.cli.ids import identifier_of
from api.cli.voice import NOTHING, Voice
from api.patient_documents import NOW, document_out, documents_of, edition_of, given_out, paper_of
from application.patient_documents import Corrected
from domain import invoice as invoices
from domain import sending as sendings
from domain.errors import Invalid, NotFound
from domain.local_time import local_date
from domain.patient_document import WAYS, Way
from projections.patient_document import PatientDocument

Out = Annotated[Path | None, typer.Option("--to", help="PDF file to write.")]
Given = Annotated[str, typer.Option("--given", help="Note them as given: printed, mail or given.")]
On = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="When; else today.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("patient-documents")(patient_documents)
    app.command("patient-document")(patient_document)


def patient_documents(
    sending: Annotated[str, typer.Argument(help="Sending id.")],
    paper: Out = None,
    every_document: Annotated[bool, typer.Option("--all", help="Also those that were given already.")] = False,
    given_way: Given = "",
    given_on: On = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """What the patients of a sending are to be given, as one PDF file with --to; --given notes that they were."""
    with working(as_json=as_json) as (quittance, voice):
        which, position = identifier_of(sending), quittance.log.head()
        found = quittance.patient_documents.of_sending(which, position)
        wanted = [one for one in found if every_document or one.is_due_for(which)]
        if paper:
            _write(quittance, voice, paper, documents_of(quittance, wanted, position))
        noted: tuple[UUID, ...] = ()
        if given_way:
            where = _of(quittance, which)
            on, asked = _day(quittance, given_on), concerning(quittance, which, reason)
            give = quittance.patient_documents.give_all
            noted = give(asked, where, which, on, _way(given_way), position).result.invoice_ids
        note_access(quittance, "patient_papers.read", [one.invoice.made.patient_id for one in wanted])
        _show(voice, wanted, which, noted, is_noting=bool(given_way))


def patient_document(
    invoice: Annotated[str, typer.Argument(help="Invoice id.")],
    paper: Out = None,
    document_edition: Annotated[
        str, typer.Option("--edition", help="now, issued, or the number of one that was given.")
    ] = NOW,
    given_way: Given = "",
    given_on: On = None,
    taken_back: Annotated[bool, typer.Option("--withdraw", help="The last note was a mistake.")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """The document of an invoice for its patient: any edition, noted as given, or no longer noted so."""
    with working(as_json=as_json) as (quittance, voice):
        which = identifier_of(invoice)
        made = edition_of(quittance, which, document_edition)
        note_access(quittance, "patient_papers.read", [made.invoice.made.patient_id])
        if paper:
            _write(quittance, voice, paper, (made,))
        if given_way or taken_back:
            _note(quittance, voice, which, made, given_way, _day(quittance, given_on), reason)
        if as_json:
            voice.json(document_out(quittance, made, voice.language))
        elif not paper:
            _editions(quittance, voice, which)


def _note(
    quittance: Quittance, voice: Voice, which: UUID, made: PatientDocument, way: str, on: Date, reason: str
) -> None:
    """As given in that way; without one the last note is taken back."""
    desk, where = quittance.patient_documents, _of(quittance, which)
    asked = concerning(quittance, which, reason)
    if way:
        desk.give(asked, where, [which], on, _way(way), made.position)
    else:
        desk.withdraw(asked, where, which)
    if not voice.as_json:
        voice.say("patient_document.noted", count=1) if way else voice.say("patient_document.taken_note")


def _write(quittance: Quittance, voice: Voice, path: Path, made: tuple[PatientDocument, ...]) -> None:
    if not made:
        raise NotFound("patient_document_unknown", "There is no document to write.")
    path.write_bytes(paper_of(made, voice.language, quittance.clock.now()))
    if not voice.as_json:
        voice.say("patient_document.written", count=len(made), path=path)


def _show(voice: Voice, wanted: list[Corrected], which: UUID, noted: tuple[UUID, ...], *, is_noting: bool) -> None:
    if voice.as_json:
        rows = [
            {
                "invoice_id": one.invoice_id,
                "invoice_number": one.invoice.made.invoice_number,
                "is_due": one.is_due_for(which) and one.invoice_id not in noted,
                "is_corrected": bool(one.ended),
            }
            for one in wanted
        ]
        voice.json({"sending_id": which, "documents": rows, "noted": noted})
        return
    if is_noting:
        voice.say("patient_document.noted", count=len(noted))
        return
    voice.table(
        [("column.number", False), ("patient_document.edition", False), ("column.status", False), ("column.id", False)],
        [
            (
                one.invoice.made.invoice_number,
                voice.code("patient_document_edition", "corrected" if one.ended else "issued"),
                voice.label("patient_document.due") if one.is_due_for(which) else NOTHING,
                one.invoice_id,
            )
            for one in wanted
        ],
    )


def _editions(quittance: Quittance, voice: Voice, which: UUID) -> None:
    """Those that were given."""
    found = quittance.patient_documents.of_invoices([which])
    voice.table(
        [(f"patient_document.{head}", head == "nth") for head in ("nth", "given_on", "way", "edition")],
        [
            (
                given.nth,
                given.given_on,
                voice.code("patient_document_way", given.way),
                voice.code("patient_document_edition", "corrected" if given.is_corrected else "issued"),
            )
            for one in found
            for given in map(given_out, one.invoice.documents)
        ],
    )


def _of(quittance: Quittance, which: UUID) -> UUID:
    """The establishment of a sending or an invoice that is there."""
    events = quittance.log.load([which]).get(which, [])
    opening = events[0] if events else None
    if not isinstance(opening, sendings.SendingPrepared | invoices.InvoiceIssued):
        raise NotFound("invoice_unknown", "There is no such invoice or sending.")
    return opening.establishment_id


def _day(quittance: Quittance, given: datetime | None) -> Date:
    return given.date() if given else local_date(quittance.clock.now())


def _way(given: str) -> Way:
    for way in WAYS:
        if way == given:
            return way
    raise Invalid("field_invalid", "way: give printed, mail or given.", field="way")
