"""The commands of docs/recommend.md's section on rules run as they stand there."""

import gzip
import json
import re
import shlex

import pytest

from pipeline.recommend.__main__ import main as recommend
from tests.support.programs import ROOT
from tests.trainer.serving import catalogue
from trainer.__main__ import main as trainer

TEXT = (ROOT / "docs" / "recommend.md").read_text()
RULES = re.search(r"\n## Rules\n(.*?)\n## ", TEXT, re.DOTALL)[1]

# Warnings of Beam are none of this program's.
pytestmark = pytest.mark.filterwarnings("default")


def commands() -> list[list[str]]:
    (block,) = re.findall(r"```bash\n(.*?)```", RULES, re.DOTALL)
    lines = block.replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line]


def test_the_examples_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model").symlink_to(catalogue.attributed())
    # The shop of the tests has other items.
    reviews = "user_id,item_id,review_date\nu1,b,2016-04-20\nu2,a,2016-05-01\n"
    (tmp_path / "reviews-1.csv.gz").write_bytes(gzip.compress(reviews.encode()))
    printf, first, second = commands()
    assert (printf[0], printf[2]) == ("printf", ">")
    items = printf[1].replace("\\n", "\n")
    (tmp_path / printf[3]).write_text(items.replace("172027", "c"))
    assert first[:3] == ["python", "-m", "pipeline.recommend"]
    assert recommend(first[3:]) == 0
    assert second[:4] == ["python", "-m", "trainer", "predict"]
    capsys.readouterr()
    assert trainer(second[3:]) == 0
    out, error = capsys.readouterr()
    (answer,) = map(json.loads, out.splitlines())
    assert answer["recommendations"]
    assert "c" not in {entry["item_id"] for entry in answer["recommendations"]}
    assert error == "1 of 2 items of sold_out.txt are not known to the model\n"


def test_every_flag_of_the_rules_is_described():
    from pipeline.recommend.flags import make_parser

    named = set(re.findall(r"`(--[a-z_]+)", RULES))
    assert {"--exclude", "--only", "--max_per", "--popularity_penalty"} <= named
    assert named - {"--item_fields"} <= set(make_parser().flags())
