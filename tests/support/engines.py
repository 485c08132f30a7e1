"""Engines of Beam that do what services do."""

from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.environments import EmbeddedPythonGrpcEnvironment


def bit_by_bit() -> FnApiRunner:
    """Hands over the values of a group as Dataflow does those of a large one.

    They are asked for one after the other, through the state API.
    """
    environment = EmbeddedPythonGrpcEnvironment.default()
    return FnApiRunner(environment, use_state_iterables=True)
