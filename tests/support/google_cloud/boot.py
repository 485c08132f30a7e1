"""Starts one SDK worker, as the boot program of Beam's container does.

Run by the worker pool in an empty folder, with the interpreter of the worker's virtual
environment; imports nothing of this project.
"""

import argparse
import os
import sys

from apache_beam.portability.api import endpoints_pb2
from google.protobuf import text_format

parser = argparse.ArgumentParser()
for name in ("id", "options", "control_endpoint", "logging_endpoint"):
    parser.add_argument(f"--{name}", required=True)
args, _ = parser.parse_known_args()


def descriptor(url):
    """Returns an end point as the worker reads it from its environment."""
    return text_format.MessageToString(endpoints_pb2.ApiServiceDescriptor(url=url))


os.environ.update(
    WORKER_ID=args.id,
    PIPELINE_OPTIONS_FILE=args.options,
    CONTROL_API_SERVICE_DESCRIPTOR=descriptor(args.control_endpoint),
    LOGGING_API_SERVICE_DESCRIPTOR=descriptor(args.logging_endpoint),
)
main = "apache_beam.runners.worker.sdk_worker_main"
os.execv(sys.executable, [sys.executable, "-m", main])
