"""Errors of the store that no use case can repair: an operator reads them.

StoreError
├── StoreUnavailable   no connection, or it broke: repeat the command under the same idempotency key
├── NotMigrated        the tables are older or newer than this program
├── NotEmpty           a restore into a database that holds data
└── Damaged            what is read is not what was written
"""


class StoreError(Exception):
    """Base of the errors of this layer."""


class StoreUnavailable(StoreError):
    """The database does not answer, or the connection broke before it said that the commit is safe."""


class NotMigrated(StoreError):
    """The tables are not those of this version: run the migration first."""


class NotEmpty(StoreError):
    """What is there would be mixed with what comes."""


class Damaged(StoreError):
    """No database, a broken one, or one whose rows are not those that were copied into it."""
