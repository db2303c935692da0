"""Which layout a record has, by the name of the message and the type that the record starts with."""

from infrastructure.efact.answer_zones import echoed
from infrastructure.efact.file_zones import RECORD_10, RECORD_90
from infrastructure.efact.header_zones import ACKNOWLEDGEMENT_STUB, ANSWER_HEADER_300, HEADER_300
from infrastructure.efact.invoice_zones import RECORD_20, RECORD_80
from infrastructure.efact.layout import Layout
from infrastructure.efact.line_zones import RECORD_50, RECORD_51, RECORD_52, bare
from infrastructure.efact.total_zones import RECORD_91, RECORD_92, RECORD_95, RECORD_96

BILLING_FILE = "920000"
ACKNOWLEDGEMENT = "931000"
ENVELOPE_REFUSAL = "920999"
ERROR_LISTS = ("920098", "920099")
SETTLEMENT = "920900"
ANSWERS = (ACKNOWLEDGEMENT, ENVELOPE_REFUSAL, *ERROR_LISTS, SETTLEMENT)

LINE_TYPES = ("30", "40", "50", "51", "52")
DETAIL: dict[str, Layout] = {
    "10": RECORD_10,
    "20": RECORD_20,
    "21": bare("21"),
    "25": bare("25"),
    "30": bare("30"),
    "40": bare("40"),
    "50": RECORD_50,
    "51": RECORD_51,
    "52": RECORD_52,
    "80": RECORD_80,
    "90": RECORD_90,
}
REQUEST = {**DETAIL, "95": RECORD_95, "96": RECORD_96}
ECHO = {record_type: echoed(layout) for record_type, layout in DETAIL.items()}
ANSWER = {**ECHO, "91": RECORD_91, "92": RECORD_92}


def layouts(message: str) -> dict[str, Layout]:
    """Layouts by record type in this message; none in an acknowledgement."""
    if message == ACKNOWLEDGEMENT:
        return {}
    return REQUEST if message in (BILLING_FILE, ENVELOPE_REFUSAL) else ANSWER


def second_header(message: str) -> Layout:
    """Layout of header 300 of this message."""
    if message == ACKNOWLEDGEMENT:
        return ACKNOWLEDGEMENT_STUB
    return HEADER_300 if message in (BILLING_FILE, ENVELOPE_REFUSAL) else ANSWER_HEADER_300
