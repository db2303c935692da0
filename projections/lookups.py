"""The `Lookups` port: questions that the use cases ask the views; the log decides afterwards."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date as Date
from uuid import UUID

from application.ports import Database, LastPoll, UndecidedDay
from domain.mailbox import Mailbox
from domain.sending import UNSENT
from projections import establishments, messages, patient_names, patient_numbers, patients, polls, queued_questions
from projections.days import DECIDED, UNDECIDED
from projections.days_around import days_around, merges
from projections.scope import Condition, both, one_of, scoped

_TO_TAKE_UP = Condition(
    "(decision IN ('rebill', 'rebill_elsewhere', 'credit_note') OR (decision = 'regularise' AND credit = ''))"
)


class ViewLookups:
    """Each question is one query in a snapshot of its own, on views that `catch_up` made current where it matters."""

    def __init__(self, database: Database, catch_up: Callable[[], object]) -> None:
        self._database, self._catch_up = database, catch_up

    def establishment_ids(self) -> list[UUID]:
        """All that are registered: what an operator may see."""
        with self._database.snapshot() as sql:
            return establishments.every_establishment_id(sql)

    def prepared_day_ids(self, establishment_id: UUID, until: Date) -> list[UUID]:
        """Days in no sending, dated up to `until`, with at least one line; by date."""
        self._catch_up()
        where = scoped([establishment_id])
        with self._database.snapshot() as sql:
            rows = sql.rows(
                f"SELECT day_id FROM days WHERE {where.text} AND sending_id IS NULL AND date <= ? AND line_count > 0"
                " ORDER BY date, day_id",
                (*where.params, until.isoformat()),
            )
        return [row["day_id"] for row in rows]

    def decided_day_ids(self, establishment_id: UUID, until: Date) -> list[UUID]:
        """Days, dated up to `until`, that somebody decided to bill again or to give back; by date.

        No run took them up yet, or they wait for the answer to a credit note: their stream says so.
        """
        self._catch_up()
        where = both([scoped([establishment_id]), Condition(DECIDED), _TO_TAKE_UP])
        with self._database.snapshot() as sql:
            rows = sql.rows(
                f"SELECT day_id FROM days WHERE {where.text} AND date <= ? ORDER BY date, day_id",
                (*where.params, until.isoformat()),
            )
        return [row["day_id"] for row in rows]

    def days_around(self, establishment_id: UUID, spans: Mapping[UUID, Collection[tuple[Date, Date]]]) -> list[UUID]:
        """Days with care of each patient within any of the spans (ends included), on whichever record of the person."""
        self._catch_up()
        with self._database.snapshot() as sql:
            return days_around(sql, [establishment_id], spans)

    def merged_records(self, establishment_id: UUID) -> set[UUID]:
        """Records that are one person together with another: those that were merged, and what they were merged into."""
        self._catch_up()
        with self._database.snapshot() as sql:
            nearest = merges(sql, [establishment_id])
        return {*nearest, *nearest.values()}

    def undecided_refusals(self, establishment_id: UUID, until: Date | None = None) -> list[UndecidedDay]:
        """Refused days, dated up to `until` (None: all), that nobody decided upon; the longest waiting first."""
        self._catch_up()
        dated = [Condition("date <= ?", (until.isoformat(),))] if until else []
        where = both([scoped([establishment_id]), Condition(UNDECIDED), *dated])
        with self._database.snapshot() as sql:
            rows = sql.rows(
                f"SELECT day_id, date, refused_cents, refused_on, left_times FROM days WHERE {where.text}"
                " ORDER BY refused_on, date, day_id",
                where.params,
            )
        return [
            UndecidedDay(
                row["day_id"],
                Date.fromisoformat(row["date"]),
                row["refused_cents"],
                Date.fromisoformat(row["refused_on"]),
                row["left_times"],
            )
            for row in rows
        ]

    def patients_by_number(self, establishment_id: UUID, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
        """Records known by these numbers, present or former."""
        with self._database.snapshot() as sql:
            return patient_numbers.patients_by_number(sql, [establishment_id], blinds)

    def patients_alike(self, establishment_id: UUID, likeness: bytes) -> list[UUID]:
        """Records with the same blind name and birth date."""
        with self._database.snapshot() as sql:
            return patients.patients_alike(sql, [establishment_id], likeness)

    def patients_by_name(self, establishment_id: UUID, blinds: Sequence[bytes]) -> list[UUID]:
        """Records with any of these words in the last name, most matches first."""
        with self._database.snapshot() as sql:
            return patient_names.patients_by_name(sql, [establishment_id], blinds)

    def merged_into(self, patient_id: UUID) -> list[UUID]:
        """Records whose merges end at this one, nearest first."""
        with self._database.snapshot() as sql:
            return patients.merged_into(sql, patient_id)

    def prepared_sending_ids(self, establishment_id: UUID) -> list[UUID]:
        """Sendings written and not handed over, queued ones too, in the order of their numbers."""
        return self._sending_ids(establishment_id, UNSENT)

    def queued_sending_ids(self, establishment_id: UUID) -> list[UUID]:
        """Those of them that wait for a session."""
        return self._sending_ids(establishment_id, ("queued",))

    def queued_question_ids(self, establishment_id: UUID, *, together: bool, most: int) -> list[UUID]:
        """Patients about whom questions wait for a session, of at most so many, in the order in which they came.

        `together`: those that are to leave with others, or the others.
        """
        self._catch_up()
        with self._database.snapshot() as sql:
            return queued_questions.waiting(sql, establishment_id, together, most)

    def last_poll(self, establishment_id: UUID, mailbox: Mailbox = "invoicing") -> LastPoll | None:
        """The latest time that this mailbox of it was asked, or that somebody wanted it to be; None for never."""
        self._catch_up()
        with self._database.snapshot() as sql:
            return polls.last(sql, establishment_id, mailbox)

    def unmatched_messages(self, establishment_id: UUID) -> list[str]:
        """Hashes of received files that answer no sending known when they came."""
        self._catch_up()
        with self._database.snapshot() as sql:
            return messages.unmatched(sql, [establishment_id])

    def _sending_ids(self, establishment_id: UUID, statuses: Collection[str]) -> list[UUID]:
        self._catch_up()
        where = both([scoped([establishment_id]), one_of("status", statuses)])
        with self._database.snapshot() as sql:
            rows = sql.rows(
                f"SELECT sending_id FROM sendings WHERE {where.text} ORDER BY created_on, sending_number, sending_id",
                where.params,
            )
        return [row["sending_id"] for row in rows]
