"""What waits for a person: close an item with a reason."""

from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import Context, EventLog
from domain import inbox


class Desk:
    """The use cases around items."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def settle(self, context: Context, item_id: UUID) -> Done[UUID]:
        """Close an item. Raises `NotFound`."""

        def decision() -> Decided[UUID]:
            streams = Streams(self._log, [item_id])
            happened = inbox.settle_item(inbox.fold_item(streams.events(item_id)))
            return Decided([streams.change(item_id, happened)], item_id)

        return decide(self._log, context, decision)
