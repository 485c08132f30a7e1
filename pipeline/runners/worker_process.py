"""Beam's worker process, which ends at once where the one that started it ends.

python -m pipeline.runners.worker_process PARENT

PARENT is the id of that process. Called by `worker_processes`; what Beam's own module
takes from the environment it finds there.
"""

import ctypes
import os
import signal
import sys

from apache_beam.runners.worker import sdk_worker_main

_PR_SET_PDEATHSIG = 1


def main(parent: int) -> None:
    """Runs the worker until its work is done, or `parent` is gone."""
    # On other systems than Linux it notices when it next asks for work.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
    sdk_worker_main.main(sys.argv)


if __name__ == "__main__":
    main(int(sys.argv[1]))
