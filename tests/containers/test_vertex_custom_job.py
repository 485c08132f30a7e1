"""The job of Vertex AI calls the trainer as it is."""

import yaml

from schemas.cli.command_line import Parser
from tests.support.programs import ROOT
from trainer.commands import train
from trainer.flags import from_arguments


def test_job_calls_the_trainer_with_flags_that_it_takes():
    job = yaml.safe_load((ROOT / "containers" / "vertex_custom_job.yaml").read_text())
    assert set(job) == {"workerPoolSpecs", "scheduling"}
    (pool,) = job["workerPoolSpecs"]
    assert pool["machineSpec"]["acceleratorCount"] == 1
    command, *arguments = pool["containerSpec"]["args"]
    assert command == "train"
    parser = Parser()
    train.add_arguments(parser)
    options = from_arguments(parser.parse_args(arguments))
    assert options.data == "gs://BUCKET/data"
    assert options.output == "gs://BUCKET/run"
    assert options.model == "transformer"


def test_image_is_the_one_that_the_commands_build():
    text = (ROOT / "containers" / "vertex_custom_job.yaml").read_text()
    image = yaml.safe_load(text)["workerPoolSpecs"][0]["containerSpec"]["imageUri"]
    name = image.rsplit("/", 1)[1].partition(":")[0]
    readme = (ROOT / "containers" / "README.md").read_text()
    built = "docker build --platform linux/amd64 --file containers/trainer.Dockerfile"
    assert f"{built} --tag $REPOSITORY/{name}:$TAG ." in readme
