"""The notebook's model as a PyTorch user would write it; needs torch and NumPy alone.

    python torch_notebook.py ARRAYS.npz ITEMS DAYS BATCH

`ARRAYS.npz` holds `item_id`, `days` and `target`, int32 [windows, W]. It trains an
epoch for each line that it reads, and prints a line of JSON with `seconds`,
`cpu_seconds` and `loss`; the first line it prints tells the versions.
"""

import argparse
import json
import sys
import time

ITEM_DIM, DAY_DIM = 100, 20
UNITS = (1024, 512)
LEARNING_RATE = 0.01


def parse_args(argv):
    """Returns the arguments."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("arrays")
    parser.add_argument("items", type=int, help="N; N + 1 classes, 0 is padding")
    parser.add_argument("days", type=int, help="the largest day bucket")
    parser.add_argument("batch", type=int)
    parser.add_argument("--units", type=int, nargs=2, default=UNITS)
    return parser.parse_args(argv)


def main(argv):
    """Serves epochs until its input ends."""
    args = parse_args(argv)

    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional
    from torch.utils.data import BatchSampler, RandomSampler

    class Notebook(nn.Module):
        """Embeddings, two normalised LSTMs, dot-product attention, dense layer."""

        def __init__(self, num_items, num_days, units):
            super().__init__()
            self.items = nn.Embedding(num_items + 2, ITEM_DIM)
            self.days = nn.Embedding(num_days + 1, DAY_DIM)
            sizes = (ITEM_DIM + DAY_DIM, *units)
            self.norms = nn.ModuleList(nn.BatchNorm1d(size) for size in sizes)
            self.lstms = nn.ModuleList(
                nn.LSTM(before, after, batch_first=True)
                for before, after in zip(sizes, units, strict=False)
            )
            self.scores = nn.Linear(units[-1], num_items + 1)

        def forward(self, item_id, days):
            states = torch.cat([self.items(item_id), self.days(days)], dim=-1)
            states = self.norms[0](states.transpose(1, 2)).transpose(1, 2)
            for lstm, norm in zip(self.lstms, self.norms[1:], strict=True):
                states, _ = lstm(states)
                states = norm(states.transpose(1, 2)).transpose(1, 2)
            states = functional.scaled_dot_product_attention(
                states, states, states, is_causal=True, scale=1.0
            )
            return self.scores(states)

    torch.manual_seed(0)
    with np.load(args.arrays) as file:
        item_id, days, target = (
            torch.from_numpy(file[name].astype(np.int64))
            for name in ("item_id", "days", "target")
        )
    model = Notebook(args.items, args.days, args.units)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    sampler = BatchSampler(RandomSampler(range(len(item_id))), args.batch, False)

    def epoch():
        model.train()
        total = 0.0
        for rows in sampler:
            optimizer.zero_grad()
            logits = model(item_id[rows], days[rows])
            loss = functional.cross_entropy(
                logits.flatten(0, 1), target[rows].flatten()
            )
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total / len(sampler)

    print(json.dumps({"versions": {"torch": torch.__version__}}), flush=True)
    for _ in sys.stdin:
        start, cpu_start = time.perf_counter(), time.process_time()
        loss = epoch()
        seconds = time.perf_counter() - start
        cpu = time.process_time() - cpu_start
        answer = {"seconds": seconds, "cpu_seconds": cpu, "loss": loss}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
