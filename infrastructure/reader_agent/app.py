"""The agent as a web application: its API, its own pages, errors as codes, and the gate before all of it."""

import logging
import traceback

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from infrastructure.reader_agent import api, windows
from infrastructure.reader_agent.agent import Agent
from infrastructure.reader_agent.errors import AgentError, CardError
from infrastructure.reader_agent.gate import Gate

_LOG = logging.getLogger("quittance.agent")
_STATUS = {
    "pcsc_service_not_running": 503,
    "request_unknown": 404,
    "request_without_pin": 409,
    "request_over": 409,
    "not_paired": 401,
    "pairing_code_wrong": 403,
    "pairing_closed": 403,
    "eid_pin_wrong": 422,
    "eid_pin_length": 422,
    "eid_pin_blocked": 423,
}


def application(agent: Agent) -> ASGIApp:
    """Ready to be served."""
    app = FastAPI(title="Quittance agent", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.agent = agent
    app.include_router(api.router)
    app.include_router(windows.router)
    app.add_exception_handler(AgentError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(Exception, _broken)
    return Gate(app, agent.settings.port, agent.settings.origins, failed)


def failed(error: Exception) -> None:
    """Where something went wrong, never with what: an error's own words may hold anything."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    _LOG.error("%s at %s:%s", type(error).__name__, at.name, at.lineno)


def _refused(_: Request, error: Exception) -> JSONResponse:
    """A code, and what is left of the PIN's tries."""
    if not isinstance(error, AgentError):
        raise error
    content: dict[str, object] = {"code": error.code}
    if isinstance(error, CardError) and error.tries_left is not None:
        content["tries_left"] = error.tries_left
    usual = 409 if isinstance(error, CardError) else 422
    return JSONResponse(content, status_code=_STATUS.get(error.code, usual))


def _invalid(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse({"code": "request_invalid"}, status_code=422)


def _broken(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse({"code": "agent_failed"}, status_code=500)


def _unknown(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return JSONResponse({"code": "address_unknown"}, status_code=status)
