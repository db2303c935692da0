"""What events of casework say beyond their name: which file was attached or taken back."""

from collections.abc import Iterator, Sequence

from api.web.change_words import Change, now
from api.web.visit import Visit
from application.ports import Event
from domain import casework
from domain.casework import FileAttached, FileWithdrawn


def file_name(visit: Visit, former: Sequence[Event], event: FileAttached | FileWithdrawn) -> Iterator[Change]:
    """The name that it was brought under; of a patient's file to who may see care."""
    state = casework.fold([*former, event] if isinstance(event, FileAttached) else former)
    if state is None or (state.opened.is_of_a_patient and not visit.may_ever("medical")):
        return
    yield from (now(visit, "file_name", file.name) for file in state.files if file.file_id == event.file_id)
