"""The recurrent model with GRU layers."""

import keras

from trainer.models.recurrent import RecurrentModel


@keras.saving.register_keras_serializable(package="seamstress")
class GruModel(RecurrentModel):
    """GRU layers (Cho et al., 2014), as in GRU4Rec (Hidasi et al., 2016)."""

    def recurrent_layer(self, units: int) -> keras.layers.Layer:
        """Returns a GRU, with the reset after the product, as cuDNN has it."""
        return keras.layers.GRU(units, return_sequences=True, dtype=self.dtype_policy)
