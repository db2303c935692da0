"""How fast the eFact codec writes and reads a billing file of 20,000 lines, beside what the machine allows.

Run with `python -m benchmarks.efact_codec`. The limit is measured in the same run: unpacking records of 350
characters and adding up their check digits, nothing else.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from struct import Struct
from typing import Any

from domain.billing_file import BillingFile, FileInvoice, FileLine
from infrastructure.efact.digits import check_digits
from infrastructure.efact.line_zones import RECORD_50
from infrastructure.efact.reader import read
from infrastructure.efact.writer import write

LINES = 20_000
_LINES_PER_INVOICE = 20
_GOAL_PER_S = 80_000
_HEADERS = 227


def run(rounds: int = 5) -> list[dict[str, Any]]:
    """Records per second, median of `rounds`; `ratio` is to the limit, `spread` is (max - min) / median."""
    file = _file()
    written = write(file)
    bodies = [written.content[start : start + 350] for start in range(_HEADERS, len(written.content), 350)]
    timings: dict[str, list[float]] = {"limit": [], "write": [], "read": []}
    for _ in range(rounds):
        timings["limit"].append(_rate(len(bodies), lambda: _limit(bodies)))
        timings["write"].append(_rate(written.record_count, lambda: write(file)))
        timings["read"].append(_rate(written.record_count, lambda: _read(written.content)))
    limit = statistics.median(timings["limit"])
    return [_result(name, timings[name], limit) for name in ("write", "read")]


def _result(name: str, rates: list[float], limit: float) -> dict[str, Any]:
    median = statistics.median(rates)
    return {
        "name": f"efact {name}, {LINES} lines",
        "value": round(median),
        "unit": "records/s",
        "goal": _GOAL_PER_S,
        "limit": round(limit),
        "ratio": round(median / limit, 3),
        "spread": round((max(rates) - min(rates)) / median, 3),
    }


def _rate(records: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return records / (time.perf_counter() - start)


def _limit(records: list[bytes]) -> int:
    unpack = Struct("".join(f"{zone.length}s" for zone in RECORD_50.zones)).unpack
    return sum(len(unpack(record)) + check_digits(record) for record in records)


def _read(content: bytes) -> int:
    """Read, verify every check digit, decode the amounts of every line."""
    total = 0
    for record in read(content).details:
        if not record.has_right_check_digits:
            raise ValueError("the file read is not the file written")
        if record.type == "50":
            total += (
                (record.cents("amount") or 0) + (record.cents("patient_share") or 0) + (record.cents("supplement") or 0)
            )
    return total


def _file() -> BillingFile:
    """A fictitious nursing practice's month: half of the lines prescribed, every one with patient share and hour."""
    invoices = tuple(_invoice(number) for number in range(LINES // _LINES_PER_INVOICE))
    return BillingFile(
        provider_reference="20250000000017",
        sending_number=17,
        billed_month="202503",
        creation_date=date(2025, 4, 2),
        union="100",
        test=True,
        tpp_number="41234502401",
        cbe_number="0123456749",
        iban="BE49999000000171",
        bic="TESTBEBB",
        contact_last_name="Bench",
        contact_first_name="Codec",
        contact_phone="0470000001",
        content_code="040",
        profession_code="410",
        reference="BENCH",
        file_reference="BENCH",
        invoices=invoices,
    )


def _invoice(number: int) -> FileInvoice:
    body = 850_730_000 + number
    return FileInvoice(
        reference=f"I{number:024d}",
        invoice_number=f"2025{number:08d}",
        patient_number=f"{body:09d}{97 - body % 97:02d}",
        has_ssin=True,
        sex=1 + number % 2,
        sickness_fund="131",
        destination="131",
        ct1="110",
        ct2="110",
        lines=tuple(_line(number * _LINES_PER_INVOICE + place) for place in range(_LINES_PER_INVOICE)),
    )


def _line(number: int) -> FileLine:
    prescribed = number % 2 == 0
    return FileLine(
        reference=f"L{number:024d}",
        code="425110",
        date=date(2025, 3, 1) + timedelta(days=number % 31),
        amount_cents=668,
        patient_share_cents=12,
        provider="41234502401",
        time="0815",
        prescriber="11234578004" if prescribed else "",
        prescriber_norm=int(prescribed),
        prescription_date=date(2025, 2, 28) if prescribed else None,
    )


def main() -> None:
    for result in run():
        print(
            f"{result['name']}: {result['value']} {result['unit']} (goal {result['goal']}, "
            f"limit {result['limit']}, ratio {result['ratio']}, spread {result['spread']})"
        )


if __name__ == "__main__":
    main()
