"""The optimizer of a training run."""

from typing import Any

import keras
import tensorflow as tf

from trainer.options import TrainOptions

# Parts of the paths of weights that do not decay.
_NO_DECAY = ("bias", "gamma", "beta")


class SummedGradients:
    """Adds up the parts of a sparse gradient before an optimizer sees them.

    An item that a batch holds several times has several parts in the gradient of an
    embedding, and Keras squares each of them. So its moments would depend on how the
    parts are dealt to devices, and would not be those of its gradient. Dense arrays are
    no loss: Adam updates its moments of all rows in any case.
    """

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Updates the variables, as `keras.optimizers.Optimizer.apply` does."""
        if keras.backend.backend() == "tensorflow":  # No other one has such gradients.
            grads = [
                None if part is None else tf.convert_to_tensor(part) for part in grads
            ]
        super().apply(grads, trainable_variables)  # type: ignore[misc]


class FusedUpdate:
    """Updates a variable and both its moments in one pass over them.

    The formula is Keras' own, which takes a pass over memory for each of its dozen
    operations: where steps are short that is a good part of the step.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates a variable, as `keras.optimizers.Adam.update_step` does."""
        if keras.backend.backend() != "tensorflow" or self._is_mirrored():
            super().update_step(gradient, variable, learning_rate)  # type: ignore[misc]
            return
        optimizer: Any = self
        index = optimizer._get_variable_index(variable)
        step = tf.cast(optimizer.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=optimizer._momentums[index].value.handle,
            v=optimizer._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(optimizer.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(optimizer.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=optimizer.beta_1,
            beta2=optimizer.beta_2,
            epsilon=optimizer.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )

    def _is_mirrored(self) -> bool:
        """Returns whether variables are copies on several devices."""
        strategy = getattr(self, "_distribution_strategy", None)
        return strategy is not None and strategy.num_replicas_in_sync > 1


class Adam(SummedGradients, FusedUpdate, keras.optimizers.Adam):
    """Adam on summed gradients."""


class AdamW(SummedGradients, FusedUpdate, keras.optimizers.AdamW):
    """AdamW on summed gradients."""


def build_optimizer(
    options: TrainOptions, num_steps: int
) -> keras.optimizers.Optimizer:
    """Returns Adam (Kingma and Ba, 2015), or AdamW where weights decay.

    AdamW takes `weight_decay` times the learning rate off each step (Loshchilov and
    Hutter, Decoupled Weight Decay Regularization, 2019). Biases and the parameters of
    normalisations do not decay: without vectors a score is its item's bias, which is
    its popularity, and that is what little data should fall back to.

    Args:
      options: learning rate, schedule and weight decay.
      num_steps: those of all epochs together, at whose end a schedule reaches 0.
    """
    scheduled = _schedule(options, num_steps)
    if not options.weight_decay:
        return Adam(scheduled)
    optimizer = AdamW(scheduled, weight_decay=options.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=list(_NO_DECAY))
    return optimizer


def learning_rate_of(
    options: TrainOptions, epoch: int, num_steps: int, steps_per_epoch: int
) -> float:
    """Returns the learning rate at the end of an epoch.

    Args:
      options: as `build_optimizer`.
      epoch: its number, from 1.
      num_steps: as `build_optimizer`.
      steps_per_epoch: of all epochs but the last, which ends with the last step.
    """
    schedule = _schedule(options, num_steps)
    if isinstance(schedule, float):
        return schedule
    return float(schedule(min(epoch * steps_per_epoch, num_steps)))


def _schedule(options: TrainOptions, num_steps: int) -> Any:
    rate = options.learning_rate
    schedules: dict[str, Any] = {
        "constant": rate,
        "cosine": keras.optimizers.schedules.CosineDecay(rate, num_steps),
        "linear": keras.optimizers.schedules.PolynomialDecay(
            rate, num_steps, end_learning_rate=0.0
        ),
    }
    return schedules[options.learning_rate_schedule]
