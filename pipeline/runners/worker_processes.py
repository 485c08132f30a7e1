"""Worker processes of `--direct_running_mode multi_processing`, which end with the run.

Beam waits for them when a run is stopped: for all of what they have begun, and for ever
for one that was only starting (Beam 2.77). If the run is killed, they go on.
"""

import os
import subprocess
import threading
from typing import Any

from apache_beam.portability import python_urns
from apache_beam.runners.portability import local_job_service
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from schemas.cli import stop_signals

_BEAMS = "apache_beam.runners.worker.sdk_worker_main"
_OURS = "pipeline.runners.worker_process"


class _Worker(local_job_service.SubprocessSdkWorker):
    """One process, whose end is no news once the run is stopped."""

    def run(self) -> None:
        try:
            super().run()
        except RuntimeError:
            if not stop_signals.received():
                raise


class EndingWorkerHandler(worker_handlers.SubprocessSdkWorkerHandler):
    """Beam's, but for a run that a signal has stopped."""

    def start_worker(self) -> None:
        """Starts the process, and the thread that waits for it."""
        self.worker = _Worker(
            self._worker_command_line,
            self.control_address,
            self.provision_info,
            self.worker_id,
        )
        self.worker_thread = threading.Thread(name="run_worker", target=self.worker.run)
        self.worker_thread.start()

    def stop_worker(self) -> None:
        """Waits for the process, or ends it."""
        if stop_signals.received():
            _processes.kill()
        super().stop_worker()


class _Processes:
    """Stands for the module `subprocess` where Beam starts its workers."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def Popen(self, command: str, **settings: Any) -> subprocess.Popen[bytes]:  # noqa: N802
        # Without a shell between, which would be killed in the worker's place.
        command = f"exec {command.replace(_BEAMS, _OURS)} {os.getpid()}"
        process = subprocess.Popen(command, **settings)
        self._started.append(process)
        return process

    def kill(self) -> None:
        for process in self._started:
            process.kill()


_processes = _Processes()


def use_ending_workers() -> None:
    """Lets Beam's in-process engine start its worker processes by this module."""
    local_job_service.subprocess = _processes
    register = worker_handlers.WorkerHandler.register_environment
    register(python_urns.SUBPROCESS_SDK, bytes)(EndingWorkerHandler)
