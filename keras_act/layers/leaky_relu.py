"""LeakyReLU: the layer around `keras_act.leaky_relu`."""

from typing import Any

from keras_act.functions._check import between
from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import leaky_relu
from keras_act.layers._base import ActivationLayer


@public
class LeakyReLU(ActivationLayer):
    """Leaky rectifier as a layer; formula, derivative and source: `keras_act.leaky_relu`.

    Shape: any; the output has the input's.

    Args:
        negative_slope: Slope below 0, in [0, 1]. Keras's layer has 0.3, its function 0.2.

    >>> [round(float(y), 4) for y in LeakyReLU(negative_slope=0.25)(np.array([-1.0, 0.0, 2.0]))]
    [-0.25, 0.0, 2.0]

    Raises:
        ValueError: a setting is out of its range or not finite.
    """

    settings = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, **kwargs: Any) -> None:
        between("negative_slope", negative_slope, 0.0, 1.0)
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return leaky_relu(inputs, negative_slope=self.negative_slope)
