"""Every route of the pages, taken from the router itself, with an example of each thing that a path may name.

A route with a part that has no example fails a test: a new screen brings its example here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from fastapi.routing import APIRoute

from api.web.doors import Door, Public, door_of
from tests.web.site import MONTH, RunningSite

Example = Callable[[RunningSite, UUID], str]

NOT_PAGES: dict[str, str] = {
    "/c/{where}/suivi/{target_id}/fichiers/{file_id}": "text/plain; charset=utf-8",
    "/c/{where}/messages/{sha256}/fichier": "application/octet-stream",
    "/c/{where}/export/{grid}.{kind}": "text/csv; charset=utf-8",
    "/c/{where}/importations/modele.csv": "text/csv; charset=utf-8",
    "/c/{where}/pilotage/cabinets.{kind}": "text/csv; charset=utf-8",
    "/c/{where}/patients/{patient_id:uuid}/assureur/{reference}.xml": "application/xml",
    "/docs/openapi.json": "application/json",
    "/docs/start.js": "text/javascript; charset=utf-8",
    "/support": "application/json",
}
"""Answers to a GET that are files, with their media type; every path that ends in `.pdf` is one besides."""

ENDLESS = frozenset({"/c/{where}/live", "/c/{where}/live/travaux", "/c/{where}/session/reste"})
"""Streams, never read to their end, and parts that a page asks for when its stream says so: no pages of their own."""

_STEPS = frozenset({"/second-factor", "/code"})

BY_ITSELF = "/docs"
"""The one page that is not ours: its own policy, the script of others."""


def _one(text: str) -> Example:
    def example(site: RunningSite, where: UUID) -> str:
        return str(next(iter(site.rows(text, where)[0].values())))

    return example


def _kept(name: str) -> Example:
    return lambda site, where: str(site.kept[where][name])


def _fixed(value: str) -> Example:
    return lambda _site, _where: value


EXAMPLES: dict[str, Example] = {
    "where": lambda _, where: str(where),
    "sending_id": _one(
        "SELECT sending_id FROM sendings WHERE establishment_id = ? ORDER BY refused_cents DESC, sending_number"
    ),
    "patient_id": _one(
        "SELECT patient_id FROM refusals WHERE establishment_id = ? GROUP BY patient_id ORDER BY count(*) DESC, patient_id"
    ),
    "day_id": _one("SELECT day_id FROM refusals WHERE establishment_id = ? ORDER BY day_id"),
    "line_id": _one("SELECT line_id FROM refusals WHERE establishment_id = ? ORDER BY day_id, line_id"),
    "invoice_id": _one(
        "SELECT invoice_id FROM invoices WHERE establishment_id = ? ORDER BY refused_cents DESC, invoice_id"
    ),
    "document_id": _one("SELECT document_id FROM documents WHERE establishment_id = ? ORDER BY number"),
    "item_id": _one("SELECT item_id FROM items WHERE establishment_id = ? ORDER BY item_id"),
    "target_id": _kept("target_id"),
    "note_id": _kept("note_id"),
    "file_id": _kept("file_id"),
    "job_id": _kept("job_id"),
    "user_id": _kept("user_id"),
    "provider_id": _kept("provider_id"),
    "rule_id": _kept("rule_id"),
    "registration_id": _kept("registration_id"),
    "reference": lambda site, where: site.references[where],
    "import_id": _one("SELECT import_id FROM imports WHERE establishment_id = ? ORDER BY import_id"),
    "run_id": _one("SELECT run_id FROM runs WHERE establishment_id = ? ORDER BY run_at, run_id"),
    "sha256": _one(
        "SELECT message FROM sendings WHERE establishment_id = ? ORDER BY refused_cents DESC, sending_number"
    ),
    "cause": _one("SELECT code FROM refusals WHERE establishment_id = ? GROUP BY code ORDER BY count(*) DESC, code"),
    "grid": _fixed("sendings"),
    "kind": _fixed("csv"),
    "prefix": _fixed("0123456789ab"),
    "month": _fixed(MONTH),
    "language": _fixed("nl"),
}
"""By the name of the part of the path."""

QUERIES: dict[str, str] = {
    "/c/{where}/tarifs/et-si": f"month={MONTH}&category=A",
    "/support": "reference=0123456789abcdef0123456789abcdef",
}
"""What an address needs besides its path."""

_CARE_FILE = _one("SELECT message FROM imports WHERE establishment_id = ? ORDER BY import_id")
EXAMPLES_OF: dict[tuple[str, str], Example] = {
    ("/c/{where}/importations/fichiers/{sha256}", "sha256"): _CARE_FILE,
    ("/c/{where}/importations/registre/{sha256}", "sha256"): lambda site, where: site.reports[where],
    **{
        (f"/c/{{where}}/tarifs/{{sha256}}{form}", "sha256"): lambda site, where: site.tariffs[where]
        for form in ("", "/accepter", "/ecarter")
    },
}
"""Where a part means something else on one route: by path and part."""


THINGS = frozenset({name for name in EXAMPLES if name.endswith("_id")} | {"sha256"})
"""Parts of a path that name something of one practice."""


@dataclass(frozen=True)
class Way:
    """One method of one route."""

    method: str
    path: str
    door: Door | Public

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def right(self) -> str | None:
        """What the caller needs in the practice of the path."""
        return self.door.right if isinstance(self.door, Door) else None

    @property
    def is_of_practice(self) -> bool:
        return self.path.startswith("/c/{where}")

    @property
    def is_page(self) -> bool:
        return self.method == "GET" and not self.file_kind and self.path not in ENDLESS

    @property
    def file_kind(self) -> str:
        """Media type of an answer that is a file."""
        return "application/pdf" if self.path.endswith(".pdf") else NOT_PAGES.get(self.path, "")

    @property
    def names(self) -> list[str]:
        """Parts of the path that stand for something."""
        return re.findall(r"\{(\w+)(?::\w+)?\}", self.path)

    @property
    def is_step(self) -> bool:
        """Of the sign-in: shown when its turn comes."""
        return self.path in _STEPS

    @property
    def lacking(self) -> list[str]:
        """Parts without an example."""
        return [name for name in self.names if name not in EXAMPLES and (self.path, name) not in EXAMPLES_OF]

    def address(
        self, site: RunningSite, where: UUID | None = None, things_of: UUID | None = None, *, of_nobody: bool = False
    ) -> str:
        """With the examples of a practice; `things_of`: those of another one, `of_nobody`: things that do not exist."""
        practice = where or site.where

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if of_nobody and name in THINGS:
                return "0" * 64 if name == "sha256" else str(UUID(int=1))
            example = EXAMPLES_OF.get((self.path, name)) or EXAMPLES[name]
            return example(site, practice if name == "where" else things_of or practice)

        query = QUERIES.get(self.path)
        return re.sub(r"\{(\w+)(?::\w+)?\}", value, self.path) + (f"?{query}" if query else "")


def every_way(site: RunningSite) -> list[Way]:
    """All there are."""
    return sorted(_ways(site), key=str)


def ways(site: RunningSite) -> list[Way]:
    """Those with examples; that none is without is a test of its own."""
    return [way for way in every_way(site) if not way.lacking]


def _ways(site: RunningSite) -> Iterator[Way]:
    for route in site.app.pages.routes:
        if isinstance(route, APIRoute):
            door = door_of(route)
            assert door is not None, route.path
            for method in route.methods:
                yield Way(method, route.path, door)


def pages(site: RunningSite) -> list[Way]:
    """Those that answer with a page to whoever is signed in."""
    return [way for way in ways(site) if way.is_page and not way.is_step]


def own_pages(site: RunningSite) -> list[Way]:
    """Pages in our frame that a signed-in person opens."""
    return [way for way in pages(site) if way.path != BY_ITSELF and isinstance(way.door, Door)]


def readings(site: RunningSite) -> list[Way]:
    """Pages and files that a signed-in person reads."""
    found = [way for way in ways(site) if way.method == "GET" and isinstance(way.door, Door) and not way.is_step]
    return [way for way in found if way.path not in ENDLESS]


def actions(site: RunningSite) -> list[Way]:
    """Those that change something."""
    return [way for way in ways(site) if way.method == "POST"]
