"""HardTanh: the layer around `keras_act.hard_tanh`."""

from typing import Any

from keras_act.functions._check import ordered
from keras_act.functions._registry import Tensor, public
from keras_act.functions.sigmoids import hard_tanh
from keras_act.layers._base import ActivationLayer


@public
class HardTanh(ActivationLayer):
    """Piecewise-linear tanh as a layer; formula, derivative and source: `keras_act.hard_tanh`.

    Shape: any; the output has the input's.

    Args:
        min_value: The floor.
        max_value: The ceiling, not below the floor.

    >>> [round(float(y), 4) for y in HardTanh(max_value=2.0)(np.array([-4.0, 0.5, 3.0]))]
    [-1.0, 0.5, 2.0]

    Raises:
        ValueError: a setting is out of its range or not finite.
    """

    settings = ("min_value", "max_value")

    def __init__(self, min_value: float = -1.0, max_value: float = 1.0, **kwargs: Any) -> None:
        ordered("min_value", min_value, "max_value", max_value)
        super().__init__(**kwargs)
        self.min_value = min_value
        self.max_value = max_value

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return hard_tanh(inputs, min_value=self.min_value, max_value=self.max_value)
