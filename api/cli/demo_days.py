"""The days of the demo: its clock, care that is entered week by week, and the mornings on which answers are fetched."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from datetime import date as Date
from uuid import UUID

from api.build import Quittance
from api.cli.console import context
from application.import_care import ImportOptions, ImportReport
from application.read_answers import AnswerReport
from domain.rules.limits import add_months, month_of
from infrastructure.carefile.care_file import read_care_file
from infrastructure.sample import BE_NURSING, sample_files, sample_tariff
from projections.history import SendingFilter, sendings_page
from projections.paging import Asked

_SAMPLE_MONTH = "2026-10"
_START = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
BEFORE = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any story: its first day is waited for."""
_STEP = timedelta(milliseconds=250)
_ROUNDS = 6
_OVER_ON = 19
"""Day of the month after the care, by which everything has happened."""
_MORNINGS = (9, 3, 3)
"""On which answers are fetched, before, between and after the two when somebody reads what came."""


@dataclass
class DemoClock:
    """Time of the story: it moves on a little whenever somebody looks, and by days when the story says so."""

    instant: datetime = _START

    def now(self) -> datetime:
        """The instant, a little later each time."""
        self.instant += _STEP
        return self.instant

    def next_day(self) -> None:
        """Sleep over it."""
        self.instant += timedelta(days=1)

    def wait_for(self, day: Date, hour: int = 8) -> None:
        """Let time pass until then, if it is still to come."""
        self.instant = max(self.instant, datetime.combine(day, time(hour), UTC))


def first_of_care(day: Date) -> Date:
    """First day of the latest month of care whose story is over by that day."""
    return add_months((day - timedelta(days=_OVER_ON)).replace(day=1), -1)


def take_tariffs(quittance: Quittance, where: UUID) -> None:
    """The fictitious set counts from its first day on."""
    report = quittance.tariffs.receive(context(), where, sample_tariff(BE_NURSING)).result
    if report.tariffs is None:
        raise AssertionError("the sample set has no fault")
    quittance.tariffs.accept(context(), where, report.message, report.tariffs.valid_from)


def enter_care(quittance: Quittance, clock: DemoClock, where: UUID, first: Date) -> ImportReport:
    """A file a week, entered on the day after; together the sample month, as far as this month has its days."""
    after = add_months(first, 1)
    reports = []
    for start in range(0, (after - first).days, 7):
        clock.wait_for(min(first + timedelta(days=start + 7), after))
        content = care_of(first, start, start + 7)
        reports.append(
            quittance.imports.take(context(), where, content, read_care_file(content), ImportOptions()).result
        )
    return replace(
        reports[-1],
        added=sum(report.added for report in reports),
        unchanged=sum(report.unchanged for report in reports),
        corrected=sum(report.corrected for report in reports),
        possible_duplicates=sum(report.possible_duplicates for report in reports),
        rejected=tuple(one for report in reports for one in report.rejected),
    )


def care_of(first: Date, begin: int, end: int) -> bytes:
    """A care file of the sample month moved to the month of `first`: its days from `begin` up to `end`, from 0 on."""
    header, *rows = sample_files().care.decode("utf-8").splitlines()
    wanted = {(first + timedelta(days=n)).isoformat() for n in range(begin, end)}
    moved = (row.replace(_SAMPLE_MONTH, month_of(first), 1) for row in rows)
    return "\n".join([header, *(row for row in moved if wanted & set(row.split(";", 3)[:3]))]).encode()


def collect_and_read(quittance: Quittance, clock: DemoClock, where: UUID) -> tuple[AnswerReport, ...]:
    """Fetch what the unions answer, morning after morning; on two of them somebody reads what is settled by then."""
    before, between, after = _MORNINGS
    reports = collect(quittance, clock, where, before)
    for mornings in (between, after):
        with quittance.store.database.snapshot() as sql:
            unread = SendingFilter(status="settled", is_read=False)
            rows = sendings_page(sql, (where,), unread, Asked("sending_number")).rows
        for row in rows:
            quittance.dispatch.mark_read(context(), row["sending_id"])
        reports += collect(quittance, clock, where, mornings)
    return reports


def collect(quittance: Quittance, clock: DemoClock, where: UUID, mornings: int = _ROUNDS) -> tuple[AnswerReport, ...]:
    """Fetch day after day what is answered."""
    reports: list[AnswerReport] = []
    for _ in range(mornings):
        reports.extend(quittance.answers.collect(context(about=where), where).result.answers)
        clock.next_day()
    return tuple(reports)
