"""The public feed: what other programs may rely on. Names, versions and payloads of its own, never the stored ones.

Ids, codes, dates and figures only: no text of a person, and no patient beside what was done. A stored event type that
is renamed or reshaped keeps its public event; a new one needs a decision here (a test says so).
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from application.ports import EventLog, Recorded
from domain.answer import Reason
from domain.day_events import LineVerdict
from domain.establishment import EstablishmentRegistered

_BATCH = 500
_MOST_SCANNED = 10_000
"""Events looked at for one page: a rare type costs many pages, never a long one."""
_MOST_OWNERS = 100_000

T = TypeVar("T")
Payload = Callable[[Any], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Published:
    """Name, version and payload of a public event."""

    type: str
    data: Payload
    version: int = 1


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """`id` is the cursor behind the event; `subject_id` is the aggregate that it happened to."""

    id: str
    type: str
    version: int
    at: datetime
    establishment_id: UUID
    subject_id: UUID
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FeedPage:
    """`next_after` is the cursor of the following page, also when nothing of this one was wanted."""

    events: tuple[PublicEvent, ...]
    next_after: int
    is_at_head: bool


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What was recorded in one establishment, as it is stored; else as `FeedPage`."""

    events: tuple[Recorded, ...]
    next_after: int
    is_at_head: bool


def fields(*names: str, **renamed: str) -> Payload:
    """These attributes, some under another name (`public="stored"`)."""
    taken = {**{name: name for name in names}, **renamed}
    return lambda happened: {public: getattr(happened, stored) for public, stored in taken.items()}


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, object]]:
    return [{"letter": reason.letter, "code": reason.code} for reason in reasons]


def _lines(verdicts: Iterable[LineVerdict]) -> list[dict[str, object]]:
    """The insurer's comment may name a person and stays out."""
    return [
        {
            "line_id": said.line_id,
            "verdict": said.verdict,
            "requested_cents": said.requested_cents,
            "accepted_cents": said.accepted_cents,
            "reasons": _reasons(said.reasons),
            "notes": _reasons(said.notes),
        }
        for said in verdicts
    ]


def _verdict(happened: Any) -> Mapping[str, object]:  # noqa: ANN401 - one of three event types
    return {
        "sending_id": happened.sending_id,
        "message": happened.message,
        "accepted_cents": getattr(happened, "accepted_cents", 0),
        "refused_cents": getattr(happened, "refused_cents", 0),
        "lines": _lines(happened.lines),
    }


def _care(happened: Any) -> Mapping[str, object]:  # noqa: ANN401 - an event type
    return {
        "date": happened.date,
        "sequence": happened.sequence,
        "line_ids": [line.line_id for line in happened.lines],
        "import_id": happened.import_id,
    }


def _priced(happened: Any) -> Mapping[str, object]:  # noqa: ANN401 - an event type
    """The patient's entitlement and the authorisation stay out."""
    return {
        "tariffs": happened.tariffs,
        "line_ids": [line.line_id for line in happened.lines],
        "amount_cents": happened.amount_cents,
        "line_count": happened.line_count,
    }


def _item(happened: Any) -> Mapping[str, object]:  # noqa: ANN401 - an event type
    return {
        "kind": happened.kind,
        "message": happened.message,
        "sending_id": happened.sending_id,
        "facts": dict(happened.facts),
    }


_NOTHING = fields()
_OF_SENDING = fields("sending_id")

