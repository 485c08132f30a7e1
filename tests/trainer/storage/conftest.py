from tests.support.buckets import (  # noqa: F401
    bucket,
    gs_bucket,
    gs_server,
    s3_bucket,
    s3_server,
)
