"""Raw messages, whole, by SHA-256, one copy for each establishment and kind that they came as.

Each copy has its own key, wrapped by its establishment's: one erasure of a patient does not reach a message that holds
many, and no establishment's key is needed for what another one was given.
"""

from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.ports import Clock, MessageInfo
from domain.errors import NotFound
from infrastructure.keys.crypto import SealBroken, content_name, decrypt, encrypt
from infrastructure.keys.ring import SubjectKeys
from infrastructure.store.sql import StoreDatabase
from infrastructure.store.times import instant, microseconds


class Messages:
    """The `MessageStore` port."""

    def __init__(self, database: StoreDatabase, keys: SubjectKeys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    def put(self, content: bytes, kind: str, direction: str, establishment_id: UUID) -> tuple[str, bool]:
        """Commits by itself. Raises `NotAllowed` for an erased establishment."""
        name = content_name(content)
        if self.info(name, establishment_id, kind):
            return name, False
        own = AESGCM.generate_key(256)
        wrapping = self._keys.many([establishment_id], create=True)[establishment_id]
        row = (
            name,
            establishment_id,
            kind,
            direction,
            len(content),
            microseconds(self._clock.now()),
            encrypt(wrapping, own, name.encode()),
            encrypt(AESGCM(own), content, name.encode()),
        )
        with self._database.transaction() as sql:
            inserted = sql.run(
                "INSERT INTO messages"
                " (sha256, establishment_id, kind, direction, size, stored_at, wrapped_key, content)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                row,
            )
        return name, inserted == 1

    def get(self, sha256: str) -> bytes:
        """From any copy whose key stands. Raises `NotFound`, also when all keys were erased, and `SealBroken`."""
        with self._database.reading() as sql:
            copies = sql.tuples(
                "SELECT establishment_id, kind FROM messages WHERE sha256 = ? ORDER BY stored_at, kind", (sha256,)
            )
        standing = self._keys.many({where for where, _ in copies})
        best = min(copies, key=lambda copy: copy[0] not in standing, default=None)
        if best is None:
            raise _unknown(sha256)
        return self._open(sha256, *best)

    def read(self, info: MessageInfo) -> bytes:
        """Of that very copy. Raises `NotFound`, also when its establishment's key was erased, and `SealBroken`."""
        return self._open(info.sha256, info.establishment_id, info.kind)

    def info(self, sha256: str, establishment_id: UUID, kind: str) -> MessageInfo | None:
        """Without touching the content."""
        with self._database.reading() as sql:
            rows = sql.tuples(
                "SELECT direction, size, stored_at FROM messages"
                " WHERE sha256 = ? AND establishment_id = ? AND kind = ?",
                (sha256, establishment_id, kind),
            )
        if not rows:
            return None
        ((direction, size, stored_at),) = rows
        return MessageInfo(sha256, kind, direction, establishment_id, size, instant(stored_at))

    def _open(self, sha256: str, establishment_id: UUID, kind: str) -> bytes:
        with self._database.reading() as sql:
            rows = sql.tuples(
                "SELECT wrapped_key, content FROM messages WHERE sha256 = ? AND establishment_id = ? AND kind = ?",
                (sha256, establishment_id, kind),
            )
        if not rows:
            raise _unknown(sha256)
        ((wrapped, content),) = rows
        wrapping = self._keys.many([establishment_id]).get(establishment_id)
        if wrapping is None:
            raise NotFound("message_erased", "the key of this message was erased", sha256=sha256)
        try:
            return decrypt(AESGCM(decrypt(wrapping, wrapped, sha256.encode())), content, sha256.encode())
        except InvalidTag:
            raise SealBroken(f"message {sha256} is not what was stored") from None


def _unknown(sha256: str) -> NotFound:
    return NotFound("message_unknown", "there is no such message here", sha256=sha256)
