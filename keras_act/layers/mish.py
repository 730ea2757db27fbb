"""Mish: the layer around `keras_act.mish`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.self_gated import mish
from keras_act.layers._base import ActivationLayer


@public
class Mish(ActivationLayer):
    """Mish as a layer; formula, derivative and source: `keras_act.mish`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in Mish()(np.array([-1.0, 0.0, 2.0]))]
    [-0.3034, 0.0, 1.944]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return mish(inputs)
