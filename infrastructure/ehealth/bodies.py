"""Bodies of requests, written by zeep from our own definitions."""

from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

from lxml import etree
from zeep import Client

from infrastructure.ehealth.namespaces import GENERIC, MEMBER_DATA, name


def generic(operation: str, **values: Any) -> etree._Element:  # noqa: ANN401 - as the schema has it
    """The body of `post`, `get` or `confirm`. Raises TypeError or ValidationError for what the schema does not know."""
    return _rendered("generic_async.wsdl", name(GENERIC, operation), values)


def member_data(**values: Any) -> etree._Element:  # noqa: ANN401 - as the schema has it
    """The body of a question about a member, likewise."""
    return _rendered("member_data.wsdl", name(MEMBER_DATA, "MemberDataConsultationRequest"), values)


def _rendered(definitions: str, element_name: str, values: dict[str, Any]) -> etree._Element:
    element = _client(definitions).get_element(element_name)
    parent = etree.Element("body")
    element.render(parent, element(**values))
    return parent[0]


@lru_cache
def _client(definitions: str) -> Client:
    with as_file(files("infrastructure.ehealth") / "wsdl" / definitions) as path:
        return Client(str(path))
