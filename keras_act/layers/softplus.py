"""Softplus: the layer around `keras_act.softplus`."""

from typing import Any

from keras_act.functions._check import positive
from keras_act.functions._registry import Tensor, public
from keras_act.functions.smooth import softplus
from keras_act.layers._base import ActivationLayer


@public
class Softplus(ActivationLayer):
    """Softplus with a sharpness as a layer; formula, derivative and source: `keras_act.softplus`.

    Shape: any; the output has the input's.

    Args:
        sharpness: The k of `log(1 + exp(k x)) / k`, > 0.

    >>> [round(float(y), 4) for y in Softplus(sharpness=5.0)(np.array([-1.0, 0.0, 2.0]))]
    [0.0013, 0.1386, 2.0]

    Raises:
        ValueError: a setting is out of its range or not finite.
    """

    settings = ("sharpness",)

    def __init__(self, sharpness: float = 1.0, **kwargs: Any) -> None:
        positive("sharpness", sharpness)
        super().__init__(**kwargs)
        self.sharpness = sharpness

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return softplus(inputs, sharpness=self.sharpness)
