"""Records 20 and 80, which open and close an individual invoice, as tables (eFact reference 2.2, 2.7)."""

from infrastructure.efact.layout import Layout

RECORD_20 = Layout(
    "record 20",
    350,
    """
    1      1   2 N type =20
    2      3   6 N order
    3      9   1 N
    4     10   7 N
    5     17   8 N
    6a    25   4 N
    6b    29   4 N
    7     33   3 N affiliation
    8     36  13 N patient
    9     49   1 N sex
    10    50   1 N invoice_type =3
    11    51   1 N invoicing_type
    12    52   1 N
    13    53   3 N
    14    56  12 N tpp_number
    15    68  12 N
    16    80   1 N time_bar_lifted
    17    81   4 N cause
    18    85   3 N destination
    19    88  12 N
    20   100   8 N
    22   108   5 N
    23   113   2 N
    24   115  12 N invoice_number
    26   127   1 N
    27   128  10 N holder_codes
    28   138  25 A reference
    29   163  12 N previous_invoice
    32   175   1 N ssin_flag
    33   176   1 N
    34   177   3 N previous_sending
    37   180   3 N previous_destination
    38   183  22 A previous_reference
    40   205   2 N
    41   207   6 N previous_month
    42   213  48 C
    46   261   1 N
    47   262   8 N
    48   270   1 N
    49   271  22 A
    52   293  12 N
    53   305   8 N
    54   313   8 N
    55   321   8 N
    56   329   4 N
    57   333   4 N
    58   337   4 N
    59   341   6 N
    98   347   2 N
    99   349   2 N check_digits
    """,
)

RECORD_80 = Layout(
    "record 80",
    350,
    """
    1      1   2 N type =80
    2      3   6 N order
    3      9   1 N
    4     10   7 N
    5     17   8 N
    6     25   8 N
    7     33   3 N affiliation
    8     36  13 N patient
    9     49   1 N sex
    10    50   1 N invoice_type =3
    11    51   1 N
    12    52   1 N
    13    53   3 N
    14    56  12 N tpp_number
    15    68  12 S amount_b
    16    80   1 N
    17    81   4 N cause
    18    85   3 N destination
    19    88  12 S amount
    20   100   8 N invoice_date
    22   108   5 N
    23   113   2 N
    24   115  12 N invoice_number
    26   127   1 N
    27   128  10 S patient_share
    28   138  25 A reference
    29   163   2 N
    30   165  10 S supplement
    32   175   1 N ssin_flag
    33   176   1 N
    34   177   1 N
    35   178   1 N
    36   179   1 N
    37   180   3 N
    38   183  12 S advance
    39   195  10 N
    40   205   2 N
    41   207   6 N
    42   213   6 N
    43a  219  11 N
    43b  230   1 N
    44   231   4 N
    45   235  26 N
    46   261   1 N
    47   262   8 N
    48   270   1 N
    49   271  12 N
    50   283   4 N
    51   287   6 N
    52   293  12 N
    53   305   8 N
    54   313   8 N
    55   321   8 N
    56   329   4 N
    57   333   4 N
    58   337   4 N
    59   341   6 N
    98   347   2 N control
    99   349   2 N check_digits
    """,
)
