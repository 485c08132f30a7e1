"""`report.html`, read as a text: what it must hold, and what it must not."""

import json
import re
from html.parser import HTMLParser

import pytest

from tests.support.records import read_manifest
from trainer.__main__ import main
from trainer.run_files import METRICS, REPORT

pytestmark = pytest.mark.slow

SECTIONS = ["data", "training", "quality", "examples", "repeat"]
# Where a page names what a browser fetches.
FETCHED = {"src", "href", "data", "poster", "srcset", "action"}


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text without scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self._inside = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.text += " "
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if not self._inside:
            self.text += data


@pytest.fixture(scope="module")
def page(reported_run):
    return Page((reported_run / REPORT).read_text(encoding="utf-8"))


def test_every_section_is_there_and_listed_at_the_top(page):
    sections = [attrs["id"] for tag, attrs in page.tags if tag == "section"]
    assert sections == SECTIONS
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert links == [f"#{name}" for name in SECTIONS]


def test_nothing_is_fetched_from_anywhere(page, reported_run):
    named = [
        value
        for _, attrs in page.tags
        for key, value in attrs.items()
        if key in FETCHED
    ]
    assert named
    assert all(value.startswith(("#", "data:,")) for value in named)
    style = re.search(
        r"<style>(.*?)</style>", (reported_run / REPORT).read_text(), re.DOTALL
    )
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_figures_are_those_of_the_manifest_and_of_the_run(
    page, reported_run, sample_data_set
):
    manifest = read_manifest(sample_data_set)
    metrics = json.loads((reported_run / METRICS).read_text())
    evaluation = json.loads((reported_run / "evaluation-test.json").read_text())
    of_run = next(iter(evaluation["measures"].values()))
    words = " ".join(page.text.split())
    for shown in (
        f"rows read {manifest.rows.read:,}",
        f"in the vocabulary {manifest.num_items:,}",
        f"train windows {manifest.num_records('train'):,}",
        f"parameters {metrics['parameters']:,}",
        f"{evaluation['targets']:,} targets of {evaluation['users']:,} users",
        f"{of_run['filtered']['ndcg@10']:.4f}",
        f"--max_length {manifest.window.max_length}",
    ):
        assert shown in words
    for name in evaluation["measures"]:
        assert name in page.text


def test_examples_are_what_predict_says(page, reported_run, sample_data_set, capsys):
    flags = [f"--model={reported_run}/model", f"--data={sample_data_set}"]
    assert main(["predict", *flags, "--examples=5", "--format=jsonl"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 5
    words = page.text.split()
    for line in lines:
        for one in line["recommendations"]:
            assert one["item_id"] in words
            assert f"{one['score']:.3f}" in words
        # A report is passed on: it names no user.
        assert line["user_id"] not in words


def test_the_command_makes_it_again(reported_run, capsys):
    before = (reported_run / REPORT).read_text(encoding="utf-8")
    (reported_run / REPORT).unlink()
    assert main(["report", f"--run={reported_run}"]) == 0
    assert capsys.readouterr().out == f"{reported_run}/{REPORT}\n"
    assert (reported_run / REPORT).read_text(encoding="utf-8") == before


def test_a_run_that_is_not_measured_says_how(sample_run, sample_data_set):
    text = (sample_run / REPORT).read_text(encoding="utf-8")
    command = f"evaluate --run {sample_run} --data {sample_data_set}"
    assert command in " ".join(Page(text).text.split())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("history.csv", b"", "history.csv is missing or damaged; train the run again"),
        ("metrics.json", b"{}", "metrics.json: it holds no 'best_epoch'); train it ag"),
        ("evaluation-test.json", b"{}", "is damaged or of another version; run `pyt"),
    ],
)
def test_a_damaged_run_is_one_sentence(reported_run, name, content, message, capsys):
    before = (reported_run / name).read_bytes()
    (reported_run / name).write_bytes(content)
    try:
        assert main(["report", f"--run={reported_run}"]) == 1
    finally:
        (reported_run / name).write_bytes(before)
    assert message in capsys.readouterr().err


def test_figures_of_another_data_set_say_so(reported_run, capsys):
    path = reported_run / "evaluation-test.json"
    before = {file: file.read_bytes() for file in (path, reported_run / REPORT)}
    value = json.loads(before[path])
    assert "figures are of" not in before[reported_run / REPORT].decode()
    other = {"data": "tomorrow", "data_files_digest": "of another"}
    path.write_text(json.dumps({**value, **other}))
    try:
        assert main(["report", f"--run={reported_run}"]) == 0
        text = Page((reported_run / REPORT).read_text(encoding="utf-8")).text
    finally:
        for file, content in before.items():
            file.write_bytes(content)
    sentence = (
        "The test figures are of tomorrow, a data set of other files than the run"
    )
    assert sentence in " ".join(text.split())


@pytest.mark.parametrize("key", ["data_settings_digest", "data_files_digest"])
def test_another_data_set_is_not_reported_as_the_runs(
    reported_run, key, sample_data_set, capsys
):
    before = {name: (reported_run / name).read_bytes() for name in (METRICS, REPORT)}
    metrics = json.loads(before[METRICS])
    (reported_run / METRICS).write_text(json.dumps({**metrics, key: "of another"}))
    sentence = f"{reported_run} did not learn from {sample_data_set} as it is now"
    flags = [f"--run={reported_run}", f"--data={sample_data_set}"]
    try:
        assert main(["report", *flags]) == 1
        assert sentence in capsys.readouterr().err
        # Measured all the same, since that is a fair question.
        assert main(["evaluate", *flags, "--split=eval"]) == 0
        assert f"the report was not written ({sentence}" in capsys.readouterr().err
        assert (reported_run / REPORT).read_bytes() == before[REPORT]
    finally:
        (reported_run / METRICS).write_bytes(before[METRICS])
        (reported_run / "evaluation-eval.json").unlink(missing_ok=True)


def test_a_run_that_is_not_there(tmp_path, capsys):
    assert main(["report", f"--run={tmp_path / 'none'}"]) == 1
    assert "there is no run at" in capsys.readouterr().err
