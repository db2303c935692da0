"""The REST application over a product that is built already. Nothing is created at import, nothing is global."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi

from api.build import Quittance
from api.rest import (
    answers,
    api_keys,
    billing_days,
    billing_runs,
    care_lines,
    correction_rules,
    corrections,
    descorings,
    desk_lists,
    documents,
    establishments,
    events,
    health,
    history,
    imports,
    insurability,
    insurability_batches,
    invoices,
    items,
    mycarenet_session,
    notifications,
    patient_documents,
    patient_search,
    patients,
    periods,
    polls,
    providers,
    register_files,
    registrations,
    rules,
    sendings,
    tariffs,
    timeline,
)
from api.rest.encoding import answer, encode
from api.rest.head_watch import HeadWatch
from api.rest.problems import install
from api.rest.resources import resource
from api.rest.rights import MayRead, check_rights
from api.rest.traffic import Traffic
from projections.feed import Feed

VERSION = "1.0"
_ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    establishments.router,
    periods.router,
    registrations.router,
    mycarenet_session.router,
    providers.router,
    register_files.router,
    patient_search.router,
    patients.router,
    insurability.router,
    insurability_batches.router,
    descorings.router,
    notifications.router,
    patient_documents.router,
    patient_documents.sending_router,
    tariffs.router,
    care_lines.entry_router,
    care_lines.router,
    corrections.router,
    correction_rules.router,
    billing_days.router,
    imports.router,
    billing_runs.router,
    billing_runs.numbers_router,
    sendings.router,
    invoices.router,
    invoices.tree_router,
    documents.router,
    answers.router,
    answers.take_over_router,
    polls.router,
    items.router,
    history.router,
    desk_lists.router,
    rules.router,
    timeline.router,
    api_keys.router,
    events.router,
)
_SECURITY = {"key": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer qt_…`"}}


def create_app(quittance: Quittance) -> FastAPI:
    """The application. Raises `UnguardedRoute` when a door has no declared right."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.head_watch = HeadWatch(quittance.store.log)
        yield
        await app.state.head_watch.close()

    app = FastAPI(
        title="Quittance", version=VERSION, openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    app.state.quittance = quittance
    app.state.feed = Feed(quittance.log)
    app.router.redirect_slashes = False
    for router in (*_ROUTERS, _description(app)):
        app.router.routes.extend(router.routes)
    check_rights(app.routes)
    install(app)
    app.add_middleware(Traffic)
    return app


def _description(app: FastAPI) -> APIRouter:
    router = resource("/openapi.json", "description")

    @router.get("", operation_id="get_openapi", response_model=dict[str, Any])
    def get_description(caller: MayRead) -> Response:  # noqa: ARG001 - the right itself
        """Give this description."""
        return answer(encode(openapi_of(app)))

    return router


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """OpenAPI of all routes; every one but health needs a key."""
    if app.openapi_schema is None:
        described = get_openapi(title=app.title, version=app.version, routes=app.routes, summary="Care billing")
        described["components"]["securitySchemes"] = _SECURITY
        described["security"] = [{"key": []}]
        for path, operations in described["paths"].items():
            for operation in operations.values() if path.startswith("/health") else ():
                operation["security"] = []
        app.openapi_schema = described
    return app.openapi_schema
