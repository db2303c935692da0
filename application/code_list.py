"""Load the official code list that a practice has, and find one of its codes."""

from collections.abc import Callable
from dataclasses import dataclass

from application.commit import Decided, Done, Streams, decide
from application.ports import Context, EventLog, MessageStore
from domain.code_list import CODE_LIST, CodeListLoaded, OfficialCode

Reader = Callable[[bytes], tuple[list[OfficialCode], list[int]]]


@dataclass(frozen=True, slots=True)
class CodeListReport:
    """What was taken in. `unread_lines` hold no code; `is_new` is false when the same bytes were loaded before."""

    message: str
    codes: int
    unread_lines: tuple[int, ...]
    is_new: bool


class CodeLists:
    """The official list: loaded as a file, read from the stored bytes."""

    def __init__(self, log: EventLog, messages: MessageStore, read: Reader) -> None:
        self._log, self._messages, self._read = log, messages, read
        self._known: tuple[str, dict[str, OfficialCode]] = ("", {})

    def load(self, context: Context, content: bytes) -> Done[CodeListReport]:
        """Take a list in; it counts from now on."""
        found, unread = self._read(content)
        sha256, _ = self._messages.put(content, "code_list", "in", CODE_LIST)

        def decision() -> Decided[CodeListReport]:
            streams = Streams(self._log, [CODE_LIST])
            is_new = self._latest(streams) != sha256
            happened = [CodeListLoaded(sha256, len(found))] if is_new else []
            report = CodeListReport(sha256, len(found), tuple(unread), is_new)
            return Decided([streams.change(CODE_LIST, happened)], report)

        return decide(self._log, context, decision)

    def find(self, code: str) -> OfficialCode | None:
        """The code in the latest list, if there is one."""
        latest = self._latest(Streams(self._log, [CODE_LIST]))
        if not latest:
            return None
        if self._known[0] != latest:
            found, _ = self._read(self._messages.get(latest))
            self._known = (latest, {entry.code: entry for entry in found})
        return self._known[1].get(code)

    @staticmethod
    def _latest(streams: Streams) -> str:
        events = streams.events(CODE_LIST)
        return events[-1].message if events else ""
