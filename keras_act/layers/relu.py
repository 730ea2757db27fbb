"""ReLU: the layer around `keras_act.relu`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import relu
from keras_act.layers._base import ActivationLayer


@public
class ReLU(ActivationLayer):
    """Rectifier `max(x, 0)` as a layer; formula, derivative and source: `keras_act.relu`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in ReLU()(np.array([-1.0, 0.0, 2.0]))]
    [0.0, 0.0, 2.0]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return relu(inputs)
