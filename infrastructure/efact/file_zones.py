"""Records 10 and 90, which open and close a billing file, as tables (eFact reference 2.1, 2.8)."""

from infrastructure.efact.layout import Layout

RECORD_10 = Layout(
    "record 10",
    350,
    """
    1      1   2 N type =10
    2      3   6 N order
    3      9   1 N
    4     10   7 N instructions
    5     17  12 N
    6b    29   4 N
    7     33   3 N sending_number
    8a    36  12 N
    8b    48   1 N
    9     49   1 N
    10    50   1 N
    11    51   1 N
    12    52   1 N
    13    53   3 N content_code
    14    56  12 N tpp_number
    15    68  12 N
    16    80   1 N
    17    81   4 N
    18    85   3 N profession_code
    19    88  12 N
    20   100   7 N
    21   107   1 N
    22   108   5 N billed_year
    23   113   2 N billed_month
    24   115   5 N
    25   120   8 N creation_date
    27   128  10 N cbe_number
    28   138  25 A reference
    29   163   2 N
    30   165   2 N
    31   167  11 A bic
    35   178   1 N
    36   179  34 A iban
    42   213   6 N
    43a  219  11 A
    43b  230   1 N
    44   231   4 N
    45   235  26 N
    46   261   1 N
    47   262   8 N
    48   270   1 N
    49   271  34 A
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

RECORD_90 = Layout(
    "record 90",
    350,
    """
    1      1   2 N type =90
    2      3   6 N order
    3      9   1 N
    4     10   7 N
    5     17  12 N
    6b    29   4 N
    7     33   3 N sending_number
    8a    36  12 N
    8b    48   1 N
    9     49   1 N
    10    50   1 N
    11    51   1 N
    12    52   1 N
    13    53   3 N
    14    56  12 N tpp_number
    15    68  12 S amount_b
    16    80   1 N
    17    81   4 N
    18    85   3 N
    19    88  12 S amount
    20   100   7 N
    21   107   1 N
    22   108   5 N billed_year
    23   113   2 N billed_month
    24   115   5 N
    25   120   7 N
    26   127   1 N
    27   128  10 N cbe_number
    28   138  25 A reference
    29   163   2 N
    30   165   2 N
    31   167  11 A bic
    35   178   1 N
    36   179  34 A iban
    42   213   6 N
    43a  219  11 A
    43b  230   1 N
    44   231   4 N
    45   235  26 N
    46   261   1 N
    47   262   8 N
    48   270   1 N
    49   271  34 A
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
