"""Questions to insurers and what they said, as all programs are told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta

from api.build import Quittance
from api.catalogue import Language, has, text
from application.insurability import ShownQuery
from application.insurability_answers import InsurabilityAnswers
from domain.errors import NotAllowed
from domain.insurability_difference import Field, Piece
from domain.insurability_query import Advice, Purpose, Query, Status
from domain.member_answer import Coverage, MemberAnswer, Statement

SEEN = "member_answers.read"
"""In the log of accesses."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CodeOut:
    """Why, as a code, and in words where they are known."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class SaidOut:
    """A period of insurance as the insurer tells it, both ends included; null: it goes on, or nothing is said."""

    first_day: Date | None
    last_day: Date | None
    sickness_fund: str
    registration_number: str
    ct1: str
    ct2: str
    payment_approval: str
    communicated_on: Date | None


@dataclass(frozen=True, slots=True)
class RecordedOut:
    """A period as the practice has it."""

    sickness_fund: str
    ct1: str
    ct2: str
    destination: str


@dataclass(frozen=True, slots=True)
class PieceOut:
    """Days of the question on which neither side changes. null: insured by nobody, by that side."""

    first_day: Date
    last_day: Date
    recorded: RecordedOut | None
    said: SaidOut | None
    medical_house: str
    differs: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class StatementOut:
    """Anything else that the insurer says, by its own names."""

    kind: str
    first_day: Date | None
    last_day: Date | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnswerOut:
    """`insurer`: three digits, empty for MyCareNet itself. `pays_provider`: null when nothing is said of it."""

    insurer: str
    is_complete: bool
    periods: tuple[SaidOut, ...]
    deceased_on: Date | None
    medical_houses: tuple[str, ...]
    pays_provider: bool | None
    situations: tuple[str, ...]
    statements: tuple[StatementOut, ...]


@dataclass(frozen=True, slots=True)
class AskedOut:
    """What became of a question. `advice`: ask `again`, `later`, or `mend` first what is wrong; empty for none.

    `batch`: reference of the message in which it left together with others, empty when it left alone.
    """

    reference: str
    first_day: Date
    last_day: Date
    purpose: Purpose
    status: Status
    codes: tuple[CodeOut, ...]
    advice: Advice
    batch: str


@dataclass(frozen=True, slots=True)
class InsurabilityQueryOut:
    """The same with what was said, beside what is recorded (`pieces`); nothing of it changes the record by itself."""

    asked: AskedOut
    asked_at: datetime
    answered_at: datetime | None
    answer: AnswerOut | None
    differs: bool
    pieces: tuple[PieceOut, ...]


def asked_out(query: Query, language: Language) -> AskedOut:
    """Without anything that an insurer says of a person."""
    asked, codes = query.asked, codes_out(query.codes, language)
    span = asked.first_day, asked.last_day, asked.purpose
    return AskedOut(asked.reference, *span, query.status, codes, query.advice, query.batch)


def codes_out(codes: Sequence[str], language: Language) -> tuple[CodeOut, ...]:
    """Each with its words."""
    return tuple(CodeOut(code, in_words(code, language)) for code in codes)


def together_of(quittance: Quittance) -> InsurabilityAnswers:
    """The mailbox of questions that left together. Raises `NotAllowed` where no address of it is set."""
    if quittance.insurability_answers is None:
        raise NotAllowed("member_data_async_missing", "No address is set: see QUITTANCE_MYCARENET_MEMBER_DATA_ASYNC.")
    return quittance.insurability_answers


def query_out(shown: ShownQuery, language: Language) -> InsurabilityQueryOut:
    """As programs are told of it."""
    return InsurabilityQueryOut(
        asked_out(shown.query, language),
        shown.asked_at,
        shown.answered_at,
        _answer_out(shown.answer) if shown.answer else None,
        shown.differs,
        tuple(_piece_out(piece) for piece in shown.pieces),
    )


def in_words(code: str, language: Language) -> str:
    """A code of ours or of MyCareNet; itself where the catalogue has no words for it."""
    known = (key for key in (f"insurability_code.{code}", f"problem.{code}") if has(key))
    return next((text(key, language) for key in known), code)


def _answer_out(answer: MemberAnswer) -> AnswerOut:
    return AnswerOut(
        answer.io,
        answer.is_complete,
        tuple(_said_out(one) for one in answer.coverages),
        answer.deceased_on,
        answer.medical_houses,
        answer.pays_provider,
        answer.situations,
        tuple(_statement_out(one) for one in answer.statements),
    )


def _piece_out(piece: Piece) -> PieceOut:
    known = piece.recorded
    recorded = RecordedOut(known.sickness_fund, known.ct1, known.ct2, known.destination) if known else None
    said = _said_out(piece.said) if piece.said else None
    return PieceOut(piece.first_day, piece.last_day, recorded, said, piece.medical_house, piece.differs)


def _said_out(said: Coverage) -> SaidOut:
    return SaidOut(
        said.start,
        said.end - _DAY if said.end else None,
        said.fund,
        said.registration,
        said.ct1,
        said.ct2,
        said.payment_approval,
        said.communicated,
    )


def _statement_out(said: Statement) -> StatementOut:
    return StatementOut(said.kind, said.start, said.end - _DAY if said.end else None, dict(said.values))
