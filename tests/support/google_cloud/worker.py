"""Runs a job of Dataflow from what was staged for it, as a worker on another machine.

What the launcher left in the bucket is all there is: the graph, and the package as a
source distribution, which is installed into a virtual environment of its own. The
worker's processes start in an empty folder. Beam's local job service stands in for
Dataflow's scheduler, and its SDK worker pool starts the workers.
"""

import json
import os
import socket
import subprocess
import sysconfig
import time
import venv
from pathlib import Path

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability import common_urns
from apache_beam.portability.api import beam_runner_api_pb2, endpoints_pb2
from apache_beam.runners.portability.portable_runner import PortableRunner
from apache_beam.runners.runner import PipelineState

_BOOT = Path(__file__).with_name("boot.py")
_PORTABILITY = "apache_beam.runners.portability.local_job_service_main"
_POOL = "apache_beam.runners.worker.worker_pool_main"
_TIME_LIMIT_SECONDS = 240


class Worker:
    """A virtual environment, and the processes that run a job in it.

    Attributes:
      python: the environment's interpreter.
      log: what the processes printed.
    """

    def __init__(self, folder, environment):
        """Makes the environment.

        Args:
          folder: an empty one.
          environment: the variables of the processes.
        """
        self._folder = Path(folder)
        self._environment = environment
        self._processes = []
        self._died = self._folder / "died"
        self.log = self._folder / "worker.log"
        venv.create(self._folder / "venv", with_pip=True)
        self.python = self._folder / "venv/bin/python"
        # The libraries of this environment, as an image would hold them; of this
        # project they hold only a link, which is not followed from there.
        purelib = sysconfig.get_paths(vars={"base": str(self._folder / "venv")})
        libraries = sysconfig.get_paths()["purelib"]
        Path(purelib["purelib"], "libraries.pth").write_text(f"{libraries}\n")
        # Python 3.11 brings one of its own, which is too old to build the package.
        self._pip("uninstall", "--yes", "setuptools")

    def run(self, job):
        """Runs a job to its end.

        Args:
          job: as Dataflow's service got it.

        Raises:
          RuntimeError: it failed, or took too long.
        """
        options = job["environment"]["sdkPipelineOptions"]["options"]
        pipeline = beam_runner_api_pb2.Pipeline.FromString(
            _read(options["pipelineUrl"])
        )
        self._install(pipeline)
        pool, service = _free_port(), _free_port()
        self._start("-m", _PORTABILITY, f"--port={service}")
        self._start(
            "-m",
            _POOL,
            f"--service_port={pool}",
            f"--container_executable={self._boot_program(job)}",
        )
        for environment in pipeline.components.environments.values():
            environment.urn = common_urns.environments.EXTERNAL.urn
            environment.payload = beam_runner_api_pb2.ExternalPayload(
                endpoint=endpoints_pb2.ApiServiceDescriptor(url=f"localhost:{pool}")
            ).SerializeToString()
            del environment.dependencies[:]
        result = PortableRunner().run_portable_pipeline(
            pipeline, PipelineOptions(job_endpoint=f"localhost:{service}")
        )
        limit = time.monotonic() + _TIME_LIMIT_SECONDS
        while not PipelineState.is_terminal(state := result.state):
            # The runner would wait for ever.
            if self._died.exists() or time.monotonic() > limit:
                break
            time.sleep(0.2)
        if state == PipelineState.FAILED:
            result.wait_until_finish()  # Raises what the job's last error says.
        if state != PipelineState.DONE:
            raise RuntimeError(f"the job ended as {state}:\n{self.log.read_text()}")

    def close(self):
        """Ends the processes."""
        for process in reversed(self._processes):
            process.terminate()
            process.wait()

    def _install(self, pipeline):
        """Installs the staged source distribution, as a worker's container does."""
        (environment,) = pipeline.components.environments.values()
        for dependency in environment.dependencies:
            url = beam_runner_api_pb2.ArtifactUrlPayload.FromString(
                dependency.type_payload
            ).url
            if not url.endswith(".tar.gz"):
                continue
            path = self._folder / url.rsplit("/", 1)[-1]
            path.write_bytes(_read(url))
            self._pip(
                "install", "--no-deps", "--no-index", "--no-build-isolation", path
            )

    def _pip(self, *arguments):
        command = [self.python, "-m", "pip", "--quiet", *arguments]
        subprocess.run(command, check=True, env=self._environment)

    def _boot_program(self, job):
        empty = self._folder / "empty"
        empty.mkdir()
        options = self._folder / "options.json"
        options.write_text(json.dumps(_worker_options(job)))
        path = self._folder / "boot"
        path.write_text(
            f'#!/bin/sh\ncd "{empty}"\n'
            f'"{self.python}" "{_BOOT}" "--options={options}" "$@" ||\n'
            f'touch "{self._died}"\n'
        )
        path.chmod(0o755)
        return path

    def _start(self, *arguments):
        with self.log.open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    [self.python, *arguments],
                    cwd=self._folder,
                    env=self._environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )


def worker_environment(*additions):
    """Returns variables for a worker: none that leads to this checkout."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    }
    for addition in additions:
        kept |= addition
    return kept


def _worker_options(job):
    """Returns the options of a job; its JSON holds every number as a double."""
    options = job["environment"]["sdkPipelineOptions"]["options"]
    return {
        "options": {
            name: int(value) if isinstance(value, float) else value
            for name, value in options.items()
        }
    }


def _read(url):
    with FileSystems.open(url, compression_type=CompressionTypes.UNCOMPRESSED) as file:
        return file.read()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]
