"""The API's own page: its description shown by Swagger UI, from our own files and under a policy of its own."""

from fastapi import APIRouter, Response

from api.rest.app import create_app, openapi_of
from api.rest.encoding import encode
from api.web.doors import SignedIn
from api.web.policy import PAGE_HEADERS, description_policy
from api.web.render import environment

router = APIRouter(prefix="/docs")


@router.get("")
def show_description(visit: SignedIn) -> Response:
    """Every operation, with a form to try it: it asks for an API key, the session of the page opens nothing there."""
    body = environment(visit.language).get_template("description.html").render(nonce=visit.nonce)
    headers = {
        **PAGE_HEADERS,
        "Content-Security-Policy": description_policy(visit.nonce),
        "Content-Language": visit.language,
        "Vary": "Accept-Language, Cookie",
    }
    return Response(body, 200, headers, "text/html; charset=utf-8")


@router.get("/openapi.json")
def give_description(visit: SignedIn) -> Response:
    """The same as `/openapi.json` gives to a key."""
    state = visit.request.app.state
    if not hasattr(state, "description"):
        state.description = encode(openapi_of(create_app(visit.quittance)))
    return Response(state.description, headers=PAGE_HEADERS, media_type="application/json")


@router.get("/start.js")
def give_start(_visit: SignedIn) -> Response:
    """What makes Swagger UI begin."""
    return Response(_START, headers=PAGE_HEADERS, media_type="text/javascript")


# Folded by subject: with all of more than a hundred paths unfolded, Swagger UI shows the first eight operations alone.
_START = """\
"use strict";
SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#description",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
"""
