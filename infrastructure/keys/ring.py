"""Keys of subjects: made at the first use, wrapped by the master key, destroyed for good by an erasure.

Whatever a race or a restored backup leaves in `keys`, a subject in `erased_keys` has no usable key.
"""

import hmac
import os
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from threading import Lock
from time import monotonic
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.ports import Clock
from domain.errors import NotAllowed
from infrastructure.keys.cache import KeyCache
from infrastructure.keys.crypto import SealBroken, decrypt, encrypt, seal, unseal
from infrastructure.keys.master import KEY_BYTES, MasterKey, WrongMasterKey
from infrastructure.store.sql import StoreDatabase, StoreSql, chunks, placeholders
from infrastructure.store.times import microseconds

KEYS_A_STATEMENT = 1_000
FORGET_WITHIN = timedelta(seconds=1)
"""How long a key erased by another process may still be used by this one."""


class SubjectKeys:
    """The `KeyRing` port, and keys by the thousand for the store."""

    def __init__(self, database: StoreDatabase, master: MasterKey, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._wrapping = AESGCM(master.derive("subject keys"))
        self._cache = KeyCache()
        self._checking = Lock()
        self._erasures = -1
        self._checked_at = 0.0
        secret = self._installation_secret(AESGCM(master.derive("installation")))
        self._id_secret = hmac.digest(secret, b"ids", "sha256")
        self._blind_secret = hmac.digest(secret, b"blind", "sha256")

    def keyed_id(self, *parts: str) -> UUID:
        """128 bits of HMAC-SHA-256; each part is preceded by its length, so that ("ab", "c") is not ("a", "bc")."""
        message = b"".join(len(part).to_bytes(4, "big") + part for part in map(str.encode, parts))
        return UUID(bytes=hmac.digest(self._id_secret, message, "sha256")[:16])

    def blind(self, kind: str, value: str) -> bytes:
        """The whole HMAC, under another secret than the ids."""
        return hmac.digest(self._blind_secret, f"{kind}\0{value}".encode(), "sha256")

    def seal(self, subject: UUID, context: str, text: str) -> str:
        """Base64 of nonce and ciphertext; empty text stays empty. Raises `NotAllowed` after an erasure."""
        return seal(self.many([subject], create=True)[subject], context, text) if text else ""

    def unseal(self, subject: UUID, context: str, sealed: str) -> str:
        """Back to text, `ERASED` without a key. Raises `SealBroken`."""
        return unseal(self.many([subject]).get(subject), context, sealed)

    def many(self, subjects: Collection[UUID], *, create: bool = False) -> Mapping[UUID, AESGCM]:
        """The keys of many subjects in few queries; the erased are absent, or with `create` raise `NotAllowed`."""
        self._forget_what_others_erased()
        generation = self._cache.generation
        found, missing = self._cache.find(subjects)
        for chunk in chunks(missing):
            with self._database.reading() as sql:
                loaded = self._select(sql, chunk)
            if create and len(loaded) < len(chunk):
                loaded |= self._create([subject for subject in chunk if subject not in loaded])
            self._cache.keep(loaded, generation)
            found |= loaded
        return found

    def erase(self, subject: UUID) -> None:
        """Destroy the key and remember that it was destroyed."""
        self.apply_erasures([subject])

    def apply_erasures(self, subjects: Iterable[UUID]) -> None:
        """Erase each of them, again after the restore of an older backup."""
        now = microseconds(self._clock.now())
        with self._database.transaction() as sql:
            for chunk in chunks(subjects, KEYS_A_STATEMENT):
                among, ids = sql.any_of(chunk)
                sql.run(f"DELETE FROM keys WHERE subject_id {among}", ids)
                sql.run(
                    "INSERT INTO erased_keys (subject_id, erased_at)"
                    f" VALUES {placeholders(len(chunk), 2)} ON CONFLICT DO NOTHING",
                    [value for subject in chunk for value in (subject, now)],
                )
            sql.run("UPDATE installation SET erasures = erasures + 1")
        self._cache.clear()
        self._database.scrub()

    def erased_subjects(self) -> list[UUID]:
        """The list that a backup keeps apart, so that a restore can apply it."""
        with self._database.reading() as sql:
            return [row[0] for row in sql.tuples("SELECT subject_id FROM erased_keys ORDER BY erased_at, subject_id")]

    def _select(self, sql: StoreSql, subjects: list[UUID]) -> dict[UUID, AESGCM]:
        among, ids = sql.any_of(subjects)
        rows = sql.tuples(
            f"SELECT subject_id, wrapped FROM keys WHERE subject_id {among}"
            " AND NOT EXISTS (SELECT 1 FROM erased_keys AS e WHERE e.subject_id = keys.subject_id)",
            ids,
        )
        return {subject: AESGCM(self._unwrap(subject, wrapped)) for subject, wrapped in rows}

    def _create(self, subjects: list[UUID]) -> dict[UUID, AESGCM]:
        now = microseconds(self._clock.now())
        with self._database.transaction() as sql:
            for chunk in chunks(subjects, KEYS_A_STATEMENT):
                sql.run(
                    "INSERT INTO keys (subject_id, wrapped, created_at)"
                    f" VALUES {placeholders(len(chunk), 3)} ON CONFLICT DO NOTHING",
                    [value for subject in chunk for value in (subject, self._new_key(subject), now)],
                )
            among, ids = sql.any_of(subjects)
            sql.run(
                f"DELETE FROM keys WHERE subject_id {among} AND subject_id IN (SELECT subject_id FROM erased_keys)",
                ids,
            )
            made = self._select(sql, subjects)
        if erased := [subject for subject in subjects if subject not in made]:
            raise NotAllowed(
                "subject_erased",
                "the person's data were erased: nothing new can be stored about them",
                subject=str(erased[0]),
            )
        return made

    def _new_key(self, subject: UUID) -> bytes:
        return encrypt(self._wrapping, AESGCM.generate_key(KEY_BYTES * 8), subject.bytes)

    def _unwrap(self, subject: UUID, wrapped: bytes) -> bytes:
        try:
            return decrypt(self._wrapping, wrapped, subject.bytes)
        except InvalidTag:
            raise SealBroken(f"the stored key of subject {subject} is not its own") from None

    def _forget_what_others_erased(self) -> None:
        if monotonic() - self._checked_at < FORGET_WITHIN.total_seconds():
            return
        with self._checking, self._database.reading() as sql:
            ((erasures,),) = sql.tuples("SELECT erasures FROM installation")
            if erasures != self._erasures:
                self._cache.clear()
            self._erasures = erasures
            self._checked_at = monotonic()

    def _installation_secret(self, wrapping: AESGCM) -> bytes:
        """Made by whoever opens the database first; opening it proves that the master key is the right one."""
        with self._database.transaction() as sql:
            sql.run(
                "INSERT INTO installation (id, secret, erasures) VALUES (1, ?, 0) ON CONFLICT DO NOTHING",
                (encrypt(wrapping, os.urandom(KEY_BYTES), b"installation"),),
            )
            ((stored,),) = sql.tuples("SELECT secret FROM installation")
        try:
            return decrypt(wrapping, stored, b"installation")
        except InvalidTag:
            raise WrongMasterKey(
                "this master key does not open the keys of this database: give the right one"
            ) from None