PUBLISHED: dict[str, Published] = {
    "establishment.registered": Published("establishment.registered", _NOTHING),
    "establishment.details_corrected": Published("establishment.corrected", _NOTHING),
    "establishment.membership_recorded": Published(
        "establishment.provider_joined", fields("provider_id", "valid_from", "valid_to")
    ),
    "establishment.membership_ended": Published(
        "establishment.provider_left", fields("provider_id", "valid_from", "valid_to")
    ),
    "establishment.period_closed": Published("establishment.period_closed", fields("through")),
    "establishment.period_reopened": Published("establishment.period_reopened", fields("since")),
    "patient.registered": Published("patient.registered", _NOTHING),
    "patient.details_corrected": Published("patient.corrected", _NOTHING),
    "patient.national_number_replaced": Published("patient.number_replaced", _NOTHING),
    "patient.insurability_confirmed": Published("patient.insurability_confirmed", fields("day")),
    "patient.insurability_recorded": Published("patient.insured", fields("valid_from", "valid_to")),
    "patient.authorisation_recorded": Published("patient.authorised", fields("valid_from", "valid_to")),
    "patient.authorisation_notified": Published("patient.notified", fields("valid_from", "sent_on")),
    "patient.notification_withdrawn": Published("patient.notification_withdrawn", fields("valid_from")),
    "patient.authorisation_withdrawn": Published("patient.authorisation_withdrawn", fields("valid_from")),
    "patient.descored": Published(
        "patient.descored",
        lambda happened: {
            **fields("valid_from", "valid_to", "told_on")(happened),
            "billing_day_ids": [day.day_id for day in happened.days],
        },
    ),
    "patient.descoring_withdrawn": Published("patient.descoring_withdrawn", fields("valid_from")),
    "patient.merged": Published("patient.merged", fields("survivor_id")),
    "patient.unmerged": Published("patient.unmerged", fields("survivor_id")),
    "patient.erased": Published("patient.erased", _NOTHING),
    "billing_day.care_recorded": Published("care.recorded", _care),
    "billing_day.line_corrected": Published("care.corrected", fields("line_id", "import_id")),
    "billing_day.line_withdrawn": Published("care.withdrawn", fields("line_id", "import_id")),
    "billing_day.duplicate_confirmed": Published("care.duplicate_confirmed", fields("line_id")),
    "billing_day.amount_confirmed": Published("care.amount_confirmed", fields("line_id")),
    "billing_day.time_bar_lifted": Published("care.time_bar_lifted", fields("letter_date")),
    "billing_day.priced": Published("billing_day.priced", _priced),
    "billing_day.billed": Published("billing_day.billed", fields("sending_id", "invoice_id", "is_document")),
    "billing_day.document_paid": Published("billing_day.document_paid", fields("document_id", "accepted_cents")),
    "billing_day.document_refused": Published("billing_day.document_refused", fields("document_id", "refused_cents")),
    "billing_day.document_reopened": Published("billing_day.document_reopened", fields("document_id")),
    "document.issued": Published(
        "document.issued",
        lambda happened: {
            **fields("run_id", "number", "communication", "destination", "billed_month", "issued_on", "amount_cents")(
                happened
            ),
            "billing_day_ids": [day.day_id for day in happened.days],
        },
    ),
    "document.handed_out": Published("document.handed_out", fields("on")),
    "document.paid": Published("document.paid", fields("on", "cents")),
    "document.refused": Published("document.refused", fields("on")),
    "document.reopened": Published("document.reopened", _NOTHING),
    "document.cancelled": Published("document.cancelled", _NOTHING),
    "billing_day.returned": Published("billing_day.returned", fields("sending_id", cause="return_cause")),
    "billing_day.correction_decided": Published("billing_day.correction_decided", fields("decision")),
    "billing_day.correction_proposed": Published("billing_day.correction_proposed", fields("decision")),
    "billing_day.correction_declined": Published("billing_day.correction_declined", fields("decision")),
    "billing_day.left_undecided": Published("billing_day.left_undecided", fields("run_id")),
    "billing_day.correction_restored": Published("billing_day.correction_restored", fields("decision")),
    "correction_rule.switched_on": Published(
        "correction_rule.switched_on", fields("codes", "national_union", "decision", "is_after_cure", "dry_run")
    ),
    "correction_rule.switched_off": Published("correction_rule.switched_off", _NOTHING),
    "registration.created": Published("registration.created", fields("registration_id", "kind", "valid_from")),
    "registration.ended": Published("registration.ended", fields("registration_id", "valid_to")),
    "registration.mandate_recorded": Published(
        "registration.mandate_recorded", fields("registration_id", "mandate_id", "valid_from", "valid_to")
    ),
    "registration.mandate_revoked": Published(
        "registration.mandate_revoked", fields("registration_id", "mandate_id", "valid_to")
    ),
    "registration.condition_arranged": Published(
        "registration.condition_arranged", fields("registration_id", "condition", "arranged_on")
    ),
    "registration.condition_reopened": Published(
        "registration.condition_reopened", fields("registration_id", "condition")
    ),
    "billing_day.credited": Published(
        "billing_day.credited", fields("sending_id", "invoice_id", "previous_invoice_id", "line_ids", "cents")
    ),
    "billing_day.credit_settled": Published(
        "billing_day.credit_settled", fields("sending_id", "invoice_id", "message", "credited_cents", "taken_cents")
    ),
    "billing_day.reinstated": Published("billing_day.reinstated", fields("sending_id", "invoice_id")),
    "billing_day.accepted_by_insurer": Published("billing_day.accepted", _verdict),
    "billing_day.partly_refused_by_insurer": Published("billing_day.partly_refused", _verdict),
    "billing_day.refused_by_insurer": Published("billing_day.refused", _verdict),
    "invoice.issued": Published(
        "invoice.issued",
        fields(
            "sending_id",
            "invoice_number",
            "billed_month",
            "sickness_fund",
            "destination",
            "invoicing_type",
            "requested_cents",
            "patient_share_cents",
            "supplement_cents",
            "line_count",
            billing_day_ids="day_ids",
        ),
    ),
    "invoice.withdrawn": Published("invoice.withdrawn", _OF_SENDING),
    "invoice.reinstated": Published("invoice.reinstated", _OF_SENDING),
    "invoice.patient_document_given": Published(
        "invoice.patient_document_given", fields("sending_id", "given_on", "way", "nth")
    ),
    "invoice.patient_document_withdrawn": Published("invoice.patient_document_withdrawn", fields("sending_id", "nth")),
    "invoice.settled": Published(
        "invoice.settled",
        fields("sending_id", "message", "verdict", "accepted_cents", "refused_cents", "refused_days"),
    ),
    "sending.prepared": Published(
        "sending.prepared",
        fields(
            "run_id",
            "replaces",
            "billed_month",
            "creation_date",
            "sending_number",
            "provider_reference",
            "message",
            "invoice_ids",
            "line_count",
            "day_count",
            "requested_cents",
            "made_elsewhere",
            national_union="union",
        ),
    ),
    "sending.handed_over": Published("sending.handed_over", fields("local_date")),
    "sending.queued": Published("sending.queued", _NOTHING),
    "sending.unqueued": Published("sending.unqueued", fields("code")),
    "sending.transmitted": Published("sending.transmitted", _NOTHING),
    "sending.hand_over_failed": Published(
        "sending.hand_over_failed", fields("code", "said", "registration_id", "holder_kind")
    ),
    "sending.acknowledged": Published("sending.acknowledged", fields("message", "insurer_reference")),
    "sending.technically_acknowledged": Published("sending.technically_acknowledged", fields("message", "issuer")),
    "sending.not_treated": Published("sending.not_treated", fields("message", "issuer", "code")),
    "sending.envelope_rejected": Published("sending.envelope_rejected", fields("message", "codes", "duplicate")),
    "sending.accepted_for_processing": Published(
        "sending.accepted_for_processing", fields("message", "error_percentage")
    ),
    "sending.rejected": Published(
        "sending.rejected", fields("message", "error_percentage", "refusal_type", "duplicate")
    ),
    "sending.settled": Published(
        "sending.settled",
        lambda happened: {
            **fields("message", "requested_cents", "accepted_cents", "refused_cents")(happened),
            "funds": [
                {
                    "sickness_fund": total.fund,
                    "requested_cents": total.requested_cents,
                    "accepted_cents": total.accepted_cents,
                    "refused_cents": total.refused_cents,
                    "payment_reference": total.payment_reference,
                }
                for total in happened.funds
            ],
        },
    ),
    "sending.settlement_contested": Published(
        "sending.settlement_contested", fields("message", "requested_cents", "accepted_cents", "refused_cents")
    ),
    "sending.cancelled": Published("sending.cancelled", _NOTHING),
    "sending.rejection_confirmed": Published("sending.rejection_confirmed", _NOTHING),
    "sending.read": Published("sending.read", _NOTHING),
    "sending.archived": Published("sending.archived", _NOTHING),
    "sending.unarchived": Published("sending.unarchived", _NOTHING),
    "billing_run.completed": Published(
        "billing_run.completed",
        fields("billed_month", "creation_date", "sending_ids", "document_ids", "days", "lines", "amount_cents"),
    ),
    "billing_run.cancelled": Published("billing_run.cancelled", fields("sending_ids", "document_ids")),
    "message.received": Published("answer.received", fields("size", "origin", message="sha256")),
    "message.interpreted": Published("answer.interpreted", fields("kind", "sending_id", "unread_bytes")),
    "message.unreadable": Published("answer.unreadable", fields("code")),
    "mailbox.poll_queued": Published("mailbox.poll_queued", fields("mailbox")),
    "mailbox.polled": Published(
        "mailbox.polled", fields("mailbox", "outcome", "count", "code", "proof", "is_scheduled")
    ),
    "insurability_query.queued": Published(
        "insurability_query.queued", fields("reference", "first_day", "last_day", "purpose", "together")
    ),
    "insurability_query.asked": Published(
        "insurability_query.asked", fields("reference", "first_day", "last_day", "purpose", "message", "batch")
    ),
    "insurability_query.answered": Published(
        "insurability_query.answered", fields("reference", "message", "outcome", "io", "codes")
    ),
    "insurability_query.failed": Published(
        "insurability_query.failed", fields("reference", "code", "said", "is_certain")
    ),
    "insurability_batch.asked": Published(
        "insurability_batch.asked",
        fields("reference", "first_day", "last_day", "purpose", "message"),
    ),
    "insurability_batch.taken": Published("insurability_batch.taken", _NOTHING),
    "insurability_batch.failed": Published("insurability_batch.failed", fields("code", "said", "is_certain")),
    "insurability_batch.technically_acknowledged": Published(
        "insurability_batch.technically_acknowledged", fields("io", "message")
    ),
    "insurability_batch.not_treated": Published("insurability_batch.not_treated", fields("io", "code", "message")),
    "insurability_batch.answered": Published("insurability_batch.answered", fields("message", "count")),
    "mycarenet_session.opened": Published(
        "session.opened", fields("method", "holder_kind", "ends_at", "fingerprint", "certificate_ends_at")
    ),
    "mycarenet_session.renewed": Published("session.renewed", fields("ends_at")),
    "mycarenet_session.closed": Published("session.closed", fields("why")),
    "mycarenet_session.refused": Published("session.refused", fields("method", "code", "said")),
    "item.raised": Published("item.raised", _item),
    "item.settled": Published("item.settled", _NOTHING),
    "tariffs.received": Published(
        "tariffs.received",
        fields("message", "country", "sector", "edition", "valid_from", "codes", "is_fictitious"),
    ),
    "tariffs.accepted": Published("tariffs.accepted", fields("message", "applies_from")),
    "tariffs.set_aside": Published("tariffs.set_aside", fields("message")),
    "import.accepted": Published(
        "import.accepted", fields("message", "accepted", "rejected", billing_day_ids="day_ids")
    ),
    "import.undone": Published("import.undone", _NOTHING),
}

