"""Reports what is known to be vulnerable among the releases of a lock file.

audit.py LOCK [flags of pip-audit]

A report and no check: its status is always 0. A database can be out of reach, and can
say tomorrow of a release what it does not say today, so no build may hang on it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_LIMIT_SECS = 180
_ANSWER_SECS = 15


def main(argv: Sequence[str]) -> int:
    """Prints the report; returns the exit status, 0."""
    lock, *flags = argv
    print(f"== Known vulnerabilities of {lock}: a report, not a check ==")
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(_report(lock, flags, Path(folder) / "report.json")))
    return 0


def _report(lock: str, flags: Sequence[str], output: Path) -> list[str]:
    command = [
        *(sys.executable, "-m", "pip_audit"),
        # The lock file says it all: nothing is resolved, nothing is installed.
        *("--requirement", lock, "--disable-pip"),
        *("--format", "json", "--output", str(output)),
        *("--progress-spinner", "off", "--timeout", str(_ANSWER_SECS)),
        *flags,
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_LIMIT_SECS
        )
    except subprocess.TimeoutExpired:
        return _not_made(f"no end after {_LIMIT_SECS} seconds")
    try:
        found = json.loads(output.read_text())["dependencies"]
    except (OSError, ValueError, KeyError):
        lines = (done.stderr or done.stdout).strip().splitlines()
        return _not_made(lines[-1] if lines else f"status {done.returncode}")
    return _lines(found)


def _not_made(reason: str) -> list[str]:
    return [
        f"The report could not be made: {reason}",
        "Nothing is known of vulnerabilities. Run it where the database of pip-audit "
        "is in reach.",
    ]


def _lines(found: list[dict[str, Any]]) -> list[str]:
    skipped = [package for package in found if "skip_reason" in package]
    # As behind an index that has the packages alone: pip-audit itself then says that
    # nothing is known, and means that nothing was asked.
    if len(skipped) == len(found):
        reason = skipped[0]["skip_reason"] if skipped else "the lock file is empty"
        return _not_made(f"none of {len(found)} packages was looked up ({reason})")
    lines = [f"{of['name']} was not looked up: {of['skip_reason']}" for of in skipped]
    number = 0
    for package in sorted(found, key=lambda package: str(package["name"])):
        for of in package.get("vulns", ()):
            number += 1
            mended = ", ".join(of["fix_versions"]) or "no release"
            names = " ".join([of["id"], *of.get("aliases", ())])
            lines.append(
                f"{package['name']} {package['version']}: {names}, mended in {mended}"
            )
    looked_up = len(found) - len(skipped)
    return [*lines, f"{number} known vulnerabilities in {looked_up} packages."]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
