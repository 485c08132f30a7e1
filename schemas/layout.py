"""Where a data set keeps its files, relative to its folder.

manifest.json          written last; without it the data set does not exist
train|eval|test/windows-00000-of-00008.tfrecord.gz
transform_fn/  transformed_metadata/      tf.Transform's own layout
rejects/rejects-00000.jsonl      refused rows, where there are any
items.parquet          attributes of items, with --item_fields
"""

MANIFEST = "manifest.json"
TRANSFORM_FN = "transform_fn"
TRANSFORMED_METADATA = "transformed_metadata"
REJECTS = "rejects"
ITEM_TABLE = "items.parquet"

TRAIN = "train"
EVAL = "eval"
TEST = "test"
SPLIT_FOLDERS = (TRAIN, EVAL, TEST)


def shard_name(index: int, num_shards: int) -> str:
    """Returns the file name of one shard of windows inside its split's folder."""
    return f"windows-{index:05d}-of-{num_shards:05d}.tfrecord.gz"


def rejects_name(index: int) -> str:
    """Returns the file name of one part of the rejects inside `rejects/`."""
    return f"rejects-{index:05d}.jsonl"


def join(folder: str, *parts: str) -> str:
    """Joins path parts with `/`, which local paths and URLs such as gs:// share."""
    return "/".join([folder.rstrip("/"), *parts]) or "/"
