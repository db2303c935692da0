"""What can be done with many sendings at once."""

from collections.abc import Callable
from uuid import UUID

from application.jobs import JobAction
from application.ports import Context, EventLog
from application.send import Dispatch
from domain import sending as sendings
from domain.errors import NotFound


def sending_actions(log: EventLog, dispatch: Dispatch) -> dict[str, JobAction]:
    """By name of list and action."""

    def owned(command: Callable[[Context, UUID], object]) -> JobAction:
        def run(context: Context, where: UUID, sending_id: UUID) -> None:
            state = sendings.fold(log.load([sending_id]).get(sending_id, []), sending_id)
            if state is None or state.made.establishment_id != where:
                raise NotFound("sending_unknown", "There is no such sending.")
            command(context, sending_id)

        return JobAction("bill", run)

    return {
        "sendings.mark_read": owned(dispatch.mark_read),
        "sendings.archive": owned(lambda context, sending_id: dispatch.archive(context, sending_id, archived=True)),
        "sendings.unarchive": owned(lambda context, sending_id: dispatch.archive(context, sending_id, archived=False)),
    }
