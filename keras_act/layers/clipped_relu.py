"""ClippedReLU: the layer around `keras_act.clipped_relu`."""

from typing import Any

from keras_act.functions._check import positive
from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import clipped_relu
from keras_act.layers._base import ActivationLayer


@public
class ClippedReLU(ActivationLayer):
    """Rectifier with a ceiling as a layer; formula, derivative and source: `keras_act.clipped_relu`.

    Shape: any; the output has the input's.

    Args:
        max_value: The ceiling, > 0.

    >>> [round(float(y), 4) for y in ClippedReLU(max_value=4.0)(np.array([-1.0, 3.0, 9.0]))]
    [0.0, 3.0, 4.0]

    Raises:
        ValueError: a setting is out of its range or not finite.
    """

    settings = ("max_value",)

    def __init__(self, max_value: float = 6.0, **kwargs: Any) -> None:
        positive("max_value", max_value)
        super().__init__(**kwargs)
        self.max_value = max_value

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return clipped_relu(inputs, max_value=self.max_value)
