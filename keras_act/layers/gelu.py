"""GELU: the layer around `keras_act.gelu`."""

from typing import Any

from keras_act.functions._registry import Tensor, public
from keras_act.functions.self_gated import gelu
from keras_act.layers._base import ActivationLayer


@public
class GELU(ActivationLayer):
    """Gaussian error linear unit as a layer; formula, derivative and source: `keras_act.gelu`.

    Shape: any; the output has the input's.

    Args:
        approximate: True for the tanh form.

    >>> [round(float(y), 4) for y in GELU()(np.array([-1.0, 0.0, 2.0]))]
    [-0.1587, 0.0, 1.9545]
    """

    settings = ("approximate",)

    def __init__(self, approximate: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.approximate = approximate

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return gelu(inputs, approximate=self.approximate)
