"""Documents for patients on paper and for programs: which edition is meant, what it says, one file of many of them.

The layout is our own: the official one is not known, and a document says nothing that the product does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from api.build import Quittance
from api.catalogue import LANGUAGES, Language, euros, text
from api.web.assets import FOLDER, manifest
from application.patient_documents import Corrected
from domain.errors import Invalid, NotAllowed, NotFound
from domain.local_time import local_date
from domain.patient_document import PatientDocumentGiven, Way
from domain.rules.limits import patient_document_until
from infrastructure.pdf import Block, Column, Document, Facts, Fonts, Frame, Heading, Paragraph, Table, pdf_of
from projections.patient_document import DocumentLine, PatientDocument, documents

NOW, ISSUED = "now", "issued"
"""Editions: as it would be given now, with what was corrected; and as asked. Else the number of one that was given."""
MOST_ROWS = 20_000
_DASH = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class GivenOut:
    """A document that the patient was given. `is_corrected`: it told of corrections that had ended by then."""

    nth: int
    given_on: Date
    way: Way
    position: int
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class LineOut:
    """A service as the document tells it; `text` empty where no set of tariffs knows the code."""

    date: Date
    code: str
    text: str
    units: int
    provider: str
    care_giver: str
    invoice_number: str
    asked_cents: int
    accepted_cents: int | None
    patient_share_cents: int
    supplement_cents: int


@dataclass(frozen=True, slots=True)
class TakenBackOut:
    """What a credit note gave back to the insurer."""

    date: Date
    invoice_number: str
    cents: int


@dataclass(frozen=True, slots=True)
class PatientDocumentOut:
    """One edition. `is_due`: the patient is still to be given one, the first until `until` (null before it was sent).

    `position`: of the log, up to which it is made: noting it as given names it, so that the same is printed again.
    """

    invoice_id: UUID
    invoice_number: str
    sending_id: UUID
    is_due: bool
    until: Date | None
    given: tuple[GivenOut, ...]
    is_corrected: bool
    position: int
    made_at: datetime
    asked_cents: int
    accepted_cents: int | None
    patient_share_cents: int
    supplement_cents: int
    lines: tuple[LineOut, ...]
    taken_back: tuple[TakenBackOut, ...]


def edition_of(quittance: Quittance, invoice_id: UUID, edition: str = NOW, at: int | None = None) -> PatientDocument:
    """One edition of the document of an invoice, or of the one that it corrects. `at`: None for now.

    Raises `NotFound` for an invoice or an edition that is not there, `NotAllowed` for a withdrawn invoice or an erased
    patient, `Invalid` for anything else than an edition.
    """
    position, is_corrected = quittance.log.head() if at is None else at, edition != ISSUED
    found = _one(quittance, invoice_id, position)
    if edition != NOW:
        given = _given(found, edition)
        position = given.made_upto if given else position
        found = _one(quittance, invoice_id, position)
    if found.invoice.status == "withdrawn":
        raise NotAllowed("invoice_withdrawn", "This invoice was withdrawn: its care is billed anew.")
    return document_of(quittance, found, position, is_corrected=is_corrected)


def document_of(quittance: Quittance, found: Corrected, position: int, *, is_corrected: bool = True) -> PatientDocument:
    """Raises `NotAllowed` for an erased patient."""
    made = documents(quittance.log, quittance.keys, quittance.tariffs, [found], position, corrected=is_corrected)
    if not made:
        raise NotAllowed("patient_erased", "This patient's personal data were erased for good.")
    return made[0]


def documents_of(quittance: Quittance, found: Sequence[Corrected], position: int) -> tuple[PatientDocument, ...]:
    """Of many invoices of one practice; erased patients and withdrawn invoices have none."""
    standing = [one for one in found if one.invoice.status != "withdrawn"]
    return documents(quittance.log, quittance.keys, quittance.tariffs, standing, position)


def document_out(quittance: Quittance, made: PatientDocument, language: Language) -> PatientDocumentOut:
    """For a program."""
    now = _one(quittance, made.invoice_id, quittance.log.head())
    return PatientDocumentOut(
        made.invoice_id,
        made.invoice.made.invoice_number,
        made.invoice.made.sending_id,
        now.is_due,
        patient_document_until(made.sent_on) if made.sent_on else None,
        tuple(given_out(one) for one in now.invoice.documents),
        made.is_corrected,
        made.position,
        made.made_at,
        made.asked_cents,
        made.accepted_cents,
        made.share_cents,
        made.supplement_cents,
        tuple(_line_out(line, language) for line in made.lines),
        tuple(TakenBackOut(one.date, one.invoice_number, one.cents) for one in made.taken_back),
    )


def given_out(one: PatientDocumentGiven) -> GivenOut:
    """A document that was given."""
    return GivenOut(one.nth, one.given_on, one.way, one.made_upto, bool(one.corrections))


def paper_of(made: Sequence[PatientDocument], language: Language, when: datetime) -> bytes:
    """One file, each document on sheets of its own, in the language of its patient; `language`: of the file itself.

    Raises `Invalid` when several together have too many rows.
    """
    if len(made) > 1 and sum(len(one.lines) for one in made) > MOST_ROWS:
        raise Invalid("print_too_large", f"At most {MOST_ROWS:,} rows together.", field="selected")
    frame = Frame(
        text("patient_document.file", language),
        made[0].practice.name if made else "",
        "",
        lambda number, total: f"{number} / {total}",
        language,
        when,
        counts_apart=True,
    )
    names = manifest()
    fonts = Fonts(FOLDER / names["inter-print-regular.ttf"], FOLDER / names["inter-print-bold.ttf"])
    return pdf_of([_paper(one) for one in made], frame, fonts)


def _one(quittance: Quittance, invoice_id: UUID, position: int) -> Corrected:
    for found in quittance.patient_documents.of_invoices([invoice_id], position):
        return found
    raise NotFound("invoice_unknown", "There is no such invoice, or not the one that it corrects.")


def _given(found: Corrected, edition: str) -> PatientDocumentGiven | None:
    """The document that was given under that number; for the one as asked the first, None when there is none."""
    if edition == ISSUED:
        return next(iter(found.invoice.documents), None)
    if not (edition.isascii() and edition.isdigit()):
        raise Invalid("field_invalid", "edition: give now, issued or a number.", field="edition")
    for one in found.invoice.documents:
        if str(one.nth) == edition:
            return one
    raise NotFound("patient_document_unknown", "No such document of this invoice was noted as given.")


def _line_out(line: DocumentLine, language: Language) -> LineOut:
    care = line.care
    return LineOut(
        line.date,
        care.code,
        _words(line, language),
        care.units,
        care.provider,
        line.care_giver,
        line.invoice_number,
        care.amount_cents,
        line.accepted_cents,
        care.patient_share_cents,
        care.supplement_cents,
    )


def _words(line: DocumentLine, language: Language) -> str:
    return line.texts.get(language) or next(iter(line.texts.values()), "")


def _language(made: PatientDocument) -> Language:
    """The patient's; who speaks another than ours reads French."""
    return next((one for one in LANGUAGES if one == made.patient.details.language), LANGUAGES[0])


