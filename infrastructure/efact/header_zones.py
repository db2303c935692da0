"""Headers 200 and 300 of every message, as tables (eFact reference 1.4-1.7).

Kind E is the error code of the zone before it.
"""

from infrastructure.efact.layout import Layout

HEADER_200 = Layout(
    "header 200",
    67,
    """
    200    1   6 N message
    2001   7   2 E
    201    9   2 N version
    2011  11   2 E
    202   13   2 N environment
    2021  15   2 E
    203   17   2 N status
    2031  19   2 E
    204   21  14 N provider_reference
    2041  35   2 E
    205   37  14 N oa_reference
    2051  51   2 E
    206   53  15 N
    """,
)

HEADER_300 = Layout(
    "header 300",
    160,
    """
    300    1   6 N billed_month
    3001   7   2 E
    301    9   3 N sending_number
    3011  12   2 E
    302   14   8 N creation_date
    3021  22   2 E
    303   24  13 A file_reference
    3031  37   2 E
    304   39   7 N instructions
    3041  46   2 E
    305   48  45 A last_name
    3051  93   2 E
    306   95  24 A first_name
    3061 119   2 E
    307  121  10 N phone
    3071 131   2 E
    308  133   2 N invoice_type =03
    3081 135   2 E
    309  137   2 N account_mode =01
    3091 139   2 E
    310  141  20 N
    """,
)

ANSWER_HEADER_300 = Layout(
    "header 300",
    610,
    """
    300    1   6 N billed_month
    3001   7   2 E
    301    9   3 N sending_number
    3011  12   2 E
    302   14   8 N creation_date
    3021  22   2 E
    303   24  13 A file_reference
    3031  37   2 E
    304   39   7 N instructions
    3041  46   2 E
    305   48  45 A last_name
    3051  93   2 E
    306   95  24 A first_name
    3061 119   2 E
    307  121  10 N phone
    3071 131   2 E
    308  133   2 N invoice_type
    3081 135   2 E
    309  137   2 N account_mode
    3091 139   2 E
    310  141   5 N error_percentage
    3101 146   2 E
    311  148   2 N refusal_type
    3111 150   2 E
    312  152 459 A
    """,
)

ACKNOWLEDGEMENT_STUB = Layout(
    "header 300",
    160,
    """
    300    1   6 A acknowledged
    3001   7   2 E
    301    9 152 A
    """,
)
