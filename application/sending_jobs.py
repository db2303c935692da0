"""What can be done with many sendings at once, in the list of all and in that of the settled ones."""

from collections.abc import Callable
from uuid import UUID

from application.job_actions import JobAction, Reversal
from application.ports import Context, EventLog
from application.send import Dispatch
from domain import sending as sendings
from domain.errors import NotFound

Command = Callable[[Context, UUID], object]


def sending_actions(log: EventLog, dispatch: Dispatch) -> dict[str, JobAction]:
    """By name of list and action."""

    def owned(command: Command, back: Command | None = None) -> JobAction:
        def run(context: Context, where: UUID, sending_id: UUID) -> None:
            state = sendings.fold(log.load([sending_id]).get(sending_id, []), sending_id)
            if state is None or state.made.establishment_id != where:
                raise NotFound("sending_unknown", "There is no such sending.")
            command(context, sending_id)

        if back is None:
            return JobAction("bill", run)
        return JobAction("bill", run, Reversal(lambda it: it, lambda context, _, it, __: back(context, it)))

    def archive(context: Context, sending_id: UUID) -> object:
        return dispatch.archive(context, sending_id, archived=True)

    def unarchive(context: Context, sending_id: UUID) -> object:
        return dispatch.archive(context, sending_id, archived=False)

    actions = {
        "mark_read": owned(dispatch.mark_read),  # nobody can unsee it
        "archive": owned(archive, unarchive),
        "unarchive": owned(unarchive, archive),
    }
    return {f"{name}.{action}": done for name in ("sendings", "settlements") for action, done in actions.items()}
