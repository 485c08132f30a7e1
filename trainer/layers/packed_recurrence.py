"""Recurrent layers over packed rows: no step of padding is computed.

On a CPU Keras runs a recurrent layer as a loop that takes every row through every
step, its first one through a product of the recurrent weights with zeros. Here a row
ends where it ends, its first state is multiplied by nothing, and the inputs of all
steps meet their weights in one product. The layers, their weights and, up to rounding,
the states are Keras' own.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

Tensor = Any


def packed_states(layer: keras.layers.Layer, inputs: Tensor, counts: Tensor) -> Tensor:
    """Returns the states of a recurrent layer after each step.

    Args:
      layer: an LSTM or a GRU of Keras, built, with its default activations and biases
        and without dropout of its own.
      inputs: float [`num_packed`, `dim`], in the order of `PackedRows`.
      counts: int32 [`steps`], how many rows have each step; `steps` is static.

    Returns:
      [`num_packed`, `units`] in the layer's compute dtype.
    """
    cell = layer.cell
    is_lstm = isinstance(layer, keras.layers.LSTM)
    step = _LstmStep(cell) if is_lstm else _GruStep(cell)
    projected = step.project(ops.cast(inputs, cell.compute_dtype))
    state, states = None, []
    for number, part in enumerate(tf.split(projected, counts, num=counts.shape[0])):
        if state is not None:
            rows = counts[number]
            state = [values[:rows] for values in state]
        state = step(part, state)
        states.append(state[0])
    return tf.concat(states, axis=0)


class _LstmStep:
    """A step of an LSTM (the equations of `keras.layers.LSTMCell`)."""

    def __init__(self, cell: Any) -> None:
        self._kernel = ops.cast(cell.kernel, cell.compute_dtype)
        self._recurrent = ops.cast(cell.recurrent_kernel, cell.compute_dtype)
        self._bias = ops.cast(cell.bias, cell.compute_dtype)

    def project(self, inputs: Tensor) -> Tensor:
        return tf.nn.bias_add(ops.matmul(inputs, self._kernel), self._bias)

    def __call__(self, projected: Tensor, state: list[Tensor] | None) -> list[Tensor]:
        if state is not None:
            projected = projected + ops.matmul(state[0], self._recurrent)
        entry, forget, candidate, output = ops.split(projected, 4, axis=1)
        carry = ops.sigmoid(entry) * ops.tanh(candidate)
        if state is not None:
            carry = carry + ops.sigmoid(forget) * state[1]
        return [ops.sigmoid(output) * ops.tanh(carry), carry]


class _GruStep:
    """A step of a GRU that resets after its product (`keras.layers.GRUCell`)."""

    def __init__(self, cell: Any) -> None:
        self._kernel = ops.cast(cell.kernel, cell.compute_dtype)
        self._recurrent = ops.cast(cell.recurrent_kernel, cell.compute_dtype)
        self._bias, self._recurrent_bias = ops.unstack(
            ops.cast(cell.bias, cell.compute_dtype), axis=0
        )

    def project(self, inputs: Tensor) -> Tensor:
        return tf.nn.bias_add(ops.matmul(inputs, self._kernel), self._bias)

    def __call__(self, projected: Tensor, state: list[Tensor] | None) -> list[Tensor]:
        inner = self._recurrent_bias
        if state is not None:
            inner = tf.nn.bias_add(ops.matmul(state[0], self._recurrent), inner)
        gates = ops.split(projected, 3, axis=1)
        update, reset, candidate = gates
        of_update, of_reset, of_candidate = ops.split(inner, 3, axis=-1)
        update = ops.sigmoid(update + of_update)
        reset = ops.sigmoid(reset + of_reset)
        candidate = ops.tanh(candidate + reset * of_candidate)
        if state is None:
            return [candidate - update * candidate]
        return [update * state[0] + (1.0 - update) * candidate]
