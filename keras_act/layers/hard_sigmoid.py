"""HardSigmoid: the layer around `keras_act.hard_sigmoid`."""

from typing import Any

from keras_act.functions._check import finite, positive
from keras_act.functions._registry import Tensor, public
from keras_act.functions.sigmoids import hard_sigmoid
from keras_act.layers._base import ActivationLayer


@public
class HardSigmoid(ActivationLayer):
    """Piecewise-linear sigmoid as a layer; formula, derivative and source: `keras_act.hard_sigmoid`.

    Shape: any; the output has the input's.

    Args:
        slope: Slope of the middle, > 0.
        offset: Value at 0.

    >>> [round(float(y), 4) for y in HardSigmoid(slope=0.2)(np.array([-4.0, 0.0, 1.0]))]
    [0.0, 0.5, 0.7]

    Raises:
        ValueError: a setting is out of its range or not finite.
    """

    settings = ("slope", "offset")

    def __init__(self, slope: float = 1 / 6, offset: float = 0.5, **kwargs: Any) -> None:
        positive("slope", slope)
        finite("offset", offset)
        super().__init__(**kwargs)
        self.slope = slope
        self.offset = offset

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return hard_sigmoid(inputs, slope=self.slope, offset=self.offset)
