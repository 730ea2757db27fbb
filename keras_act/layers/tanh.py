"""Tanh: the layer around `keras_act.tanh`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.sigmoids import tanh
from keras_act.layers._base import ActivationLayer


@public
class Tanh(ActivationLayer):
    """Hyperbolic tangent as a layer; derivative and source: `keras_act.tanh`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in Tanh()(np.array([-1.0, 0.0, 2.0]))]
    [-0.7616, 0.0, 0.964]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return tanh(inputs)
