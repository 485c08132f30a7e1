"""Names of an exported model's signatures, and of what they take and give.

Beside `schemas.features.ITEM_ID`, which is a name of both a request and an answer.
"""

# The signature that a server takes if none is named, and the one whose answers may
# hold items of the history.
SERVING_DEFAULT = "serving_default"
KEEP_SEEN = "keep_seen"

EVENT_DATE = "event_date"
AS_OF = "as_of"
TOP_K = "top_k"
SCORE = "score"

DEFAULT_TOP_K = 10
