"""Whose data stand in the kept answer to a request for answers: who fetches it is noted for each of them."""

from collections.abc import Iterator
from uuid import UUID

from api.build import Quittance
from api.rest.sendings import patients_of
from application.ports import UnreadableMessage
from domain import inbox
from domain import insurability_batch as batches
from domain import sending as sendings
from domain.answer import Answer
from domain.inbox import MessageInterpreted
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.ehealth.proof import contents
from infrastructure.keys.crypto import content_name


def patients_in(quittance: Quittance, where: UUID, proof: bytes) -> list[UUID]:
    """Each once; nobody where nothing came, or nothing that names a file or a question of the practice."""
    found: dict[UUID, None] = {}
    for content in contents(proof):
        found |= dict.fromkeys(_of_a_sending(quittance, where, content))
        found |= dict.fromkeys(asked_about(quittance, where, content))
    return list(found)


def _of_a_sending(quittance: Quittance, where: UUID, content: bytes) -> list[UUID]:
    """Everybody in the file that an answer is about."""
    message = inbox.message_id(where, content_name(content))
    read = [one for one in quittance.log.load([message]).get(message, []) if isinstance(one, MessageInterpreted)]
    known = next((one.sending_id for one in reversed(read) if one.sending_id), None)
    state = sendings.fold(quittance.log.load([known]).get(known, []), known) if known else None
    return patients_of(quittance.log, state) if state else []


def asked_about(quittance: Quittance, where: UUID, content: bytes) -> Iterator[UUID]:
    """Everybody whose question an insurer answers."""
    try:
        said = MemberDataCodec(quittance.clock.now).read_together(content)
    except UnreadableMessage:
        return
    asked = [] if isinstance(said, Answer) else [answer.reference for answer, _ in said]
    streams = {one: batches.batch_id(where, batches.reference_in(one)) for one in asked}
    loaded = quittance.log.load(streams.values())
    known = {stream: batches.fold(events) for stream, events in loaded.items()}
    for reference, stream in streams.items():
        if (batch := known.get(stream)) and (patient := batch.patient_of(reference)):
            yield patient
