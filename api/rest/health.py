"""Whether the service lives and can work: the only doors without a key."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from api.rest.encoding import answer, encode
from api.rest.problems import Problem
from api.rest.rights import Guarded, Product

router = APIRouter(prefix="/health", tags=["health"], route_class=Guarded)


@dataclass(frozen=True, slots=True)
class Health:
    """No figure of the practice stands here."""

    status: str


@router.get("", operation_id="check_liveness", response_model=Health)
def check_liveness() -> Response:
    """The process answers."""
    return answer(encode(Health("alive")))


@router.get("/ready", operation_id="check_readiness", response_model=Health)
def check_readiness(quittance: Product) -> Response:
    """The database answers and its views are those of this program. 503 otherwise."""
    try:
        quittance.log.head()
        quittance.views.positions()
    except Exception as error:
        raise Problem(503, "not_ready", headers={"Retry-After": "1"}) from error
    return answer(encode(Health("ready")))
