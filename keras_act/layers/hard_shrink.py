"""HardShrink: the layer around `keras_act.hard_shrink`."""

from typing import Any

from keras_act.functions._check import ordered
from keras_act.functions._registry import Tensor, public
from keras_act.functions.shrink import hard_shrink
from keras_act.layers._base import ActivationLayer


@public
class HardShrink(ActivationLayer):
    """Hard threshold as a layer; formula, derivative and source: `keras_act.hard_shrink`.

    Shape: any; the output has the input's.

    Args:
        lower: Lower end of what becomes 0.
        upper: Upper end, not below the lower one.

    >>> [round(float(y), 4) for y in HardShrink()(np.array([-1.0, 0.25, 2.0]))]
    [-1.0, 0.0, 2.0]

    Raises:
        ValueError: a setting is out of its range or not finite.
    """

    settings = ("lower", "upper")

    def __init__(self, lower: float = -0.5, upper: float = 0.5, **kwargs: Any) -> None:
        ordered("lower", lower, "upper", upper)
        super().__init__(**kwargs)
        self.lower = lower
        self.upper = upper

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return hard_shrink(inputs, lower=self.lower, upper=self.upper)
