"""What happened to a file that did not go, in words: why, which mandate is missing, why it waits no more."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.catalogue import text
from api.not_handed_over import told
from api.web.change_words import Change, Tell, label
from api.web.visit import Visit
from application.ports import Event
from domain.sending import SendingHandOverFailed, SendingUnqueued


def _failed(visit: Visit, _former: Sequence[Event], event: SendingHandOverFailed) -> Iterator[Change]:
    failure = told(visit.quittance, visit.practice, event, visit.language)
    why = f"{failure.text} ({failure.said})" if failure.said else failure.text
    yield Change(label(visit, "why"), "", why)
    if failure.mandate:
        yield Change(label(visit, "mandate_missing"), "", failure.mandate, visit.to("/enregistrements"))


def _unqueued(visit: Visit, _former: Sequence[Event], event: SendingUnqueued) -> Iterator[Change]:
    if event.code:
        yield Change(label(visit, "why"), "", text(f"held.{event.code}", visit.language))


TELLS: Mapping[type[Any], Tell] = {SendingHandOverFailed: _failed, SendingUnqueued: _unqueued}
