"""Peers that train in an interpreter of their own, an epoch when they are asked."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from schemas.errors import UserError

_FOLDER = Path(__file__).parents[1] / "peers"


class PeerProcess:
    """A script of `benchmarks/peers` that has started, and waits.

    The script prints a line of JSON when it is ready, and trains once for each line
    that it reads. Between two rounds it takes no processor time. Lines that are no
    JSON object, as libraries print them, are passed over.

    Args:
      python: the interpreter, with what the script imports.
      script: its name in `benchmarks/peers`.
      *arguments: of the script.
      cwd: the folder that it may write to.

    Raises:
      UserError: it cannot be started.
    """

    def __init__(
        self, python: str, script: str, *arguments: str, cwd: Path | None = None
    ) -> None:
        self._script = script
        command = [python, str(_FOLDER / script), *arguments]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=cwd,
            )
        except OSError as error:
            raise UserError(
                f"{python} cannot be run ({error.strerror}); let the flag name a "
                "Python interpreter (benchmarks/README.md says which)."
            ) from error
        self.started = self._answer()

    def train(self) -> dict[str, Any]:
        """Returns what the script says of its next epoch.

        Raises:
          UserError: it has ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write("train\n")
            self._process.stdin.flush()
        except OSError:
            pass  # It has ended: `_answer` says so.
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise UserError(
            f"benchmarks/peers/{self._script} ended with status "
            f"{self._process.wait()}; what it said stands above."
        )

    def __enter__(self) -> "PeerProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends the script by the end of its input."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
