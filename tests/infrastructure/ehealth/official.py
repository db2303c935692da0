"""The official schemas as an oracle, when they stand beside the checkout; never part of the product."""

from functools import lru_cache
from pathlib import Path

import pytest
from lxml import etree

SCHEMAS = Path(__file__).resolve().parents[4] / "shared" / "schemas"
GENERIC_ASYNC = "belgium/mycarenet-genasync/XSD/mycarenet-genasync-v1.3.xsd"
SAML = "wsdl/mycarenet-ehealth-saml-sts/oasis-sstc-saml-schema-protocol-1.1.xsd"
WS_TRUST = "wsdl/mycarenet-ehealth-ws-trust-sts/ws-trust-1.3.xsd"
SECURITY = "wsdl/mycarenet-ehealth-ws-trust-sts/oasis-200401-wss-wssecurity-secext-1.0.xsd"

needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the official schemas are not beside the checkout")


def errors(path: str, element: etree._Element) -> list[str]:
    """What the schema has against an element, taken out of its message."""
    schema = _schema(path)
    schema.validate(etree.fromstring(etree.tostring(element, with_tail=False)))
    return [str(error.message) for error in schema.error_log]


@lru_cache
def _schema(path: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / path, etree.XMLParser(no_network=True)))
