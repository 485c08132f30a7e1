"""The model of the original notebook."""

import keras

from trainer.models.recurrent import RecurrentModel


@keras.saving.register_keras_serializable(package="seamstress")
class LstmModel(RecurrentModel):
    """LSTM layers (Hochreiter and Schmidhuber, 1997), as in the notebook."""

    def recurrent_layer(self, units: int) -> keras.layers.Layer:
        """Returns an LSTM with the notebook's initialiser."""
        return keras.layers.LSTM(
            units,
            return_sequences=True,
            recurrent_initializer="glorot_normal",
            dtype=self.dtype_policy,
        )
