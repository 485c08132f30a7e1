"""The site that MkDocs makes: whole, strict, and at home without a network."""

import html.parser
import re
from pathlib import Path

import pytest
import yaml

from tests.support.programs import ROOT, run_python
from tests.test_help import PARSERS

pytestmark = pytest.mark.slow

# What no page of documentation may wait for.
HEAVY = ("apache_beam", "keras", "tensorflow", "tensorflow_transform")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built where whoever imports TensorFlow or Beam fails."""
    folder = tmp_path_factory.mktemp("site")
    blocked = tmp_path_factory.mktemp("blocked")
    for name in HEAVY:
        (blocked / f"{name}.py").write_text("raise ImportError(__name__)\n")
    done = build(folder, PYTHONPATH=f"{blocked}:{ROOT}")
    assert done.returncode == 0, done.stderr
    return folder


def build(folder, config=ROOT / "mkdocs.yml", **environment):
    return run_python(
        *("-m", "mkdocs", "build", "--strict", "--config-file", str(config)),
        *("--site-dir", str(folder)),
        **environment,
    )


class Page(html.parser.HTMLParser):
    """A page taken apart.

    Attributes:
      text: what is read.
      ids: anchors.
      loaded: addresses of what a browser fetches with the page.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text, self.ids, self.loaded = "", set(), []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        self.ids.add(of.get("id"))
        if tag in ("script", "img", "iframe", "source"):
            self.loaded.append(of.get("src") or "")
        if tag == "link" and of.get("rel") not in ("canonical", "prev", "next"):
            self.loaded.append(of.get("href") or "")

    def handle_data(self, data):
        self.text += data


def pages_of(nav):
    for entry in nav:
        for value in entry.values():
            yield from [value] if isinstance(value, str) else pages_of(value)


def test_every_page_is_there(site):
    nav = list(pages_of(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))
    assert len(nav) > 20
    for page in nav:
        assert Page(site / page.replace(".md", ".html")).text.strip()


def test_nothing_is_fetched_from_elsewhere(site):
    for path in site.rglob("*.html"):
        for address in Page(path).loaded:
            assert address.startswith("data:") or "//" not in address, path
    for path in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//", path.read_text()), path


def test_command_reference_names_every_flag_of_every_program(site):
    text = " ".join(Page(site / "commands.html").text.split())
    for prog, parser in PARSERS.items():
        assert prog in text
        for flag in parser.flags():
            assert flag in ("-h", "--help") or flag in text, (prog, flag)
    assert "for name in pipeline recommend trainer" in text


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("schemas", "schemas.features.example_features"),
        ("pipeline", "pipeline.preprocessing.preprocessing_fn"),
        ("trainer", "trainer.training.train.train"),
        ("trainer", "trainer.serving.module.Recommender"),
    ],
)
def test_api_reference_has_docstrings(site, page, name):
    assert name in Page(site / "api" / f"{page}.html").ids


def test_links_to_files_of_the_repository_are_text(site):
    for path in site.rglob("*.html"):
        for link in re.findall(
            r'href="([^"]+\.(?:py|md|json|pbtxt|sh))"', path.read_text()
        ):
            assert "://" in link, (path, link)


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("dataflow", "containers.html"),
        ("containers", "dataflow.html"),
        ("contributing", "requirements.html"),
        ("models", "results.html#what-each-choice-is-worth"),
    ],
)
def test_links_between_files_of_the_repository_lead_to_pages(site, page, link):
    assert f'href="{link}"' in (site / f"{page}.html").read_text()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# A\n\n[gone](gone.md)\n", "'gone.md', but the target is not found"),
        ("# A\n\n[gone](#gone)\n", "there is no anchor '#gone'|no such anchor"),
    ],
)
def test_strict_finds(tmp_path, text, complaint):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(text)
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\nnav: [index.md]\nplugins: []\nhooks: []\n"
    )
    done = build(tmp_path / "site", config)
    assert done.returncode == 1
    assert re.search(complaint, done.stderr)


def test_strict_finds_a_page_that_no_menu_names(tmp_path):
    (tmp_path / "docs").mkdir()
    for name in ("index", "forgotten"):
        (tmp_path / "docs" / f"{name}.md").write_text("# A\n")
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\nnav: [index.md]\nplugins: []\nhooks: []\n"
    )
    done = build(tmp_path / "site", config)
    assert done.returncode == 1
    assert "forgotten.md" in done.stderr
