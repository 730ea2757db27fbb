"""ShiftedReLU: the layer around `keras_act.shifted_relu`."""

from typing import Any

from keras_act.functions._check import at_least_zero
from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import shifted_relu
from keras_act.layers._base import ActivationLayer


@public
class ShiftedReLU(ActivationLayer):
    """Shifted rectifier `max(-a, x)` as a layer; formula, derivative and source: `keras_act.shifted_relu`.

    Shape: any; the output has the input's.

    Args:
        a: Distance of the floor below 0, >= 0.

    >>> [round(float(y), 4) for y in ShiftedReLU(a=1.0)(np.array([-3.0, -0.5, 2.0]))]
    [-1.0, -0.5, 2.0]

    Raises:
        ValueError: a setting is out of its range or not finite.
    """

    settings = ("a",)

    def __init__(self, a: float = 1.0, **kwargs: Any) -> None:
        at_least_zero("a", a)
        super().__init__(**kwargs)
        self.a = a

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return shifted_relu(inputs, a=self.a)
