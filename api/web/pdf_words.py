"""What every printed thing shares: words and figures as on the pages, the frame of the sheets, the answer itself."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from fastapi import Response

from api.catalogue import Language, euros, has, percent, text
from api.web.assets import FOLDER, manifest
from api.web.grid_spec import Look
from api.web.render import day, moment
from api.web.visit import Visit
from infrastructure.pdf import Document, Fonts, Frame, pdf_of
from projections.establishments import establishments

DASH = "\N{EN DASH}"
MOST_ROWS = 5_000
"""Of one list or one settlement: about a hundred and fifty sheets."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A document, and whose data stand on it: the action by which the access log calls reading them."""

    document: Document
    action: str = ""
    patient_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Texts, amounts and states in the reader's language, as the pages show them."""

    language: Language

    def t(self, key: str, /, **facts: object) -> str:
        """From the catalogue."""
        return text(key, self.language, **facts)

    def amount(self, cents: int | None) -> str:
        """In euro, a dash for none."""
        return DASH if cents is None else euros(cents, self.language)

    def state(self, look: Look) -> str:
        """The word of a state: paper needs no picture."""
        return self.t(look[2])

    def month(self, month: str) -> str:
        """As `mm/yyyy`, a dash for none."""
        return f"{month[5:]}/{month[:4]}" if month else DASH

    def day(self, value: Date | str | None) -> str:
        """As `dd/mm/yyyy`, a dash for none."""
        return day(value)

    def moment(self, value: datetime | str | None) -> str:
        """Local date and time in Belgium, a dash for none."""
        return moment(value)

    def percent(self, written: str) -> str:
        """An error percentage of a union, a dash for none."""
        return percent(written, self.language) or DASH

    def named(self, key: str, name: str) -> str:
        """The catalogue's word, or the name itself."""
        return self.t(key) if has(key) else name


def titled(visit: Visit, title: str) -> str:
    """With the day as of which it is shown."""
    return text("print.as_of", visit.language, title=title, day=day(visit.as_of)) if visit.as_of else title


def pdf_answer(visit: Visit, printed: Sequence[Printed], name: str, subject: str) -> Response:
    """The documents as one file. Who sees whose data is on record before a byte leaves.

    `name`: of the file, without date and ending; `subject`: the file's own title. Both name nobody.
    """
    content = pdf_of([one.document for one in printed], _frame(visit, subject), _fonts())
    for action in dict.fromkeys(one.action for one in printed if one.action):
        visit.saw(action, [who for one in printed if one.action == action for who in one.patient_ids])
    file = f"{_plain(name)}-{(visit.as_of or visit.today).isoformat()}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, "application/pdf")


def _frame(visit: Visit, subject: str) -> Frame:
    now = visit.quittance.clock.now()
    with visit.sql() as sql:
        practice = next((row["name"] for row in establishments(sql, [visit.practice])), "")
    return Frame(
        titled(visit, subject),
        practice,
        text("print.printed", visit.language, moment=moment(now)),
        lambda number, total: text("print.page", visit.language, number=number, total=total),
        visit.language,
        now,
    )


def _fonts() -> Fonts:
    made = manifest()
    return Fonts(FOLDER / made["inter-print-regular.ttf"], FOLDER / made["inter-print-bold.ttf"])


def _plain(name: str) -> str:
    """Only letters of ASCII: a name that every system takes."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter if letter.isalnum() else "-" for letter in bare)
