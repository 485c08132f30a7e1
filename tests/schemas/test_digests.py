import hashlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.digests import changed_file, of_stream, sealed, unsealed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text().filter(lambda name: name != "digest"), JSON)


@given(st.binary(max_size=100))
def test_a_file_has_the_digest_of_its_bytes(content):
    assert of_stream(io.BytesIO(content)) == hashlib.sha256(content).hexdigest()


def test_a_large_file_is_read_in_parts():
    content = b"a" * (3 << 20)
    assert of_stream(io.BytesIO(content)) == hashlib.sha256(content).hexdigest()


@given(OBJECTS)
def test_what_was_sealed_comes_back(value):
    assert unsealed(json.loads(json.dumps(sealed(value)))) == value


@given(OBJECTS, st.text(), JSON)
def test_any_other_value_is_found(value, name, other):
    changed = {**sealed(value), name: other}
    if changed == sealed(value):
        return
    with pytest.raises(ValueError, match="content must be that of its `digest`"):
        unsealed(changed)


def test_a_changed_or_missing_file_is_named(tmp_path):
    (tmp_path / "folder").mkdir()
    digests = {}
    for name in ("a", "folder/b"):
        (tmp_path / name).write_bytes(name.encode())
        digests[name] = hashlib.sha256(name.encode()).hexdigest()
    assert changed_file(str(tmp_path), digests) is None
    (tmp_path / "folder" / "b").write_bytes(b"c")
    assert changed_file(str(tmp_path), digests) == "folder/b"
    (tmp_path / "a").unlink()
    assert changed_file(str(tmp_path), digests) == "a"
