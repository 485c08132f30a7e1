"""RecBole's SASRec, its own loader and its own loop; needs RecBole alone.

    python recbole_sasrec.py FOLDER SETTINGS.json

`FOLDER/reviews/reviews.inter` is a data set in RecBole's form. It trains an epoch, or
`--steps` batches of one, for each line that it reads, and prints a line of JSON with
`seconds`, `cpu_seconds`, `steps` and `loss`; the first line it prints tells the
versions and sizes.
"""

import argparse
import itertools
import json
import sys
import time


def parse_args(argv):
    """Returns the arguments."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("folder")
    parser.add_argument("settings", help="a JSON file of RecBole's settings")
    parser.add_argument("--steps", type=int, help="batches of an epoch to train on")
    return parser.parse_args(argv)


class FirstBatches:
    """The first batches of a loader, which is shuffled anew each time."""

    def __init__(self, loader, steps):
        self._loader, self._steps = loader, steps

    def __len__(self):
        return self._steps

    def __iter__(self):
        return itertools.islice(iter(self._loader), self._steps)

    def __getattr__(self, name):
        return getattr(self._loader, name)


def main(argv):
    """Serves epochs until its input ends."""
    args = parse_args(argv)
    with open(args.settings) as file:
        settings = json.load(file)

    # RecBole reads its command line.
    sys.argv = sys.argv[:1]
    import recbole
    import torch
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_seed

    where = {"data_path": args.folder, "show_progress": False}
    config = Config("SASRec", "reviews", config_dict={**settings, **where})
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    loader, _, _ = data_preparation(config, dataset)
    model = get_model("SASRec")(config, loader.dataset).to(config["device"])
    trainer = get_trainer(config["MODEL_TYPE"], "SASRec")(config, model)
    steps = min(args.steps or len(loader), len(loader))
    print(
        json.dumps(
            {
                "versions": {
                    "recbole": recbole.__version__,
                    "torch": torch.__version__,
                },
                "samples": len(loader.dataset),
                "items": dataset.item_num - 1,
                "steps": len(loader),
                "parameters": sum(each.numel() for each in model.parameters()),
            }
        ),
        flush=True,
    )
    for number, _ in enumerate(sys.stdin):
        start, cpu_start = time.perf_counter(), time.process_time()
        loss = trainer._train_epoch(FirstBatches(loader, steps), number)
        seconds = time.perf_counter() - start
        cpu = time.process_time() - cpu_start
        answer = {"seconds": seconds, "cpu_seconds": cpu, "loss": float(loss)}
        print(json.dumps({**answer, "steps": steps}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
