"""A small set as each format writes it, and what the readers are held against."""

import copy
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from domain.pricing.tariff_set import (
    Before,
    Code,
    Entitlement,
    LetterValue,
    Maximum,
    Note,
    NotWith,
    Price,
    RestHome,
    Rounding,
    Share,
    TariffSet,
)

DOCUMENTATION = Path(__file__).resolve().parents[3] / "docs" / "tariffs.md"
DOCUMENTED = set(
    re.findall(
        r"^\| `([a-z0-9_]+)` \|", DOCUMENTATION.read_text(encoding="utf-8").split("## Codes of faults")[1], re.MULTILINE
    )
)
FROM, TO = date(2025, 1, 1), date(2025, 12, 31)

SMALL = {
    "format": "quittance-tariff/1",
    "country": "BE",
    "sector": "home_nursing",
    "currency": "EUR",
    "name": "Petit jeu",
    "edition": "1",
    "source": "invented",
    "valid_from": "2025-01-01",
    "is_fictitious": True,
    "rounding": {"mode": "half_even"},
    "letters": [{"letter": "W", "value": "5.724709", "valid_from": "2025-01-01"}],
    "entitlements": [
        {"ct1": "??1", "ct2": "???", "name": "increased"},
        {"ct1": "??0", "ct2": "???", "name": "ordinary"},
    ],
    "rest_homes": [{"place": "076000123004", "valid_from": "2025-01-01", "valid_to": "2025-12-31"}],
    "codes": [
        {
            "code": "990011",
            "texts": {"fr": "Toilette", "nl": "Toilet"},
            "valid_from": "2025-01-01",
            "role": "toilet",
            "statistical": "990112",
            "variants": {"weekend": "990637"},
            "prices": [
                {
                    "valid_from": "2025-01-01",
                    "valid_to": "2025-12-31",
                    "fee_cents": 700,
                    "base_cents": 690,
                    "shares": {"ordinary": {"hundredths": 2500}, "increased": {"cents": 0}},
                    "source": "page 3",
                },
                {"valid_from": "2026-01-01", "letter": "W", "coefficient": "1.25"},
            ],
            "maxima": [{"units": 2, "span": "day", "codes": ["990637"]}],
            "not_with": [{"codes": ["419613"], "span": "day"}],
            "before": [{"codes": ["990112"], "days": 30}],
            "needs": ["prescription", "prescriber"],
            "lump_sum_pct": 10,
            "notes": [{"texts": {"fr": "Une fois"}, "valid_from": "2025-01-01", "source": "A8"}],
        },
        {"code": "990637", "texts": {"fr": "Toilette, week-end"}, "valid_from": "2025-01-01", "role": "toilet"},
        {"code": "990112", "texts": {"fr": "Toilette, pseudocode"}, "valid_from": "2025-01-01"},
        {
            "code": "419613",
            "texts": {"fr": "Forfait A"},
            "valid_from": "2025-01-01",
            "valid_to": "2026-06-30",
            "role": "lump_sum",
            "category": "A",
        },
    ],
}

SMALL_CSV = """\
kind;code;texts.fr;texts.nl;valid_from;valid_to;role;category;statistical;variants.weekend;needs;lump_sum_pct;prices.valid_from;prices.valid_to;prices.fee_cents;prices.letter;prices.coefficient;prices.base_cents;prices.shares.ordinary.hundredths;prices.shares.increased.cents;prices.source;units;span;codes;days;letter;value;ct1;ct2;name;format;country;sector;currency;edition;source;is_fictitious;rounding.mode;place
set;;;;2025-01-01;;;;;;;;;;;;;;;;;;;;;;;;;Petit jeu;quittance-tariff/1;BE;home_nursing;EUR;1;invented;true;half_even
letter;;;;2025-01-01;;;;;;;;;;;;;;;;;;;;;W;5.724709
entitlement;;;;;;;;;;;;;;;;;;;;;;;;;;;??1;???;increased
entitlement;;;;;;;;;;;;;;;;;;;;;;;;;;;??0;???;ordinary
code;990011;Toilette;Toilet;2025-01-01;;toilet;;990112;990637;prescription prescriber;10;2025-01-01;2025-12-31;700;;;690;2500;0;page 3
code;990011;;;;;;;;;;;2026-01-01;;;W;1.25
code;990637;"Toilette, week-end";;2025-01-01;;toilet
code;990112;"Toilette, pseudocode";;2025-01-01
code;419613;Forfait A;;2025-01-01;2026-06-30;lump_sum;A
maximum;990011;;;;;;;;;;;;;;;;;;;;2;day;990637
not_with;990011;;;;;;;;;;;;;;;;;;;;;day;419613
before;990011;;;;;;;;;;;;;;;;;;;;;;990112;30
note;990011;Une fois;;2025-01-01;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;A8
rest_home;;;;2025-01-01;2025-12-31;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;076000123004
"""  # short lines: cells at the end that are not there are empty

EXPECTED = TariffSet(
    country="BE",
    sector="home_nursing",
    currency="EUR",
    name="Petit jeu",
    edition="1",
    source="invented",
    valid_from=FROM,
    rounding=Rounding("half_even"),
    letters=(LetterValue("W", Decimal("5.724709"), FROM),),
    entitlements=(Entitlement("??1", "???", "increased"), Entitlement("??0", "???", "ordinary")),
    rest_homes=(RestHome("076000123004", FROM, TO),),
    codes={
        "990011": Code(
            "990011",
            {"fr": "Toilette", "nl": "Toilet"},
            FROM,
            role="toilet",
            statistical="990112",
            variants={"weekend": "990637"},
            prices=(
                Price(
                    FROM,
                    TO,
                    700,
                    base_cents=690,
                    shares={"ordinary": Share(hundredths=2500), "increased": Share(0)},
                    source="page 3",
                ),
                Price(date(2026, 1, 1), letter="W", coefficient=Decimal("1.25")),
            ),
            maxima=(Maximum(2, "day", ("990637",)),),
            not_with=(NotWith(("419613",)),),
            before=(Before(("990112",), 30),),
            needs=("prescription", "prescriber"),
            lump_sum_pct=10,
            notes=(Note({"fr": "Une fois"}, FROM, source="A8"),),
        ),
        "990637": Code("990637", {"fr": "Toilette, week-end"}, FROM, role="toilet"),
        "990112": Code("990112", {"fr": "Toilette, pseudocode"}, FROM),
        "419613": Code("419613", {"fr": "Forfait A"}, FROM, date(2026, 6, 30), role="lump_sum", category="A"),
    },
    is_fictitious=True,
)


def small(*path, **values) -> bytes:
    """The small set with other values in the object at the path; None takes a value out."""
    changed = copy.deepcopy(SMALL)
    inner = changed
    for step in path:
        inner = inner[step]
    for name, value in values.items():
        if value is None:
            inner.pop(name)
        else:
            inner[name] = value
    return json.dumps(changed).encode()


def told(report) -> set[tuple[str, str, str]]:
    """Faults by place, field and code; there is a set or there are faults, never both, and each code is documented."""
    assert (report.tariffs is None) == bool(report.faults)
    assert {fault.code for fault in report.faults} <= DOCUMENTED
    return {(fault.place, fault.field, fault.code) for fault in report.faults}
