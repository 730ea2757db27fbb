"""Sigmoid: the layer around `keras_act.sigmoid`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.sigmoids import sigmoid
from keras_act.layers._base import ActivationLayer


@public
class Sigmoid(ActivationLayer):
    """Logistic function as a layer; formula, derivative and source: `keras_act.sigmoid`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in Sigmoid()(np.array([-1.0, 0.0, 2.0]))]
    [0.2689, 0.5, 0.8808]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return sigmoid(inputs)
