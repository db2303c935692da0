"""What came of sessions with MyCareNet and of questions to insurers: never what an insurer says of anybody."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.catalogue import has, text
from api.insurability import in_words
from api.web.change_words import Change, Tell, label
from api.web.render import moment
from api.web.visit import Visit
from application.ports import Event
from domain.insurability_query import InsurabilityAnswered, InsurabilityQueryFailed
from domain.mycarenet_session import MyCareNetSessionOpened, MyCareNetSessionRefused, MyCareNetSessionRenewed

_NO_ANSWER = ("refused", "unreadable")
"""Outcomes of an answer that answers nothing."""

_FOURS = re.compile(".{4}")
"""A row of a list is no wider for it."""


def _answered(visit: Visit, _former: Sequence[Event], event: InsurabilityAnswered) -> Iterator[Change]:
    status = "refused" if event.outcome in _NO_ANSWER else "answered"
    yield Change(label(visit, "outcome"), "", text(f"insurability_status.{status}", visit.language))


def _failed(visit: Visit, _former: Sequence[Event], event: InsurabilityQueryFailed) -> Iterator[Change]:
    yield Change(label(visit, "why"), "", in_words(event.code, visit.language))


def _opened(visit: Visit, _former: Sequence[Event], event: MyCareNetSessionOpened) -> Iterator[Change]:
    yield Change(label(visit, "opened_with"), "", text(f"mycarenet_method.{event.method}", visit.language))
    yield Change(label(visit, "holds_until"), "", moment(event.ends_at))
    if event.fingerprint:
        yield Change(label(visit, "fingerprint"), "", " ".join(_FOURS.findall(event.fingerprint)))


def _renewed(visit: Visit, _former: Sequence[Event], event: MyCareNetSessionRenewed) -> Iterator[Change]:
    yield Change(label(visit, "holds_until"), "", moment(event.ends_at))


def _refused(visit: Visit, _former: Sequence[Event], event: MyCareNetSessionRefused) -> Iterator[Change]:
    known = event.code if has(f"problem.{event.code}") else "unexplained"
    yield Change(label(visit, "why"), "", text(f"problem.{known}", visit.language))


TELLS: Mapping[type[Any], Tell] = {
    InsurabilityAnswered: _answered,
    InsurabilityQueryFailed: _failed,
    MyCareNetSessionOpened: _opened,
    MyCareNetSessionRenewed: _renewed,
    MyCareNetSessionRefused: _refused,
}
