"""The daily digest: how much waits in each practice of a user, and where; no name, number or amount of a patient."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from api.build import Quittance
from api.catalogue import LANGUAGES, text
from domain.local_time import local_date
from infrastructure.mail.smtp import Mail
from projections.users import Listed, all_users, opened
from projections.work import KINDS, Kind, Work
from projections.worklist import worklist

PREFERENCE = "digest"
"""Set by the user on the page of the account: True to get it."""


@dataclass(frozen=True, slots=True)
class PracticeWork:
    """`kinds`: how many rows of each kind wait, the weightiest first. `deadline`: the next one."""

    establishment_id: UUID
    name: str
    kinds: tuple[tuple[Kind, int], ...]
    deadline: Date | None


def digests(quittance: Quittance, public_url: str) -> list[Mail]:
    """One mail to each active user who asked for it and for whom something waits."""
    today = local_date(quittance.clock.now())
    with quittance.store.database.snapshot() as sql:
        people = opened(quittance.keys, all_users(sql))
        names = {
            row["establishment_id"]: row["name"]
            for row in sql.rows("SELECT establishment_id, name FROM establishments")
        }
        known = {where: _summed(where, name, worklist(sql, [where], today)) for where, name in names.items()}
    mails = []
    for person in people:
        waits = [known[where] for where in _practices(person, today) if where in known and known[where].kinds]
        if waits and _wants(quittance, person):
            mails.append(_mail(person, waits, public_url.rstrip("/")))
    return mails


def _wants(quittance: Quittance, person: Listed) -> bool:
    is_address = "@" in person.login
    return person.is_active and is_address and quittance.accounts.preference(person.user_id, PREFERENCE) is True


def _practices(person: Listed, today: Date) -> Iterable[UUID]:
    return dict.fromkeys(grant.establishment_id for grant in person.grants if grant.covers(today))


def _summed(where: UUID, name: str, rows: Sequence[Work]) -> PracticeWork:
    counted = Counter(row.kind for row in rows)
    deadlines = [row.deadline for row in rows if row.deadline]
    return PracticeWork(
        where,
        name,
        tuple((kind, counted[kind]) for kind in KINDS if counted[kind]),
        min(deadlines, default=None),
    )


def _mail(person: Listed, waits: Sequence[PracticeWork], public_url: str) -> Mail:
    language = next(known for known in LANGUAGES if known == person.language)
    parts = [text("digest.greeting", language)]
    for practice in waits:
        parts.append("")
        parts.append(practice.name)
        parts += [f"- {text(f'digest_kind.{kind}', language)} : {count}" for kind, count in practice.kinds]
        if practice.deadline:
            parts.append(text("digest.deadline", language, date=f"{practice.deadline:%d/%m/%Y}"))
        parts.append(f"{public_url}/c/{practice.establishment_id}")
    parts += ["", text("digest.how_to_stop", language, url=f"{public_url}/account")]
    return Mail(person.login, text("digest.subject", language), "\n".join(parts) + "\n")
