"""The daily digest: how much waits in each practice of a user, and where; no name, number or amount of a patient."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from uuid import UUID

from api.build import Quittance
from api.catalogue import LANGUAGES, text
from application.accounts import Accounts
from application.ports import Sql
from domain.errors import Invalid
from domain.local_time import local_date
from domain.roles import RIGHTS_OF
from domain.rules.limits import to_do_by
from infrastructure.mail.smtp import Mail
from projections.deputies import absent_among
from projections.users import Listed, all_users, opened
from projections.work import KINDS, Kind
from projections.work_set_aside import NOBODY_S, cared_for
from projections.worklist import worklist

_PREFERENCE = "digest"
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class PracticeWork:
    """`kinds`: how many rows of each kind wait, the weightiest first. `deadline`: the next one.

    `taken`: how many rows each assignee has before them today. `stood_in_for`: name of an absent colleague, last day of
    the absence, rows.
    """

    establishment_id: UUID
    name: str
    kinds: tuple[tuple[Kind, int], ...]
    deadline: Date | None
    taken: Mapping[UUID, int]
    stood_in_for: tuple[tuple[str, Date, int], ...] = ()


def wanted_at(accounts: Accounts, user_id: UUID) -> str:
    """The address at which a person wants the digest, empty when they do not."""
    found = accounts.preference(user_id, _PREFERENCE)
    return found if isinstance(found, str) else ""


def want_at(accounts: Accounts, user_id: UUID, address: str) -> None:
    """Ask for the digest at an address; empty: not any more. Raises `Invalid`."""
    if address and not is_address(address):
        raise Invalid("field_invalid", "address: give an address like name@practice.be.", field="address")
    accounts.set_preference(user_id, _PREFERENCE, address or None)


def is_address(text: str) -> bool:
    """Whether mail can be sent there, to one person."""
    return _ADDRESS.fullmatch(text) is not None


def digests(quittance: Quittance, public_url: str) -> list[Mail]:
    """One mail to each active user who asked for it and for whom something waits."""
    today = local_date(quittance.clock.now())
    with quittance.store.database.snapshot() as sql:
        users = all_users(sql)
        names = {
            row["establishment_id"]: row["name"]
            for row in sql.rows("SELECT establishment_id, name FROM establishments")
        }
        known = {
            (where, (bills, registers)): _summed(sql, where, name, today, bills=bills, registers=registers)
            for where, name in names.items()
            for bills in (True, False)
            for registers in (True, False)
        }
    people = {person.user_id: person for person in opened(quittance.keys, users)}

    def told(person: Listed, work: PracticeWork) -> PracticeWork:
        absent = absent_among(users, person.user_id, work.establishment_id, today).items()
        rows = [(people[who].name, until, work.taken[who]) for who, until in absent if who in work.taken]
        return replace(work, stood_in_for=tuple(sorted(rows)))

    mails = []
    for person in people.values():
        practices = [known[one] for one in _practices(person, today).items() if one in known]
        waits = [told(person, work) for work in practices if work.kinds]
        address = wanted_at(quittance.accounts, person.user_id)
        if waits and address and person.is_active:
            mails.append(_mail(person, address, waits, public_url.rstrip("/")))
    return mails


def _practices(person: Listed, today: Date) -> Mapping[UUID, tuple[bool, bool]]:
    """Where the person has a role, and whether one that bills, and one that writes in the register."""
    found: dict[UUID, tuple[bool, bool]] = {}
    for grant in person.grants:
        if grant.covers(today):
            bills, registers = found.get(grant.establishment_id, (False, False))
            rights = RIGHTS_OF[grant.role]
            found[grant.establishment_id] = (bills or "bill" in rights, registers or "register" in rights)
    return found


def _summed(sql: Sql, where: UUID, name: str, today: Date, *, bills: bool, registers: bool) -> PracticeWork:
    found = worklist(sql, [where], today, bills=bills, registers=registers)
    care = cared_for(sql, [where], {row.target_id(where) for row in found})
    cared = [(row, care.get(row.target_id(where), NOBODY_S)) for row in found]
    waiting = [(row, its) for row, its in cared if not its.is_put_off(today)]
    counted = Counter(row.kind for row, _ in waiting)
    deadlines = [row.deadline for row, _ in waiting if row.deadline]
    return PracticeWork(
        where,
        name,
        tuple((kind, counted[kind]) for kind in KINDS if counted[kind]),
        min(deadlines, default=None),
        Counter(its.assignee for _, its in waiting if its.assignee),
    )


def _mail(person: Listed, address: str, waits: Sequence[PracticeWork], public_url: str) -> Mail:
    language = next(known for known in LANGUAGES if known == person.language)
    parts = [text("digest.greeting", language)]
    for practice in waits:
        parts.append("")
        parts.append(practice.name)
        for kind, count in practice.kinds:
            parts.append("- " + text("said.named", language, name=text(f"digest_kind.{kind}", language), value=count))
        for name, until, count in practice.stood_in_for:
            absent = name or text("actor.unknown", language)
            parts.append(text("digest.for_absent", language, name=absent, date=f"{until:%d/%m/%Y}", count=count))
        if practice.deadline:
            parts.append(text("digest.deadline", language, date=f"{to_do_by(practice.deadline):%d/%m/%Y}"))
        parts.append(f"{public_url}/c/{practice.establishment_id}")
    parts += ["", text("digest.how_to_stop", language, url=f"{public_url}/account")]
    return Mail(address, text("digest.subject", language), "\n".join(parts) + "\n")
