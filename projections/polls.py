"""Each time that a mailbox at the unions was asked, and what came of it: one row, written once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from application.ports import LastPoll, Recorded, Row, Sql
from domain.mailbox import Mailbox, MailboxPolled, PollQueued, poll_id
from domain.sending import SendingHandedOver
from projections.as_of import union
from projections.scope import Condition, both, scoped
from projections.table import FROM, Index, Table, ViewRow, flag, number, text, uuid
from projections.view import RowView, Streams, topic

QUEUED = "queued"

TABLE = Table(
    "polls",
    (
        uuid("poll_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("polled_at", fixed=True),
        text("outcome", fixed=True),
        number("count", fixed=True),
        text("code", fixed=True),
        text("proof", fixed=True),
        flag("is_scheduled"),
        text("mailbox", fixed=True),
    ),
    key="poll_id",
    # A worker asks for the last one every few seconds.
    indexes=(Index(("establishment_id", FROM)),),
)


def _touched(recorded: Recorded) -> tuple[UUID]:
    return (poll_id(recorded.stream_id, recorded.version),)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow:
    """`outcome`: nothing, messages, failed (then `code` says why), or queued: wanted while no session was open."""
    happened = recorded.event
    made = row or {
        "poll_id": poll_id(recorded.stream_id, recorded.version),
        "establishment_id": happened.establishment_id,
        "polled_at": recorded.recorded_at.isoformat(),
        "outcome": QUEUED,
        "count": 0,
        "code": "",
        "proof": "",
        "is_scheduled": False,
        "mailbox": happened.mailbox,
    }
    if isinstance(happened, PollQueued):
        return made
    told = ("outcome", "count", "code", "proof", "is_scheduled")
    return made | {name: getattr(happened, name) for name in told}


VIEW = RowView(
    TABLE,
    version=2,
    touches={topic(PollQueued): _touched, topic(MailboxPolled): _touched},
    apply=apply,
)


def last(sql: Sql, establishment_id: UUID, mailbox: Mailbox = "invoicing") -> LastPoll | None:
    """The latest of a mailbox of an establishment."""
    where = both([scoped([establishment_id]), of(mailbox)])
    rows = sql.rows(
        f"SELECT polled_at, outcome FROM polls WHERE {where.text} ORDER BY {FROM} DESC LIMIT 1", where.params
    )
    return LastPoll(datetime.fromisoformat(rows[0]["polled_at"]), rows[0]["outcome"] == QUEUED) if rows else None


def of(mailbox: Mailbox) -> Condition:
    """Of one of the two mailboxes: silence about a file is not proven by asking for something else."""
    return Condition("mailbox = ?", (mailbox,))


def left_at(history: Sequence[Recorded]) -> datetime | None:
    """When a sending was handed over last, by its events; None for one that did not leave from here."""
    return next((one.recorded_at for one in reversed(history) if isinstance(one.event, SendingHandedOver)), None)


def since(
    sql: Sql,
    scope: Collection[UUID],
    instant: datetime,
    most: int,
    at: int | None = None,
    mailbox: Mailbox | None = None,
) -> list[Row]:
    """From an instant on, the latest first; of both mailboxes unless one is named."""
    named = [of(mailbox)] if mailbox else []
    where = both([scoped(scope), Condition("polled_at >= ?", (instant.isoformat(),)), *named])
    text, params = union(TABLE, ", ".join((*TABLE.names, FROM)), where, at)
    return sql.rows(f"SELECT * FROM {text} AS t ORDER BY {FROM} DESC LIMIT ?", (*params, most))