PRIVATE = ("provider.", "numbering.", "api_key.", "code_list.", "user.", "casework.")
"""Topics that belong to no establishment, to the installation alone, or that are for people of the practice only."""

_FOR_ITS_PEOPLE = ("casework.",)
"""The last of these: their streams belong to an establishment."""

TYPES = tuple(sorted(published.type for published in PUBLISHED.values()))


@dataclass(slots=True)
class Feed:
    """Pages of the feed. Share one: it remembers which establishment a stream belongs to, for ever the same."""

    log: EventLog
    _owners: OrderedDict[UUID, UUID] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def page(
        self, after: int, limit: int, scope: Collection[UUID] | None = None, types: Collection[str] = ()
    ) -> FeedPage:
        """Up to `limit` events behind the cursor. `scope`: establishments, None for all; `types`: empty for all."""

        def public(recorded: Recorded, owner: UUID) -> PublicEvent | None:
            return _published(recorded, owner, types) if scope is None or owner in scope else None

        return FeedPage(*self._walk(after, limit, public))

    def own_page(self, after: int, limit: int, establishment_id: UUID) -> OwnPage:
        """The same with who did it, and with what is for people of the practice only: never for a program."""
        return OwnPage(
            *self._walk(after, limit, lambda recorded, owner: recorded if owner == establishment_id else None)
        )

    def _walk(
        self, after: int, limit: int, pick: Callable[[Recorded, UUID], T | None]
    ) -> tuple[tuple[T, ...], int, bool]:
        found: list[T] = []
        scanned = 0
        while scanned < _MOST_SCANNED:
            batch = self.log.read(after, _BATCH)
            if not batch:
                return tuple(found), after, True
            owners = self._owners_of(batch)
            for recorded in batch:
                if len(found) == limit:
                    return tuple(found), after, False
                owner = owners.get(recorded.stream_id)
                picked = pick(recorded, owner) if owner else None
                if picked is not None:
                    found.append(picked)
                after = recorded.position
            scanned += len(batch)
        return tuple(found), after, False

    def _owners_of(self, batch: Sequence[Recorded]) -> dict[UUID, UUID]:
        owned = (one for one in batch if one.topic in PUBLISHED or one.topic.startswith(_FOR_ITS_PEOPLE))
        wanted = {recorded.stream_id for recorded in owned}
        opening = {recorded.stream_id: recorded for recorded in batch if recorded.version == 1}
        with self._lock:
            known = {stream_id: self._owners[stream_id] for stream_id in wanted if stream_id in self._owners}
        new = {i: owner for i in wanted - set(known) if i in opening and (owner := owner_of(i, opening[i].event))}
        missing = wanted - set(known) - set(new)
        for stream_id, events in self.log.load(missing).items() if missing else ():
            owner = owner_of(stream_id, events[0])
            if owner is not None:
                new[stream_id] = owner
        with self._lock:
            self._owners.update(new)
            while len(self._owners) > _MOST_OWNERS:
                self._owners.popitem(last=False)
        return known | new


def owner_of(stream_id: UUID, opening: object) -> UUID | None:
    """Establishment of a stream, from its first event; None for what belongs to the installation."""
    owner: UUID | None = getattr(opening, "establishment_id", None)
    return stream_id if isinstance(opening, EstablishmentRegistered) else owner


def _published(recorded: Recorded, owner: UUID, types: Collection[str]) -> PublicEvent | None:
    published = PUBLISHED.get(recorded.topic)
    if published is None or (types and published.type not in types):
        return None
    data = published.data(recorded.event)
    at, subject = recorded.recorded_at, recorded.stream_id
    return PublicEvent(str(recorded.position), published.type, published.version, at, owner, subject, data)
