"""SELU: the layer around `keras_act.selu`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.exponential import selu
from keras_act.layers._base import ActivationLayer


@public
class SELU(ActivationLayer):
    """Scaled exponential linear unit as a layer; formula, derivative and source: `keras_act.selu`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in SELU()(np.array([-1.0, 0.0, 2.0]))]
    [-1.1113, 0.0, 2.1014]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return selu(inputs)