def _paper(made: PatientDocument) -> Document:
    language = _language(made)
    blocks: list[Block] = [_facts(made, language)]
    if made.is_corrected:
        former = made.invoice.documents[-1].given_on if made.invoice.documents else None
        told = "corrects" if former else "corrected"
        blocks.append(Paragraph(text(f"patient_document.{told}", language, date=_day(former)), is_bold=True))
    blocks += [_lines(made, language), _sums(made, language), *_taken_back(made, language)]
    title = text("patient_document.title", language, number=made.invoice.made.invoice_number)
    return Document(title, blocks, is_wide=True)


def _facts(made: PatientDocument, language: Language) -> Facts:
    def t(name: str) -> str:
        return text(f"patient_document.{name}", language)

    practice, who, invoice = made.practice, made.patient.details, made.invoice.made
    givers = {line.care.provider: line.care_giver for line in made.lines}
    return Facts(
        [
            (t("practice"), f"{practice.name}\n{practice.tpp_number}"),
            (t("care_givers"), "\n".join(f"{name} {nihii}".strip() for nihii, name in sorted(givers.items()))),
            (t("patient"), f"{who.last_name} {who.first_name}".strip()),
            *([(t("birth_date"), _day(Date.fromisoformat(who.birth_date)))] if who.birth_date else []),
            (t("invoice_number"), invoice.invoice_number),
            (t("month"), f"{invoice.billed_month[5:]}/{invoice.billed_month[:4]}"),
            (t("sickness_fund"), invoice.sickness_fund),
            (t("sent_on"), _day(made.sent_on)),
            (t("made_on"), _day(local_date(made.made_at))),
        ]
    )


def _lines(made: PatientDocument, language: Language) -> Block:
    def t(name: str) -> str:
        return text(f"patient_document.{name}", language)

    if not made.lines:
        return Paragraph(t("nothing"))
    corrected = made.is_corrected
    columns = [
        Column(t("date")),
        Column(t("code")),
        Column(t("service")),
        Column(t("care_giver")),
        Column(t("units"), is_figure=True),
        Column(t("asked"), is_figure=True),
        *([Column(t("accepted"), is_figure=True)] if corrected else []),
        Column(t("share"), is_figure=True),
        Column(t("supplement"), is_figure=True),
        *([Column(t("invoice"))] if corrected else []),
    ]
    return Table(columns, [_row(line, language, corrected=corrected) for line in made.lines])


def _row(line: DocumentLine, language: Language, *, corrected: bool) -> list[str]:
    care = line.care
    accepted = _DASH if line.accepted_cents is None else euros(line.accepted_cents, language)
    return [
        _day(line.date),
        care.code,
        _words(line, language) or _DASH,
        line.care_giver or care.provider,
        str(care.units),
        euros(care.amount_cents, language),
        *([accepted] if corrected else []),
        euros(care.patient_share_cents, language),
        euros(care.supplement_cents, language),
        *([line.invoice_number] if corrected else []),
    ]


def _sums(made: PatientDocument, language: Language) -> Facts:
    sums = [("asked", made.asked_cents), ("share", made.share_cents), ("supplement", made.supplement_cents)]
    if made.accepted_cents is not None:
        sums.insert(1, ("accepted", made.accepted_cents))
    return Facts([(text(f"patient_document.sum_{name}", language), euros(cents, language)) for name, cents in sums])


def _taken_back(made: PatientDocument, language: Language) -> list[Block]:
    if not made.taken_back:
        return []
    names = ("date", "credit_note", "cents")
    columns = [Column(text(f"patient_document.{name}", language), is_figure=name == "cents") for name in names]
    rows = [[_day(one.date), one.invoice_number, euros(one.cents, language)] for one in made.taken_back]
    return [Heading(text("patient_document.taken_back", language)), Table(columns, rows)]


def _day(day: Date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else _DASH
