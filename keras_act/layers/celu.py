"""CELU: the layer around `keras_act.celu`."""

from typing import Any

from keras_act.functions._check import positive
from keras_act.functions._registry import Tensor, public
from keras_act.functions.exponential import celu
from keras_act.layers._base import ActivationLayer


@public
class CELU(ActivationLayer):
    """Continuously differentiable ELU as a layer; formula, derivative and source: `keras_act.celu`.

    Shape: any; the output has the input's.

    Args:
        alpha: Depth and width of the lower half, > 0.

    >>> [round(float(y), 4) for y in CELU(alpha=0.5)(np.array([-1.0, 0.0, 2.0]))]
    [-0.4323, 0.0, 2.0]

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
        return celu(inputs, alpha=self.alpha)
