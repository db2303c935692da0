"""post, get and confirm of GenericAsync, version 1.3, with the common information 2.4 that they carry."""

from infrastructure.mycarenet_simulator.structure import (
    TEXT,
    Part,
    Shape,
    anything,
    at_least,
    base64,
    base64_list,
    boolean,
    integer_or_default,
    ncname,
    one_of,
    uri,
)

ENCRYPTIONS = (
    "encryptedForKnownRecipient",
    "encryptedForKnownIO",
    "encryptedForKnownHCP",
    "encryptedForKnownBED",
    "encryptedForKnownCINNIC",
    "toEncryptByIM",
    "decryptedByIM",
)

_SELF = {"Id": (ncname, False), "Ref": (uri, False)}
_VALUE = Shape(text=anything, attributes={"ValueRef": (uri, False)})


def origin_shape(space: str) -> Shape:
    """Who asks and for whom; `space`: prefix of the namespace that a family of services has it in."""
    nihii = Shape((Part(f"{space}:Quality", TEXT, 0), Part(f"{space}:Value", _VALUE, 0)), attributes=_SELF)
    identity = Shape(
        (
            Part(f"{space}:Name", _VALUE, 0),
            Part(f"{space}:Nihii", nihii, 0),
            Part(f"{space}:Ssin", _VALUE, 0),
            Part(f"{space}:Cbe", _VALUE, 0),
        ),
        attributes=_SELF,
    )
    parties = (Part(f"{space}:PhysicalPerson", identity, 0), Part(f"{space}:Organization", identity, 0))
    licence = Shape((Part(f"{space}:Username", TEXT), Part(f"{space}:Password", TEXT)))
    package = Shape((Part(f"{space}:Name", _VALUE, 0), Part(f"{space}:License", licence)), attributes=_SELF)
    return Shape(
        (
            Part(f"{space}:Package", package),
            Part(f"{space}:SiteID", _VALUE, 0),
            Part(f"{space}:CareProvider", Shape((Part(f"{space}:Nihii", nihii, 0), *parties)), 0),
            Part(f"{space}:Sender", Shape(parties), 0),
        )
    )


def common_input_shape(space: str) -> Shape:
    """The head of every message that asks for something."""
    return Shape(
        (
            Part(f"{space}:Request", Shape((Part(f"{space}:IsTest", Shape(text=boolean)),))),
            Part(f"{space}:Origin", origin_shape(space)),
            Part(f"{space}:InputReference", TEXT, 0),
            Part(f"{space}:NIPReference", TEXT, 0),
        )
    )


ORIGIN = origin_shape("c2")
_COMMON_INPUT = common_input_shape("c2")
_BLOB = Shape(
    text=base64,
    attributes={
        "ContentType": (anything, True),
        "ContentEncoding": (anything, False),
        "ContentEncryption": (one_of(*ENCRYPTIONS), False),
        "Etk": (base64, False),
        "MessageName": (anything, True),
        "HashValue": (base64, False),
        "Id": (ncname, False),
        "Reference": (anything, False),
        "Issuer": (uri, False),
    },
)
_SIGNATURE = Shape(text=base64, attributes={"xmime:contentType": (at_least(3), False)})
_INCLUDE = {"Include": (boolean, False)}
_MAX = Part("g:Max", Shape(text=integer_or_default), 0)
_PARAMETERS = Shape(
    (Part("g:includeIOs", TEXT), Part("g:excludeIOs", TEXT), Part("g:tackMessageNames", TEXT, 0)),
    attributes={"Reference": (anything, False)},
)

POST = Shape((Part("g:CommonInput", _COMMON_INPUT), Part("g:Detail", _BLOB), Part("g:Xades-t", _SIGNATURE, 0)))
GET = Shape(
    (
        Part("g:Origin", ORIGIN),
        Part("g:Reply-to-etk", Shape(text=base64), 0),
        Part("g:QueryParameters", _PARAMETERS, 0),
        Part("g:MsgQuery", Shape((_MAX, Part("g:MessageNames", TEXT)), attributes=_INCLUDE)),
        Part("g:TAckQuery", Shape((_MAX,), attributes=_INCLUDE)),
    )
)
CONFIRM = Shape(
    (
        Part("g:Origin", ORIGIN),
        Part("g:MsgHashValues", Shape(text=base64_list), 0),
        Part("g:MsgRefValues", TEXT, 0),
        Part("g:TAckContents", Shape(text=base64_list), 0),
        Part("g:TAckReferences", TEXT, 0),
    )
)
