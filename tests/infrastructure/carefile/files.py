"""Small care and register files, and a dentist's practice."""

import json
import re
from pathlib import Path

PATIENT = "85073003328"
NURSE = "41234502401"
DENTIST = "31234592001"
DOCS = (Path(__file__).resolve().parents[3] / "docs" / "care-file.md").read_text(encoding="utf-8")
DOCUMENTED = frozenset(re.findall(r"^\| `(\w+)` \|", DOCS.split("## Codes")[1], re.MULTILINE))

LINE = {"ssin": PATIENT, "date": "2026-10-05", "code": "424631", "amount_cents": 835, "provider": NURSE}


def csv_of(*lines, header=None, end="\n") -> bytes:
    names = header or list(dict.fromkeys(name for line in lines for name in line))
    rows = [";".join(str(line.get(name, "")) for name in names) for line in lines]
    return end.join([";".join(names), *rows, ""]).encode()


def jsonl_of(*lines) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


DENTIST_REGISTER = jsonl_of(
    {
        "kind": "establishment", "name": "Cabinet dentaire (fictif)", "sector": "dentist", "tpp_number": DENTIST,
        "cbe_number": "0123456749", "iban": "BE49999000000171", "bic": "TESTBEBB", "contact_last_name": "Noël",
        "contact_first_name": "Ève", "contact_phone": "0470000002", "profession_code": "998", "content_code": "040",
    },
    {"kind": "provider", "nihii": DENTIST, "last_name": "Noël", "first_name": "Ève", "convention_status": 1,
     "activity": [{"valid_from": "2020-01-01"}]},
    {"kind": "membership", "nihii": DENTIST, "valid_from": "2020-01-01", "valid_to": None},
    {"kind": "patient", "ssin": PATIENT, "last_name": "Dënt", "first_name": "Åsa", "birth_date": "1985-07-30",
     "sex": 1, "language": "nl"},
    {"kind": "insurability", "ssin": PATIENT, "valid_from": "2026-01-01", "sickness_fund": "131", "ct1": "110",
     "ct2": "110"},
)  # fmt: skip
DENTIST_CARE = (
    "ssin;date;code;amount_cents;patient_share_cents;provider;tooth\n"
    f"{PATIENT};2026-10-05;301011;2600;300;{DENTIST};\n"
    f"{PATIENT};2026-10-05;303166;1800;;{DENTIST};38\n"
    f"{PATIENT};2026-10-19;373903;4150;;{DENTIST};16\n"
).encode()
