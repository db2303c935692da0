"""The official schemas as a judge. They are not shipped: tests skip where the shared folder is missing."""

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[4] / "shared" / "schemas"
BELGIUM, WSDL = ROOT / "belgium", ROOT / "wsdl"
TRUST = WSDL / "mycarenet-ehealth-ws-trust-sts"
FILES = {
    "generic": BELGIUM / "mycarenet-genasync/XSD/mycarenet-genasync-v1.3.xsd",
    "reject": BELGIUM / "mycarenet-commons/XSD/Reject.xsd",
    "samlp": WSDL / "mycarenet-ehealth-saml-sts/oasis-sstc-saml-schema-protocol-1.1.xsd",
    "saml": WSDL / "mycarenet-ehealth-saml-sts/oasis-sstc-saml-schema-assertion-1.1.xsd",
    "trust": TRUST / "ws-trust-1.3.xsd",
    "security": TRUST / "oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "addressing": TRUST / "ws-addr.xsd",
    "errors": BELGIUM / "ehealth-errors/XSD/ehealth-errors-schema-soa-1_1.xsd",
    "xades": BELGIUM / "external/XSD/XAdES.xsd",
    "dsig": BELGIUM / "external/XSD/xmldsig-core-schema.xsd",
}


class _Offline(etree.Resolver):
    """Files of the folder only; an address on the net is an empty schema of no namespace, and fails loudly."""

    def resolve(self, url, pubid, context):
        if url.startswith(("http://", "https://")):
            raise AssertionError(url)


@cache
def schema(name: str) -> etree.XMLSchema:
    if not ROOT.is_dir():
        pytest.skip("the official schemas are not here (../shared/schemas)")
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(_Offline())
    return etree.XMLSchema(etree.parse(str(FILES[name]), parser))


def faults(name: str, node) -> list[str]:
    """What the schema says against an element that stands alone."""
    judge = schema(name)
    alone = etree.fromstring(etree.tostring(node, with_tail=False))
    return [] if judge.validate(alone) else [str(error) for error in judge.error_log]
