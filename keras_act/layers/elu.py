"""ELU: the layer around `keras_act.elu`."""

from typing import Any

from keras_act.functions._check import positive
from keras_act.functions._registry import Tensor, public
from keras_act.functions.exponential import elu
from keras_act.layers._base import ActivationLayer


@public
class ELU(ActivationLayer):
    """Exponential linear unit as a layer; formula, derivative and source: `keras_act.elu`.

    Shape: any; the output has the input's.

    Args:
        alpha: Depth of the lower half, > 0.

    >>> [round(float(y), 4) for y in ELU(alpha=0.5)(np.array([-1.0, 0.0, 2.0]))]
    [-0.3161, 0.0, 2.0]

    Raises:
        ValueError: a setting is out of its range or not finite.
    """

    settings = ("alpha",)

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        positive("alpha", alpha)
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return elu(inputs, alpha=self.alpha)
