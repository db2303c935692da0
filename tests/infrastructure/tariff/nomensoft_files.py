"""Files with the elements of the Belgian nomenclature site; every content is invented."""

from datetime import date

from domain.pricing.tariff_set import Entitlement
from infrastructure.tariff.nomensoft import NomensoftSettings

ENTITLEMENTS = (Entitlement("??1", "???", "increased"), Entitlement("??0", "???", "ordinary"))
SETTINGS = NomensoftSettings(
    "home_nursing",
    "Nomenclature",
    "2026-01",
    "files of the site",
    date(2025, 1, 1),
    {"0": "fee", "7": "reimbursement:increased", "8": "share:ordinary"},
    ENTITLEMENTS,
)
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def a_file(*records: str, schema: str = "nomen_details.xsd") -> bytes:
    body = "\n".join(records)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<dataroot xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="{_XSI}" xmlns:od="urn:schemas-microsoft-com:officedata" '
        f'xsi:noNamespaceSchemaLocation="{schema}">\n{body}\n</dataroot>'
    ).encode()


def record(tag: str, **cells: str) -> str:
    inner = "".join(
        f'<{name} xsi:nil="true"/>' if value is None else f"<{name}>{value}</{name}>" for name, value in cells.items()
    )
    return f"<{tag}>{inner}</{tag}>"


def detail(code="990011", begin="1985-04-01", end=None, cat="0", **more) -> str:
    cells = {
        "nomen_code": code,
        "dbegin": begin,
        "dend": end,
        "nomen_code_cat": cat,
        "nomen_desc_nl": "Toilet",
        "nomen_desc_fr": "Toilette &amp; soins",
        "nomen_grp_n": "N01",
        "nomen_chap": "5",
    }
    return record("NOMEN_DETAIL", **{**cells, **more})


def fee(code="990011", amount="7.120000", begin="2025-01-01", end="2999-12-31", cat="0", **more) -> str:
    cells = {
        "nomen_code": code,
        "nomen_desc_nl": "Toilet",
        "nomen_desc_fr": "Toilette",
        "dbegin_fee": begin,
        "dend_fee": end,
        "fee_code_cat": cat,
        "fee_code_desc_nl": "Honorarium",
        "fee_code_desc_fr": "Honoraire",
        "fee": amount,
        "author_doc": "OA2025_1",
        "authority_id": "1",
    }
    return record("NOMEN_HONORAIRES", **{**cells, **more})


def rule(code="990011", ref="A08_I   ", seq="0", text="Une fois par jour", **more) -> str:
    cells = {
        "nomen_code": code,
        "rule_ref": ref,
        "dbegin_rule": "1997-06-01",
        "dend_rule": "2999-12-31",
        "rule_seq": seq,
        "rule_desc_nl": "Eenmaal per dag",
        "rule_desc_fr": text,
        "author_doc": "KB1",
    }
    return record("NOMEN_CODE_RULES", **{**cells, **more})
