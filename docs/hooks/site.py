"""What MkDocs calls: pages made at build time, and links that lead out of `docs/`.

The Markdown is written for GitHub, where a link may name any file of the repository. On
the site a link to a file that is a page leads to it, and one to another file becomes
its text; one to nothing is left as it is, and fails the build.
"""

import posixpath
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
# Before what is installed: the reference is of this checkout.
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "hooks")]

from api_reference import api_pages  # noqa: E402
from command_reference import command_reference  # noqa: E402

# Files of the repository that are pages, beside those of `docs/`.
OUTSIDE = {
    "benchmarks/README.md": "benchmarks.md",
    "containers/README.md": "containers.md",
    "requirements/README.md": "requirements.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
}

_FENCE = re.compile(r"^(```.*?^```)$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[((?:[^][]|\[[^][]*\])*)\]\(([^)\s]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages that are no files of `docs/`."""
    made = {"commands.md": command_reference(), **api_pages()}
    for source, page in OUTSIDE.items():
        if page != "index.md":
            made[page] = (ROOT / source).read_text()
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Makes links of the repository those of the site."""
    uri = page.file.src_uri
    of_outside = {
        made: source for source, made in OUTSIDE.items() if made != "index.md"
    }
    source = of_outside.get(uri, f"docs/{uri}")

    def relinked(match: re.Match[str]) -> str:
        text, link = match.groups()
        target = site_link(source, uri, link)
        return text if target is None else f"[{text}]({target})"

    # Every second part is a fenced block, in which nothing is a link.
    parts = _FENCE.split(markdown)
    parts[::2] = [_LINK.sub(relinked, part) for part in parts[::2]]
    return "".join(parts)


def site_link(source: str, page: str, link: str) -> str | None:
    """Returns where a link leads on the site.

    Args:
      source: the file that holds it, by its path in the repository.
      page: the page that the file is.
      link: as written.

    Returns:
      The link; None where its target is a file of the repository that is no page.
    """
    path, hash_sign, anchor = link.partition("#")
    if not path or "://" in path or path.startswith("mailto:"):
        return link
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    if target in OUTSIDE:
        to = OUTSIDE[target]
    elif target.startswith("docs/") and (ROOT / target).exists():
        to = target.removeprefix("docs/")
    else:
        return None if (ROOT / target).exists() else link
    return posixpath.relpath(to, posixpath.dirname(page)) + hash_sign + anchor
