"""Totals asked (records 95, 96) and settled (91, 92), per fund and whole (eFact reference 1.9, 1.10, 3.4, 3.5).

A sign and its amount are one zone here, under the number of the amount.
"""

from infrastructure.efact.layout import Layout

RECORD_95 = Layout(
    "record 95",
    350,
    """
    400    1   2 N type =95
    4001   3   2 E
    401    5   3 N fund
    4011   8   2 E
    402   10  12 N summary_number
    4021  22   2 E
    404   24  12 S amount_a
    4041  36   2 E
    406   38  12 S amount_b
    4061  50   2 E
    408   52  12 S amount
    4081  64   2 E
    409   66   8 N record_count
    4091  74   2 E
    410   76   2 N control
    4101  78   2 E
    412   80  12 S amount_c
    4121  92   2 E
    413   94 257 A
    """,
)

RECORD_96 = Layout(
    "record 96",
    350,
    """
    500    1   2 N type =96
    5001   3   2 E
    501    5   3 N fund
    5011   8   2 E
    502   10  12 N summary_number
    5021  22   2 E
    504   24  12 S amount_a
    5041  36   2 E
    506   38  12 S amount_b
    5061  50   2 E
    508   52  12 S amount
    5081  64   2 E
    509   66   8 N record_count
    5091  74   2 E
    510   76   2 N control
    5101  78   2 E
    512   80  12 S amount_c
    5121  92   2 E
    513   94 257 A
    """,
)

RECORD_91 = Layout(
    "record 91",
    800,
    """
    400    1   2 N type =91
    4001   3   2 E
    401    5   3 N fund
    4011   8   2 E
    402   10  12 N summary_number
    4021  22   2 E
    404   24  12 S requested_a
    4041  36   2 E
    406   38  12 S requested_b
    4061  50   2 E
    408   52  12 S requested
    4081  64   2 E
    409   66   8 N record_count
    4091  74   2 E
    410   76   2 N control
    4101  78   2 E
    412   80  12 S accepted_a
    4121  92   2 E
    414   94  12 S refused_a
    4141 106   2 E
    416  108  12 S accepted_b
    4161 120   2 E
    418  122  12 S refused_b
    4181 134   2 E
    420  136  12 S accepted
    4201 148   2 E
    422  150  12 S refused
    4221 162   2 E
    423  164  22 A payment_reference
    4231 186   2 E
    424  188  22 A payment_reference_b
    4241 210   2 E
    425  212  12 A
    4251 224   2 A
    426  226  12 A
    4261 238   2 A
    427  240  12 A
    4271 252   2 A
    428  254  22 A payment_reference_c
    4281 276   2 E
    429  278 523 A
    """,
)

RECORD_92 = Layout(
    "record 92",
    800,
    """
    500    1   2 N type =92
    5001   3   2 E
    501    5   3 N fund
    5011   8   2 E
    502   10  12 N summary_number
    5021  22   2 E
    504   24  12 S requested_a
    5041  36   2 E
    506   38  12 S requested_b
    5061  50   2 E
    508   52  12 S requested
    5081  64   2 E
    509   66   8 N record_count
    5091  74   2 E
    510   76   2 N control
    5101  78   2 E
    512   80  12 S accepted_a
    5121  92   2 E
    514   94  12 S refused_a
    5141 106   2 E
    516  108  12 S accepted_b
    5161 120   2 E
    518  122  12 S refused_b
    5181 134   2 E
    520  136  12 S accepted
    5201 148   2 E
    522  150  12 S refused
    5221 162   2 E
    523  164 637 A
    """,
)
