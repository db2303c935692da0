"""Notes, files, an assignee and a later day, on anything that people work on."""

from collections.abc import Callable
from datetime import date as Date
from uuid import UUID, uuid4, uuid5

from application.commit import Decided, Done, Streams, decide
from application.ports import Clock, Context, Event, EventLog, MessageStore
from domain import casework as cases
from domain.casework import Casework, CaseworkOpened, Kind, Named, Snoozed, casework_id
from domain.errors import Invalid, NotFound
from domain.event import TOPIC_OF
from domain.local_time import local_date
from domain.patient import PatientRegistered

LARGEST_FILE = 10 * 1024 * 1024
"""Bytes."""
_MEDIA: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_LONGEST_NAME = 120
Target = UUID | Named
"""What people work on: a thing with a history of its own, or work that has only a name."""
_OPENINGS: dict[str, Kind] = {
    "patient.registered": "patient",
    "billing_day.care_recorded": "billing_day",
    "invoice.issued": "invoice",
    "document.issued": "document",
    "sending.prepared": "sending",
    "item.raised": "item",
}


class CaseworkDesk:
    """The use cases. `where` is the establishment that the caller may act in: a thing of another one is absent."""

    def __init__(self, log: EventLog, messages: MessageStore, clock: Clock) -> None:
        self._log, self._messages, self._clock = log, messages, clock

    def note(self, context: Context, where: UUID, target: Target, text: str) -> Done[UUID]:
        """Add a note; answers its id."""
        note_id = uuid4()
        return self._decide(context, where, target, note_id, lambda state: cases.note(state, note_id, text))

    def withdraw_note(self, context: Context, where: UUID, target: Target, note_id: UUID) -> Done[UUID]:
        """Take a note back."""
        return self._decide(context, where, target, note_id, lambda state: cases.withdraw_note(state, note_id))

    def attach(self, context: Context, where: UUID, target: Target, name: str, content: bytes) -> Done[UUID]:
        """Keep a file: PDF, PNG, JPEG or UTF-8 text. The bytes are stored first. Raises `Invalid`."""
        if not 0 < len(content) <= LARGEST_FILE:
            raise Invalid("file_too_large", f"file: give 1 to {LARGEST_FILE} bytes.", field="file")
        media = media_of(content)
        target_id = self.opening(where, target).target_id
        sha256, _ = self._messages.put(content, "attachment", "in", where)
        file_id = uuid5(target_id, sha256)
        shown = _file_name(name)
        return self._decide(
            context,
            where,
            target,
            file_id,
            lambda state: cases.attach(state, file_id, sha256, shown, media, len(content)),
        )

    def withdraw_file(self, context: Context, where: UUID, target: Target, file_id: UUID) -> Done[UUID]:
        """Take a file back; its bytes stay stored."""
        return self._decide(context, where, target, file_id, lambda state: cases.withdraw_file(state, file_id))

    def assign(self, context: Context, where: UUID, target: Target, user_id: UUID | None) -> Done[UUID]:
        """Say who takes care of it; None: nobody."""
        return self._decide(context, where, target, None, lambda state: cases.assign(state, user_id))

    def snooze(self, context: Context, where: UUID, target: Target, until: Date) -> Done[UUID]:
        """Put it off to a later day; the reason is the context's."""
        today, reason = local_date(self._clock.now()), context.meta.reason

        def decision(state: Casework) -> list[object]:
            return cases.snooze(state, until, today, reason, self._why_put_off(state))

        return self._decide(context, where, target, None, decision)

    def wake(self, context: Context, where: UUID, target: Target) -> Done[UUID]:
        """Show it again at once."""
        return self._decide(context, where, target, None, cases.wake)

    def put_back(self, context: Context, where: UUID, target: Target, until: Date | None) -> Done[UUID]:
        """Let it be put off as it was before: to that day, if it is still to come, or not at all."""
        today, reason = local_date(self._clock.now()), context.meta.reason

        def decision(state: Casework) -> list[object]:
            is_to_come = until is not None and until > today
            if not (until and is_to_come):
                return cases.wake(state)
            return [] if until == state.snoozed_until else cases.snooze(state, until, today, reason, "")

        return self._decide(context, where, target, None, decision)

    def of(self, target_id: UUID, upto: int | None = None) -> Casework | None:
        """What stands there, None when nobody added anything."""
        stream = casework_id(target_id)
        return cases.fold(self._log.load([stream], upto).get(stream, []))

    def opening(self, where: UUID, target: Target) -> CaseworkOpened:
        """What the casework of a thing begins with. Raises `NotFound` for what does not exist there."""
        if isinstance(target, Named):
            return CaseworkOpened(where, target.kind, target.id_in(where), where, target.name)
        events = self._log.load([target]).get(target, [])
        kind = _OPENINGS.get(TOPIC_OF[type(events[0])].topic) if events else None
        if kind is None or getattr(events[0], "establishment_id", None) != where:
            raise NotFound("target_unknown", "There is no such thing in this establishment.")
        first = events[0]
        owner = target if isinstance(first, PatientRegistered) else getattr(first, "patient_id", where)
        return CaseworkOpened(where, kind, target, owner)

    def _why_put_off(self, state: Casework) -> str:
        """The reason stands in the envelope of the event that did it."""
        recorded = self._log.history(casework_id(state.opened.target_id)) if state.snoozed_until else []
        return next((one.meta.reason for one in reversed(recorded) if isinstance(one.event, Snoozed)), "")

    def _decide(
        self,
        context: Context,
        where: UUID,
        target: Target,
        result: UUID | None,
        decision: Callable[[Casework], list[object]],
    ) -> Done[UUID]:
        """Answers the id of the target unless there is another result."""
        opening = self.opening(where, target)
        stream = casework_id(opening.target_id)

        def decided() -> Decided[UUID]:
            streams = Streams(self._log, [stream])
            state = cases.fold(streams.events(stream))
            happened = decision(state or Casework(opening))
            opened: list[Event] = [opening] if state is None and happened else []
            return Decided([streams.change(stream, [*opened, *happened])], result or opening.target_id)

        return decide(self._log, context, decided)


def media_of(content: bytes) -> str:
    """By its first bytes, never by its name. Raises `Invalid` for anything that a browser might run."""
    for start, media in _MEDIA:
        if content.startswith(start):
            return media
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Invalid("file_kind", "file: give a PDF, a PNG or JPEG picture, or plain text.", field="file")
    return "text/plain; charset=utf-8"


def _file_name(given: str) -> str:
    """The last part, printable, of bounded length."""
    last = given.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:_LONGEST_NAME] or "-"
