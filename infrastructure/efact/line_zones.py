"""Records 50, 51 and 52 of a service line, as tables (eFact reference 2.4-2.6).

Types that we never write have a bare frame.
"""

from infrastructure.efact.layout import Layout

RECORD_50 = Layout(
    "record 50",
    350,
    """
    1      1   2 N type =50
    2      3   6 N order
    3      9   1 N service_norm
    4     10   7 N code
    5     17   8 N date
    6     25   8 N last_date
    7     33   3 N affiliation
    8     36  13 N patient
    9     49   1 N sex
    10    50   1 N
    11    51   1 N account
    12    52   1 N urgency
    13    53   3 N service =990
    14    56  12 N place
    15    68  12 N provider
    16    80   1 N provider_norm
    17    81   7 N related_code
    19    88  12 S amount
    20   100   8 N prescription_date
    22   108   5 S units
    23   113   2 N derogation
    24   115  12 N prescriber
    26   127   1 N prescriber_norm
    27   128  10 S patient_share
    28   138  25 A reference
    29   163   2 N tooth
    30   165  10 S supplement
    32   175   1 C third_payer_exception
    33   176   1 N patient_share_code
    34   177   1 N limb
    35   178   1 N convention_status
    36   179   4 N time
    38   183  12 N
    39   195  12 N
    41   207  12 N
    43   219  12 N
    44   231  30 A
    46   261   1 N
    47   262   8 S base_value
    48   270   1 N
    49   271  12 N care_assistant
    50a  283   3 N lump_sum_pct
    50b  286   1 N
    51   287   6 N
    52   293  12 N
    53   305  11 N
    54b  316   5 N
    55   321  12 N
    57   333  14 N
    98   347   2 N
    99   349   2 N check_digits
    """,
)

RECORD_51 = Layout(
    "record 51",
    350,
    """
    1      1   2 N type =51
    2      3   6 N order
    3      9   1 N
    4     10   7 N code
    5     17   8 N date
    6     25   8 N
    7     33   3 N
    8     36  13 N patient
    9     49  19 N
    15    68  12 N provider
    16    80   1 N
    17    81   7 N related_code
    19    88  12 S amount
    20   100  28 N
    27   128  10 N holder_codes
    28   138  75 N
    42   213  48 A commitment_number
    46   261  60 N
    55   321   8 N commitment_date
    56   329  20 N
    99   349   2 N check_digits
    """,
)

RECORD_52 = Layout(
    "record 52",
    350,
    """
    1      1   2 N type =52
    2      3   6 N order
    3      9   1 N reason
    4     10   7 N code
    5     17   8 N date
    6     25   8 N read_on
    7     33   3 N
    8     36  13 N patient
    9     49   1 C method
    10    50   1 C document
    11    51   1 N vignette_reason
    12    52   4 N time
    14    56  12 N
    15    68  12 N tpp_number
    16    80  15 N serial
    17    95  25 N proof_number
    18   120  12 N device_number
    19   132  20 N agreement_number
    20   152 197 N
    99   349   2 N check_digits
    """,
)


def bare(record_type: str) -> Layout:
    """Frame of a type read without knowing its zones (21, 25, 30, 40): code in zone 4, the rest as it stands."""
    return Layout(
        f"record {record_type}",
        350,
        f"""
    1      1   2 N type ={record_type}
    2      3   6 N order
    3      9   1 A
    4     10   7 N code
    5     17 332 A content
    99   349   2 N check_digits
    """,
    )
