"""Where a person's number or name stands: a search through whole databases, files and texts, in every usual spelling."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from application.ports import Sql

_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_LONG_ENOUGH = 5
"""Four bytes turn up in megabytes of sealed data by chance: they are searched in text only."""


@dataclass(frozen=True)
class Person:
    """Whom to look for. `numbers` are found anywhere, names where no letter or digit stands beside them."""

    numbers: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Person":
        """From a line of the register file."""
        numbers = [row[name] for name in ("ssin", "affiliation_number") if row.get(name)]
        return cls(tuple(numbers), (row["last_name"],))


def spellings(name: str) -> set[bytes]:
    """As written, in capitals, without accents, as ASCII would carry it, in JSON; in UTF-8 and Latin-1."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    folded = bare.replace("œ", "oe").replace("ß", "ss").replace("Ł", "L").replace("ł", "l").replace("ø", "o")
    words = {form for text in (name, bare, folded) for form in (text, text.upper(), text.lower())}
    found = {word.encode() for word in words} | {json.dumps(word)[1:-1].encode() for word in words}
    for word in words:
        try:
            found.add(word.encode("latin-1"))
        except UnicodeEncodeError:
            continue
    return found


class Search:
    """Looks for all persons at once."""

    def __init__(self, persons: Iterable[Person]) -> None:
        everybody = list(persons)
        self._numbers = sorted({number.encode() for person in everybody for number in person.numbers})
        self._names = sorted(
            {spelling for person in everybody for name in person.names for spelling in spellings(name)}
        )

    def found(self, content: bytes | str) -> set[str]:
        """The needles that stand in it."""
        whole = content.encode() if isinstance(content, str) else content
        shortest = 1 if isinstance(content, str) or _is_text(whole) else _LONG_ENOUGH
        hits = [number for number in self._numbers if number in whole]
        hits += [name for name in self._names if len(name) >= shortest and _stands_alone(name, whole)]
        return {hit.decode("latin-1") for hit in hits}

    def in_database(self, sql: Sql, schema: str = "") -> dict[str, set[str]]:
        """By `table.column`: what stands there. Every table is read, also those that nobody thought of."""
        columns: dict[str, list[bytes | str]] = {}
        for table in tables(sql, schema):
            for row in sql.rows(f"SELECT * FROM {table}"):
                for column, value in row.items():
                    if isinstance(value, bytes | str | memoryview):
                        columns.setdefault(f"{table}.{column}", []).append(
                            value if isinstance(value, str) else bytes(value)
                        )
        found = {}
        for place, values in columns.items():
            texts = [value.encode() if isinstance(value, str) else value for value in values]
            hits = self.found(b"\n".join(text for text in texts if _is_text(text)))
            hits |= self.found(b"\xff".join([b"", *(text for text in texts if not _is_text(text))]))
            if hits:
                found[place] = hits
        return found

    def in_files(self, folder: Path, pattern: str) -> dict[str, set[str]]:
        """By name: what stands in the bytes of files, and in their names."""
        found = {}
        for path in sorted(folder.glob(pattern)):
            hits = self.found(path.read_bytes()) | self.found(path.name)
            if hits:
                found[path.name] = hits
        return found


def tables(sql: Sql, schema: str = "") -> list[str]:
    """All tables of the installation."""
    if sql.dialect == "sqlite":
        rows = sql.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        rows = sql.rows("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?", (schema,))
    return sorted(row["name"] for row in rows)


def _stands_alone(name: bytes, whole: bytes) -> bool:
    """Whether it stands anywhere without a letter or digit beside it, as it never does inside Base64."""
    at = whole.find(name)
    while at >= 0:
        beside = whole[max(at - 1, 0) : at] + whole[at + len(name) : at + len(name) + 1]
        if not any(byte in _BASE64 for byte in beside):
            return True
        at = whole.find(name, at + 1)
    return False


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
