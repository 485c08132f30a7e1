"""The product's training, epoch by epoch, without what it writes."""

from pathlib import Path
from typing import Any

import keras

from schemas.layout import TRAIN
from trainer.batching.batch_plan import plan_batches
from trainer.batching.batches import BatchSettings, training_batches
from trainer.batching.target_counts import count_targets
from trainer.data.data_set import open_data_set
from trainer.devices import set_up_devices
from trainer.options import TrainOptions
from trainer.training.compiled_model import compiled_model
from trainer.training.train import model_config


class ProductTraining:
    """A fresh model of the product and its batches.

    Args:
      data: the data set.
      settings: of `TrainOptions`, but for `data` and `output`.

    Raises:
      UserError: the data set cannot be read.
    """

    def __init__(self, data: Path, settings: dict[str, Any]) -> None:
        options = TrainOptions(**settings, data=str(data), output="-")
        self.options = options
        self.data_set = open_data_set(options.data)
        self.num_windows = self.data_set.num_records(TRAIN)
        counts = count_targets(
            self.data_set, options.day_feature, options.train_positions
        )
        self.num_targets = int(counts.learned.sum())
        batch_size = min(options.batch_size, self.num_windows)
        plan = plan_batches(counts, self.data_set.max_length, batch_size)
        self.steps = plan.num_batches
        keras.utils.set_random_seed(options.seed)
        config = model_config(self.data_set, options)
        self.model = compiled_model(
            config, options, set_up_devices(), self.steps * options.epochs
        )
        self.model.start_from_popularity(counts.items)
        self.batches = training_batches(
            self.data_set,
            TRAIN,
            BatchSettings(
                day_feature=options.day_feature,
                plan=plan,
                train_positions=options.train_positions,
                num_negatives=options.num_negatives if options.loss == "sampled" else 0,
                unknown_rate=options.unknown_rate,
                seed=options.seed,
            ),
        )

    def epoch(self) -> None:
        """Trains an epoch."""
        self.fit(epochs=1)

    def fit(self, **settings: Any) -> None:
        """Trains as `trainer.training.train` does.

        Args:
          **settings: more of `keras.Model.fit`.
        """
        self.model.fit(
            self.batches,
            steps_per_epoch=self.steps,
            shuffle=False,
            verbose=0,
            **settings,
        )
