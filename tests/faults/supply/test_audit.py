"""The report of vulnerabilities says what was found, or plainly that nothing was."""

import contextlib
import http.server
import importlib.util
import json
import os
import subprocess
import threading
from collections.abc import Iterator

import pytest

from tests.support.programs import ROOT, run_python

pytestmark = pytest.mark.slow

LOCK = "numpy==2.4.0 --hash=sha256:" + "0" * 64 + "\n"


@contextlib.contextmanager
def database(answer: dict) -> Iterator[str]:
    """A database on loopback that says the same of every package; yields its URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.dumps(answer).encode()
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


def audit(tmp_path, url: str) -> list[str]:
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK)
    done = run_python(
        ".ci/audit.py",
        str(lock),
        "--vulnerability-service=osv",
        f"--osv-url={url}",
        f"--cache-dir={tmp_path / 'cache'}",
        no_proxy="127.0.0.1",
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines = done.stdout.splitlines()
    assert first == f"== Known vulnerabilities of {lock}: a report, not a check =="
    return lines


def test_what_is_found_is_named_and_the_status_is_0(tmp_path):
    found = {
        "id": "PYSEC-2026-1",
        "aliases": ["CVE-2026-1"],
        "summary": "Arrays of ill will.",
        "affected": [
            {
                "package": {"name": "numpy", "ecosystem": "PyPI"},
                "ranges": [
                    {
                        "type": "ECOSYSTEM",
                        "events": [{"introduced": "0"}, {"fixed": "2.4.9"}],
                    }
                ],
            }
        ],
    }
    with database({"vulns": [found]}) as url:
        assert audit(tmp_path, url) == [
            "numpy 2.4.0: PYSEC-2026-1 CVE-2026-1, mended in 2.4.9",
            "1 known vulnerabilities in 1 packages.",
        ]


def test_nothing_found_is_said(tmp_path):
    with database({}) as url:
        assert audit(tmp_path, url) == ["0 known vulnerabilities in 1 packages."]


def test_a_database_out_of_reach_is_said_and_the_status_is_0(tmp_path):
    with database({}) as url:
        pass
    lines = audit(tmp_path, url)
    assert lines[0].startswith("The report could not be made: ")
    assert lines[1].startswith("Nothing is known of vulnerabilities.")


def test_the_outcome_of_the_checks_is_that_of_the_run(tmp_path):
    # A copy of .ci/run beside checks that fail and an audit that does.
    for folder in (".ci", "tests", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".ci" / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
    (tmp_path / ".ci" / "tools.sh").write_text("")
    (tmp_path / "tests" / "run.sh").write_text("exit 3\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\necho audit of $2\nexit 9\n")
    python.chmod(0o755)
    for status in (3, 0):
        (tmp_path / "tests" / "run.sh").write_text(f"exit {status}\n")
        done = subprocess.run(
            ["bash", str(tmp_path / ".ci" / "run")],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "REAL_DATA": str(tmp_path)},
        )
        assert done.returncode == status
        assert done.stdout == "audit of requirements/dev.txt\n"


def test_the_tool_is_locked():
    assert "\npip-audit==" in (ROOT / "requirements" / "dev.txt").read_text()


def test_packages_that_were_not_looked_up_are_not_called_safe():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    skipped = {"name": "numpy", "skip_reason": "it is not in the database"}
    first, second = module._lines([skipped])
    assert first == (
        "The report could not be made: none of 1 packages was looked up (it is not in "
        "the database)"
    )
    assert "0 known" not in second
    known = {"name": "scipy", "version": "1.0", "vulns": []}
    assert module._lines([skipped, known]) == [
        "numpy was not looked up: it is not in the database",
        "0 known vulnerabilities in 1 packages.",
    ]
