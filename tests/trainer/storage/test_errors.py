"""What users read where a storage refuses them or does not answer."""

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from schemas.errors import UserError
from tests.support.buckets import BUCKET, environment, put, serving
from tests.support.programs import run_python
from tests.support.training import small_options, write_cyclic_data
from trainer.__main__ import main
from trainer.run_files import EXPORT
from trainer.storage.files import read_text, write_remote
from trainer.training.train import train

FORBIDDEN = {
    "error": {
        "code": 403,
        "message": "me@example.com does not have storage.objects.list access.",
        "errors": [{"reason": "forbidden"}],
    }
}


@pytest.fixture
def refusing_gs(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that answers as Google's does to those who lack a role."""

    class Refusal(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(FORBIDDEN).encode()
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  The name that the base class calls.

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
        threading.Thread(target=server.serve_forever).start()
        address = f"http://127.0.0.1:{server.server_port}"
        for name, value in environment("gs", address).items():
            monkeypatch.setenv(name, value)
        yield f"gs://{BUCKET}"
        server.shutdown()


@pytest.fixture
def refusing_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An emulator that checks keys once its bucket is made."""
    with serving("s3", INITIAL_NO_AUTH_ACTION_COUNT="1") as address:
        for name, value in environment("s3", address).items():
            monkeypatch.setenv(name, value)
        yield f"s3://{BUCKET}"


@pytest.mark.parametrize(
    ("storage", "role"),
    [
        ("refusing_gs", "Storage Object User on the bucket (Viewer to read alone)."),
        (
            "refusing_s3",
            "s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject.",
        ),
    ],
)
def test_no_permission(storage, role, request, capsys, tmp_path):
    url = request.getfixturevalue(storage)
    sentence = "{} cannot be {}: permission was refused; log in as somebody who has {}"
    with pytest.raises(UserError) as raised:
        read_text("config", f"{url}/a.json")
    assert str(raised.value) == sentence.format(f"{url}/a.json", "read", role)
    with pytest.raises(UserError) as raised:
        write_remote(f"{url}/a.json", "{}")
    assert str(raised.value) == sentence.format(f"{url}/a.json", "written", role)

    data = write_cyclic_data(tmp_path / "data")
    for flags, path, verb in (
        ([f"--data={data}", f"--output={url}/run"], f"{url}/run", "written"),
        ([f"--data={url}/data", f"--output={tmp_path}/run"], f"{url}/data", "read"),
    ):
        assert main(["train", *flags]) == 1
        error = capsys.readouterr().err.splitlines()
        assert error == [
            f"python -m trainer: {sentence.format(path, verb, role)}",
        ]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "key", [None, '{"type": "service_account"}'], ids=["no key", "a damaged one"]
)
def test_no_credentials_for_gs(key, tmp_path):
    file = tmp_path / "key.json"
    if key is not None:
        file.write_text(key)
    done = run_python(
        *["-m", "trainer", "train", "--data=data", "--output=run"],
        "--config=gs://a-bucket/config.json",
        GOOGLE_APPLICATION_CREDENTIALS=str(file),
    )
    assert done.returncode == 1
    error = done.stderr.splitlines()[-1]
    assert error.startswith(
        "python -m trainer: gs://a-bucket/config.json cannot be read: there are no "
        "credentials for gs:// that are accepted ("
    )
    assert error.endswith(
        "; log in with `gcloud auth application-default login`, or name a key file in "
        "GOOGLE_APPLICATION_CREDENTIALS."
    )


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["gs", "s3"])
def test_nothing_answers(scheme, monkeypatch):
    # Nobody listens on the port for discarding.
    for name, value in environment(scheme, "http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError) as raised:
        read_text("config", f"{scheme}://a-bucket/a.json")
    text = str(raised.value)
    assert text.startswith(f"{scheme}://a-bucket/a.json cannot be read (")
    assert text.endswith("check the name and the network, and run it again.")
    assert text.count("\n") == 0


def test_what_is_not_there(bucket, capsys, tmp_path):
    put(f"{bucket}/a/file", b"")
    none = f"{bucket}/none"
    elsewhere = bucket.replace(BUCKET, "no-such-bucket")
    history = "--history=2016-04-20:1"
    for flags, status, sentence in (
        (
            ["train", f"--data={none}", f"--output={tmp_path}/run"],
            1,
            f"there is no data set at {none}; make one with `python -m pipeline ",
        ),
        (
            ["evaluate", f"--data={none}", f"--run={none}"],
            1,
            f"there is no data set at {none}; make one with `python -m pipeline ",
        ),
        (
            ["predict", f"--model={none}", history],
            1,
            f"there is no folder {none}; name the folder `model` in what",
        ),
        (
            ["predict", f"--model={bucket}/a", history],
            1,
            f"{bucket}/a is no exported model of Seamstress; name the folder",
        ),
        (
            ["train", f"--config={none}", "--data=d", "--output=o"],
            1,
            f"{none} cannot be read: it is not there; check the name.",
        ),
        (
            ["train", f"--data={elsewhere}", f"--output={tmp_path}/run"],
            1,
            f"there is no bucket {elsewhere.rpartition('/')[0]} for {elsewhere}; check",
        ),
    ):
        assert main(flags) == status
        error = capsys.readouterr().err.splitlines()
        assert len(error) == 1
        assert error[0].startswith(f"python -m trainer: {sentence}")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_histories_of_a_bucket_that_are_no_histories(gs_bucket, capsys, tmp_path):
    data = write_cyclic_data(tmp_path / "data")
    train(small_options(data, tmp_path / "run", epochs=1, quiet=True))
    model = f"--model={tmp_path / 'run' / EXPORT}"
    put(f"{gs_bucket}/bad.jsonl", b'{"history": 1}\n')
    put(f"{gs_bucket}/bad.gz", b"\x1f\x8bno gzip")
    for name, sentence in (
        ("bad.jsonl", "bad.jsonl, line 1: it has no list `history`; a line looks like"),
        ("bad.gz", "bad.gz cannot be read ("),
        ("none", "none cannot be read: it is not there; check the name."),
    ):
        assert main(["predict", model, f"--input={gs_bucket}/{name}"]) == 1
        error = capsys.readouterr().err.splitlines()[-1]
        assert error.startswith(f"python -m trainer: {gs_bucket}/{sentence}")
