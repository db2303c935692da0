"""The 450 characters that a union adds to an echoed record, as a table (eFact reference 3.3).

Numbers 100-151 never clash with those of the echo, so that an echo and its tail form one layout of 800.
"""

from infrastructure.efact.layout import Layout

TAIL = Layout(
    "answer tail",
    450,
    """
    100  351   3 N sending
    101  354   8 N answered_on
    102  362   6 N answered_month
    103  368   3 N fund
    104  371  12 N
    105  383  12 N
    106  395  12 N third_payer
    107  407   3 N ct1
    108  410   3 N ct2
    109  413  22 A insurer_reference
    110  435  22 A insurer_reference_b
    111a 457   1 A letter_1
    111b 458   6 A code_1
    112a 464   1 A letter_2
    112b 465   6 A code_2
    113a 471   1 A letter_3
    113b 472   6 A code_3
    114  478  12 A accepted
    115  490  12 A accepted_b
    116  502  12 A accepted_share
    117  514   7 A
    118  521   1 A
    119  522  12 A
    149  534 200 A comment
    150a 734  12 A
    150b 746  49 A
    151  795   6 A index
    """,
    first=351,
)


def echoed(record: Layout) -> Layout:
    """The layout of 800 characters in which a union echoes `record`."""
    return Layout(record.name, record.length + TAIL.length, (*record.zones, *TAIL.zones))
