"""One request of a person: who, in which practice, as of when, in which language; and how it is answered."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime, time, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import Request, Response
from starlette.datastructures import FormData, UploadFile

from api.build import Quittance
from api.catalogue import Language
from api.rest.headers import CORRELATION
from api.rest.problems import Problem
from api.rest.reads import catch_up, shown_day
from api.web import own_paths
from api.web.languages import language_of
from api.web.own_paths import Query
from api.web.policy import new_nonce
from api.web.render import SAVED, fragment_of, page_of, wants_part
from application.access import Caller
from application.accounts import Session
from application.commit import Done
from application.ports import (
    AnswerKeeper,
    AnswerKeyReused,
    ConcurrencyConflict,
    Context,
    Event,
    Meta,
    Sql,
    VersionStale,
)
from application.sessions import csrf_of
from domain.errors import Invalid
from domain.local_time import BELGIUM, calendar_day, local_date

T = TypeVar("T")
_LONGEST_ADDRESS = 65_536
"""The server takes no longer line."""


@dataclass(frozen=True)
class Visit:
    """`where`: the practice of the path. `as_of`: the day at whose end things are shown, None for now.

    `browser`: secret of the browser on pages before the sign-in, else empty.
    """

    request: Request
    quittance: Quittance
    session: Session | None
    where: UUID | None
    caller: Caller | None
    language: Language
    as_of: Date | None
    form: FormData
    nonce: str
    browser: str = ""

    @classmethod
    def of(
        cls,
        request: Request,
        quittance: Quittance,
        session: Session | None,
        where: UUID | None,
        caller: Caller | None,
        form: FormData,
        browser: str = "",
    ) -> "Visit":
        """From what a door found out. Raises `Invalid` for a day that is none, or that nobody has seen yet."""
        language = language_of(request, session.language if session else None)
        visit = cls(request, quittance, session, where, caller, language, None, form, new_nonce(), browser)
        request.state.visit = visit  # the page about a day that cannot be shown stands in its frame
        request.state.visit = visit = replace(visit, as_of=_day(request, visit.today))
        return visit

    @classmethod
    def of_nobody(cls, request: Request, quittance: Quittance) -> "Visit":
        """For a page about what went wrong before a door was passed: it repeats nothing of what was asked."""
        return cls(request, quittance, None, None, None, language_of(request), None, FormData(), new_nonce())

    @cached_property
    def upto(self) -> int | None:
        """Log position at the end of `as_of` in Belgium, None for now."""
        if self.as_of is None:
            return None
        end = datetime.combine(self.as_of + timedelta(days=1), time(), BELGIUM)
        return self.quittance.log.position_at(end - timedelta(microseconds=1))

    @property
    def csrf(self) -> str:
        """What forms of this page carry; empty on pages that have none."""
        if self.session:
            return self.session.csrf
        return csrf_of(self.browser) if self.browser else ""

    @property
    def today(self) -> Date:
        """Local calendar day."""
        return local_date(self.quittance.clock.now())

    @property
    def practice(self) -> UUID:
        """The practice, on pages that have one."""
        assert self.where is not None  # noqa: S101 - the path has it
        return self.where

    @property
    def scope(self) -> tuple[UUID, ...]:
        """Establishments of every list: the one of the path, and the caller may see it."""
        return self.known_caller.scope([self.practice])

    def practices(self, right: str) -> tuple[UUID, ...]:
        """Establishments where the reader's roles of today give the right: the scope of figures side by side."""
        return self.quittance.accounts.practices(self.session.user_id, self.today, right) if self.session else ()

    @property
    def known_caller(self) -> Caller:
        """The caller, on pages of a practice."""
        assert self.caller is not None  # noqa: S101 - the door made it
        return self.caller

    def may(self, right: str) -> bool:
        """Whether to show what needs that right; nothing is changed in the past."""
        return self.may_ever(right) and (self.as_of is None or right in ("read", "medical", "audit"))

    def may_ever(self, right: str) -> bool:
        """Whether to show the way to a page, also while looking at the past."""
        return self.caller is not None and self.caller.may(right)

    @cached_property
    def looked_at(self) -> tuple[str, Query]:
        """Path and query of the page that is looked at; of a form, the page that it stands on."""
        return own_paths.page_of(self.request)

    @property
    def address(self) -> str:
        """The same as one address."""
        path, query = self.looked_at
        return path + (f"?{urlencode(query)}" if query else "")

    @property
    def again(self) -> str:
        """Where the page is opened again: empty for the address that the window has by then, unless a form led here."""
        return "" if self.request.method == "GET" else self.address

    def at(self, path: str) -> str:
        """Address of a page of this practice without a query: where forms go."""
        return f"/c/{self.where}{path}"

    @cached_property
    def display(self) -> dict[str, Any]:
        """The user's choices of density and shortcuts."""
        given = self.session and self.quittance.accounts.preference(self.session.user_id, "display")
        return given if isinstance(given, dict) else {}

    @property
    def density(self) -> str:
        """Height of rows."""
        return str(self.display.get("density", "normal"))

    @property
    def shortcuts(self) -> bool:
        """Whether single keys do something."""
        return bool(self.display.get("shortcuts", True))

    @property
    def address_now(self) -> str:
        """The same page and filters, as things stand now."""
        path, query = self.looked_at
        kept = [(name, value) for name, value in query if name not in ("as_of", "cursor")]
        return path + (f"?{urlencode(kept)}" if kept else "")

    def sql(self) -> AbstractContextManager[Sql]:
        """A consistent state of the views."""
        return self.quittance.store.database.snapshot()

    def events(self, stream_id: UUID) -> list[Event]:
        """One stream, as of the day asked for."""
        return self.quittance.log.load([stream_id], self.upto).get(stream_id, [])

    def saw(self, action: str, patient_ids: Iterable[UUID]) -> None:
        """Record who sees whose data: committed before any of it leaves."""
        who = dict.fromkeys(patient_ids)
        if who:
            cause = f"page correlation={self.request.state.correlation_id}"
            self.quittance.access_log.record(self.known_caller.actor, action, who, cause, None)

    def to(self, path: str, /, **query: object) -> str:
        """Address of a page of this practice, as of the same day; parameters without a value are left out."""
        kept = {"as_of": self.as_of, **query}
        filled = {name: _plain(value) for name, value in kept.items() if value not in (None, "", False)}
        start = f"/c/{self.where}" if self.where else ""
        return f"{start}{path}" + (f"?{urlencode(filled)}" if filled else "")

    def page(self, template: str, /, *, status: int = 200, fragment: str = "", **facts: object) -> Response:
        """The whole page, or its fragment when the browser's script asks for a part."""
        if fragment and wants_part(self.request):
            return fragment_of(self, template, fragment, facts)
        return page_of(self, template, facts, status)

    def do(
        self,
        act: Callable[[Context], Done[T]],
        then: Callable[[T], str],
        *,
        reason: str = "",
        about: UUID | None = None,
        expected: tuple[UUID, int] | None = None,
    ) -> Response:
        """Run a command of a form once, however often the form is sent, and go to the page that shows the result."""
        actor = self.known_caller.actor
        given = self.text("command_id")
        if not 8 <= len(given) <= 100:
            raise Problem(403, "form_not_ours")
        key = sha256(f"{actor}|{given}".encode()).hexdigest()
        digest = self.quittance.keys.blind("request", self._digest()).hex()
        if done_before := self._kept(key, digest):
            return done_before
        meta = Meta(
            actor=actor,
            reason=reason,
            reason_subject=about if reason else None,
            command_id=key,
            correlation_id=self.request.state.correlation_id,
        )
        self.request.state.command_key = key  # a page of a fault looks there whether it was done all the same
        before = self.quittance.log.head()
        keeper = AnswerKeeper(key, digest, lambda result: (303, then(result).encode()))
        try:
            done = act(Context(meta, keeper, expected))
        except (ConcurrencyConflict, VersionStale) as error:
            if twin := self._kept(key, digest):  # the same form, sent twice at once: the other one did it
                return twin
            if isinstance(error, VersionStale):
                self.request.state.overtaken = expected  # the problem page says who changed what since
            raise
        catch_up(self.quittance, done.position)
        return self._done(then(done.result)) if done.position > before else self.go(then(done.result))

    def _kept(self, key: str, digest: str) -> Response | None:
        """Where a form led that was sent before. Raises `AnswerKeyReused` when it was another one."""
        stored = self.quittance.log.stored_answer(key)
        if stored is not None and stored.digest != digest:
            raise AnswerKeyReused
        return self._done(stored.body.decode()) if stored else None

    def _done(self, address: str) -> Response:
        """See the page of what was written, which says so once: not in its address, which may be kept or passed on."""
        answer = self.go(address)
        answer.set_cookie(SAVED, "1", max_age=60, path="/", secure=True, httponly=True, samesite="strict")
        return answer

    def go(self, address: str) -> Response:
        """See another page; the browser forgets the form."""
        return Response(status_code=303, headers={"Location": address, CORRELATION: self.request.state.correlation_id})

    def address_in(self, name: str) -> str:
        """An address in a field: as long as one can be that the server took before."""
        return self.text(name, _LONGEST_ADDRESS)

    def text(self, name: str, most: int = 2_000) -> str:
        """A text field of the form, empty when it is not there. Raises `Invalid`."""
        value = self.form.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            raise Invalid("field_invalid", f"{name}: give at most {most} characters.", field=name)
        return value.strip()

    def upload(self, name: str) -> bytes:
        """The bytes of a file of the form. Raises `Invalid`."""
        value = self.form.get(name)
        content = _content(value) if isinstance(value, UploadFile) else b""
        if not content:
            raise Invalid("file_missing", f"{name}: choose a file.", field=name)
        return content

    def file_name(self, name: str) -> str:
        """What the browser calls a file of the form: for people to see, never for a place on a disk."""
        value = self.form.get(name)
        return value.filename or "" if isinstance(value, UploadFile) else ""

    def now(self) -> "Visit":
        """The same visit, not in the past."""
        return replace(self, as_of=None)

    def command_id(self) -> str:
        """For one form of this page."""
        return uuid4().hex

    def _digest(self) -> str:
        """Path and fields; of a file its bytes."""
        whole = sha256(self.request.url.path.encode())
        for name, value in sorted(self.form.multi_items(), key=lambda item: item[0]):
            if name == "csrf":
                continue
            content = value.encode() if isinstance(value, str) else _content(value)
            whole.update(sha256(name.encode()).digest() + sha256(content).digest())
        return whole.hexdigest()


def _content(file: UploadFile) -> bytes:
    """All of it, whoever read it before."""
    file.file.seek(0)
    return file.file.read()


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, Date) else str(value)


def _day(request: Request, today: Date) -> Date | None:
    given = request.query_params.get("as_of", "")
    if not given:
        return None
    try:
        day = calendar_day(given)
    except ValueError:
        raise Invalid("field_invalid", "as_of: give a date, YYYY-MM-DD.", field="as_of") from None
    return shown_day(day, today)
