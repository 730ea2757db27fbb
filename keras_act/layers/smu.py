"""SMU: the layer around `keras_act.smu`, with learnt parameters."""

from typing import Any

from keras_act.functions._check import between, finite
from keras_act.functions._registry import Tensor, public
from keras_act.functions.learnable import smu
from keras_act.layers._base import LearnableLayer, Shape


@public
class SMU(LearnableLayer):
    """Smooth maximum unit with learnt mu; formula, derivative and source: `keras_act.smu`.

    Shape: any; the output has the input's.

    Args:
        alpha: Slope far below 0, fixed, in [0, 1].
        mu: Where the sharpness starts.
        axis: An axis for one set of weights per entry there (-1: per channel), None for one set for the whole layer.

    >>> [round(float(y), 4) for y in SMU()(np.array([[-1.0, 0.0, 2.0]]))[0]]
    [-0.3583, 0.0, 1.9746]

    Raises:
        ValueError: `alpha` lies outside [0, 1] or `mu` is not finite.
    """

    settings = ("alpha", "mu")

    def __init__(self, alpha: float = 0.25, mu: float = 1.0, *, axis: int | None = None, **kwargs: Any) -> None:
        between("alpha", alpha, 0.0, 1.0)
        finite("mu", mu)
        super().__init__(axis=axis, **kwargs)
        self.alpha = alpha
        self.mu = mu

    def build(self, input_shape: Shape) -> None:
        """Makes the weights."""
        self.mu_weight = self.learn("mu", input_shape, self.mu)

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present weights."""
        return smu(inputs, alpha=self.alpha, mu=self.mu_weight)
