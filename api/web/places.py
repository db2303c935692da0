"""Where each kind of thing has its page: one table, and only pages that exist are linked."""

from uuid import UUID

from api.web.visit import Visit

_PATHS = {
    "patient": "/patients/{}",
    "provider": "/prestataires/{}",
    "sending": "/envois/{}",
    "invoice": "/factures/{}",
    "document": "/hors-efact/{}",
    "billing_day": "/jours/{}",
    "item": "/points/{}",
    "import": "/importations/{}",
    "message": "/messages/{}",
    "billing_run": "/facturation/lots/{}",
    "establishment": "/cabinet",
    "user": "/cabinet/utilisateurs/{}",
    "correction_rule": "/cabinet/regles",
    "registration": "/enregistrements",
    "mycarenet_session": "/session",
    "insurability_query": "/patients/{}/assureur",
}
"""By the first word of the topics of its events."""
_RIGHTS = {"user": "audit", "patient": "medical", "insurability_query": "medical"}
"""What some of these pages ask for."""


def place_of(visit: Visit, kind: str, identifier: UUID | str) -> str:
    """Path of its page inside the practice, empty when there is none for this reader."""
    path = _PATHS.get(kind, "").format(identifier)
    is_open = path and visit.may_ever(_RIGHTS.get(kind, "read"))
    return path if is_open and is_a_page(visit, path) else ""


def is_a_page(visit: Visit, path: str) -> bool:
    """Whether somebody answers there."""
    whole = visit.at(path)
    return any(
        "GET" in (getattr(route, "methods", None) or ()) and route.path_regex.match(whole)
        for route in visit.request.app.routes
    )
