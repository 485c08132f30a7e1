"""Batch normalisation whose statistics are those of real steps alone."""

from typing import Any

import keras
from keras import ops

from trainer.layers.replicas import sum_over_replicas

Tensor = Any


@keras.saving.register_keras_serializable(package="seamstress")
class MaskedBatchNormalization(keras.layers.Layer):
    """Batch normalisation (Ioffe and Szegedy, 2015) over the unmasked steps.

    Differs from `keras.layers.BatchNormalization` where a mask is given: the moments
    are taken over all replicas of a distribution strategy together, so that training
    on several devices is the same as on one; a batch without a real step changes
    nothing; one feature is allowed; and the moving moments are the plain mean of the
    batches until there are enough of them for the moving one, since a small set makes
    few steps and starting values would still weigh 0.99^steps. Moments are float32
    under any precision policy.

    Args:
      momentum: of the moving moments that inference uses.
      epsilon: added to the variance.
    """

    def __init__(
        self, momentum: float = 0.99, epsilon: float = 1e-3, **kwargs: Any
    ) -> None:
        if not 0.0 <= momentum < 1.0:
            raise ValueError(f"`momentum` must be in [0, 1), got {momentum}.")
        if epsilon <= 0.0:
            raise ValueError(f"`epsilon` must be positive, got {epsilon}.")
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes gamma, beta and the moving moments, [`dim`], and the count of steps."""
        dim = (input_shape[-1],)

        def weight(
            name: str, initializer: str, trainable: bool, shape: tuple[Any, ...] = dim
        ) -> Any:
            return self.add_weight(
                name=name,
                shape=shape,
                initializer=initializer,
                trainable=trainable,
                dtype="float32",
                autocast=False,
            )

        self.gamma = weight("gamma", "ones", True)
        self.beta = weight("beta", "zeros", True)
        self.moving_mean = weight("moving_mean", "zeros", False)
        self.moving_variance = weight("moving_variance", "ones", False)
        self.steps = weight("steps", "zeros", False, ())

    def call(self, inputs: Tensor, mask: Tensor = None, training: bool = False) -> Any:
        """Returns the inputs, normalised feature by feature.

        Args:
          inputs: float [`batch`, `steps`, `dim`].
          mask: bool [`batch`, `steps`], True at real steps; None: all are real.
          training: normalise by this batch's moments and move the moving ones.

        Returns:
          [`batch`, `steps`, `dim`] in the layer's compute dtype.
        """
        values = ops.cast(inputs, "float32")
        if training and self.trainable:
            mean, variance = self._moments(values, mask)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        scale = ops.rsqrt(variance + self.epsilon) * self.gamma
        outputs = (values - mean) * scale + self.beta
        return ops.cast(outputs, self.compute_dtype)

    def _moments(self, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the batch's mean and variance, having moved the moving moments."""
        if mask is None:
            weights = ops.ones_like(values[..., :1])
        else:
            weights = ops.cast(ops.expand_dims(mask, -1), "float32")
            # Zero times infinity is not zero: what is masked must not be multiplied.
            values = ops.where(weights > 0, values, 0.0)
        count = sum_over_replicas(ops.sum(weights))
        divisor = ops.maximum(count, 1.0)
        mean = sum_over_replicas(ops.sum(values, axis=(0, 1))) / divisor
        # From the differences, since mean(x^2) - mean(x)^2 cancels in float32.
        squares = ops.sum(weights * ops.square(values - mean), axis=(0, 1))
        variance = sum_over_replicas(squares) / divisor
        counted = ops.cast(count > 0, "float32")
        self.steps.assign(self.steps + counted)
        rate = ops.maximum(1.0 - self.momentum, 1.0 / ops.maximum(self.steps, 1.0))
        rate = counted * rate
        self.moving_mean.assign(self.moving_mean + rate * (mean - self.moving_mean))
        self.moving_variance.assign(
            self.moving_variance + rate * (variance - self.moving_variance)
        )
        return mean, variance

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...], *_: Any
    ) -> tuple[int | None, ...]:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = {"momentum": self.momentum, "epsilon": self.epsilon}
        return {**super().get_config(), **config}
