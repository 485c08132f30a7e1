"""What run_local.sh says when it is done, out of the files that the programs left.

summary.py has_held_out OUTPUT              status 0: there is something to measure
summary.py print OUTPUT REVIEWS SECONDS PYTHON
"""

import json
import shlex
import sys
from pathlib import Path

from schemas.layout import EVAL, SPLIT_FOLDERS, TEST
from schemas.manifest import Manifest


def has_held_out(manifest: Manifest) -> bool:
    """Returns whether the data set holds windows to measure on."""
    return any(manifest.num_records(split) for split in (EVAL, TEST))


def describe(output: Path, reviews: str, seconds: str, python: str) -> str:
    """Returns the closing summary of a run in the folder `output`."""
    manifest = _manifest(output)
    rows = manifest.rows
    windows = ", ".join(
        f"{manifest.num_records(split):,} {split}"
        for split in SPLIT_FOLDERS
        if manifest.num_records(split)
    )
    run = output / "run"
    lines = [
        "",
        f"Done in {seconds} seconds.",
        f"  reviews   {reviews}: {rows.read:,} rows, {rows.accepted:,} accepted",
        f"  data set  {output / 'data'}: {windows} windows of {manifest.num_items:,} "
        "items",
        f"  run       {run}: history.csv, metrics.json, model.keras, logs/",
        f"  model     {run / 'model'}: a SavedModel that takes raw histories",
        f"  report    {run / 'report.html'}: all of it with charts, for a browser",
        "",
        *_quality(output, manifest),
        "",
        "Next:",
        "  recommend for a history of your own (DATE:ITEM,DATE:ITEM,...)",
        f"    {_command(python, 'trainer', 'predict')} --model "
        f"{shlex.quote(str(run / 'model'))} --history ...",
        "  train longer, with the original notebook's settings",
        f"    {_command(python, 'trainer', 'train')} --data "
        f"{shlex.quote(str(output / 'data'))} --output "
        f"{shlex.quote(str(output / 'notebook'))} --config notebook",
        "  see all flags",
        f"    {_command(python, 'pipeline')} --help",
    ]
    return "\n".join(lines)


def _quality(output: Path, manifest: Manifest) -> list[str]:
    """Returns how good the model is beside the popular items."""
    if not has_held_out(manifest):
        return [
            f"Nothing is held out under --split {manifest.split.name} in this input: "
            "nothing was measured."
        ]
    # `train` removes those of earlier runs, so there is one.
    path = next((output / "run").glob("evaluation-*.json"))
    evaluation = json.loads(path.read_text())
    measures = {
        name: (of["filtered"]["hr@10"], of["filtered"]["ndcg@10"])
        for name, of in evaluation["measures"].items()
    }
    width = max(map(len, measures))
    targets, caveat = evaluation["targets"], evaluation["caveat"]
    return [
        f"Quality on {targets:,} held-out targets ({evaluation['split']} split, "
        f"--split {evaluation['data_split']}; {path}),",
        f"which {caveat if caveat.startswith('leaks') else f'is {caveat}'}:",
        f"  {'':{width}} HR@10   NDCG@10",
        *(
            f"  {name:{width}} {hit_rate:.4f}  {ndcg:.4f}"
            for name, (hit_rate, ndcg) in measures.items()
        ),
        _verdict(measures),
    ]


def _verdict(measures: dict[str, tuple[float, float]]) -> str:
    """Returns one sentence that compares the run with popularity."""
    run, popularity = next(iter(measures.values())), measures["popularity"]
    if popularity[0] == 0.0:
        return "The popular items hit nothing here."
    return (
        f"The model finds the next item {run[0] / popularity[0]:.1f} times as often as "
        "the ten most popular items do."
    )


def _command(python: str, *words: str) -> str:
    return " ".join([shlex.quote(python), "-m", *words])


def _manifest(output: Path) -> Manifest:
    path = output / "data" / "manifest.json"
    return Manifest.from_json(path.read_text(), str(path))


if __name__ == "__main__":
    if sys.argv[1] == "has_held_out":
        sys.exit(0 if has_held_out(_manifest(Path(sys.argv[2]))) else 1)
    print(describe(Path(sys.argv[2]), *sys.argv[3:]))
