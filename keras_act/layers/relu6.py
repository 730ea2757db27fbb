"""ReLU6: the layer around `keras_act.relu6`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import relu6
from keras_act.layers._base import ActivationLayer


@public
class ReLU6(ActivationLayer):
    """Rectifier with a ceiling of 6 as a layer; formula, derivative and source: `keras_act.relu6`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in ReLU6()(np.array([-1.0, 3.0, 9.0]))]
    [0.0, 3.0, 6.0]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return relu6(inputs)
