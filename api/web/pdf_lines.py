"""Lines of care on paper: what was asked, what the insurer said and why; lines that only follow stand on their own."""

from collections.abc import Iterable, Iterator

from api.web.pdf_words import DASH, Speaker
from api.web.said import ShownLine
from api.web.written import refusal_code
from infrastructure.pdf import Column

_FIXED_BLANK = "\N{NO-BREAK SPACE}"


def every_line(lines: Iterable[ShownLine]) -> Iterator[tuple[ShownLine, bool]]:
    """Each line, and whether it only follows from the one above."""
    for line in lines:
        yield line, False
        for follower in line.follows:
            yield follower, True


def codes(line: ShownLine) -> str:
    """Severity and code of each refusal."""
    return ", ".join(refusal_code(why.code, why.letter) for why in line.reasons) or DASH


def reasons(line: ShownLine, speak: Speaker, *, is_following: bool = False, with_cure: bool = True) -> str:
    """Why, what to do, what was remarked; a paragraph each, a dash for nothing."""
    if is_following:
        return speak.t("print.follows")
    told: list[str] = []
    for why in line.reasons:
        told.append(f"{why.meaning} {why.cause if with_cure else ''}".strip())
        if with_cure and why.cure:
            told.append(speak.t("print.cure", cure=why.cure))
        if with_cure and why.decision_label:
            told.append(why.decision_label)
    told += [
        speak.t("print.note", code=refusal_code(note.code, note.letter), meaning=note.meaning) for note in line.notes
    ]
    if line.comment:
        told.append(speak.t("print.comment", comment=line.comment))
    return "\n".join(told) or DASH


def service(line: ShownLine) -> str:
    """Code, and how often."""
    times = f" \N{MULTIPLICATION SIGN}{_FIXED_BLANK}{line.care.units}" if line.care.units > 1 else ""
    return line.care.code + times


def line_columns(speak: Speaker, *, with_day: bool = False) -> list[Column]:
    """As the page of a day or an invoice has them."""
    t = speak.t
    return [
        *([Column(t("state.date"))] if with_day else []),
        Column(t("state.code")),
        Column(t("state.verdict")),
        Column(t("column.errors")),
        Column(t("state.meaning")),
        Column(t("state.amount_cents"), is_figure=True),
        Column(t("state.accepted_cents"), is_figure=True),
        Column(t("state.refused_cents"), is_figure=True),
        Column(t("state.patient_share_cents"), is_figure=True),
        Column(t("state.nihii")),
        Column(t("column.record"), is_figure=True),
    ]


def line_rows(lines: Iterable[ShownLine], speak: Speaker, day: str = "") -> list[list[str]]:
    """For those columns; `day` in front when it is given."""
    return [
        [
            *([day] if day else []),
            service(line),
            _verdict(line, speak),
            codes(line),
            reasons(line, speak, is_following=is_following),
            speak.amount(line.care.asked_cents),
            speak.amount(line.accepted_cents),
            speak.amount(line.refused_cents or None),
            speak.amount(line.care.share_cents),
            line.care.provider,
            str(line.record or DASH),
        ]
        for line, is_following in every_line(lines)
    ]


def _verdict(line: ShownLine, speak: Speaker) -> str:
    waits = f"\n{speak.t('blocker.possible_duplicate')}" if line.line.possible_duplicate else ""
    return speak.state(line.look) + waits
