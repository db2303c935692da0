"""What is known of the environments of MyCareNet; whatever is not known is not here and must be set.

Sources (reference of the protocols, section 0): hosts of eHealth and their paths; acceptance addresses of GenericAsync.
Its production addresses stand in no source: CIN-NIC gives them out.
"""

from collections.abc import Mapping
from typing import Literal

Environment = Literal["sim", "acc", "prd"]
"""Simulated on this machine, acceptance, production."""

_HOSTS: Mapping[Environment, str] = {
    "acc": "https://services-acpt.ehealth.fgov.be",
    "prd": "https://services.ehealth.fgov.be",
}
_TOKENS = {"saml": "/IAM/Saml11TokenService/v1", "ws-trust": "/IAM/SecurityTokenService/v1"}
_MEMBER_DATA = "/MyCareNet/MemberData/v1"
_GENERIC: Mapping[Environment, Mapping[str, tuple[str, ...]]] = {
    "acc": {
        "invoicing": ("https://pilot.mycarenet.be/mycarenet-ws/async/generic/hcpfac",),
        "member_data_async": ("https://pilot.mycarenet.be:9443/mycarenet/bed/GenAsync/memberData",),
    }
}


def known(environment: Environment, sts_protocol: str) -> dict[str, object]:
    """Settings by name, as far as they follow from the environment: nothing for simulated services."""
    if environment not in _HOSTS:
        return {}
    host = _HOSTS[environment]
    return {
        "sts": (f"{host}{_TOKENS.get(sts_protocol, _TOKENS['saml'])}",),
        "member_data": (f"{host}{_MEMBER_DATA}",),
        "is_test": environment != "prd",
        **_GENERIC.get(environment, {}),
    }
