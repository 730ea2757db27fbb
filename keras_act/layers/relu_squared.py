"""ReLUSquared: the layer around `keras_act.relu_squared`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.powers import relu_squared
from keras_act.layers._base import ActivationLayer


@public
class ReLUSquared(ActivationLayer):
    """Squared rectifier as a layer; formula, derivative and source: `keras_act.relu_squared`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in ReLUSquared()(np.array([-1.0, 0.0, 3.0]))]
    [0.0, 0.0, 9.0]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return relu_squared(inputs)
