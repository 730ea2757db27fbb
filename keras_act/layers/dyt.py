"""DyT: the layer around `keras_act.dyt`, with learnt parameters."""

from typing import Any

from keras_act.functions._check import finite
from keras_act.functions._registry import Tensor, public
from keras_act.functions.sigmoids import dyt
from keras_act.layers._base import LearnableLayer, Shape


@public
class DyT(LearnableLayer):
    """Dynamic tanh, a stand-in for layer normalisation; formula, derivative and source: `keras_act.dyt`.

    Shape: any; the output has the input's.

    Args:
        alpha: Where the steepness starts; one for the whole layer, as in the paper.
        gamma: Where the factors start.
        beta: Where the shifts start.
        axis: An axis for one gamma and beta per entry there (-1: per channel), None for one for the whole layer.

    >>> [round(float(y), 4) for y in DyT()(np.array([[-1.0, 0.0, 2.0]]))[0]]
    [-0.4621, 0.0, 0.7616]

    Raises:
        ValueError: a start is not finite.
    """

    settings = ("alpha", "gamma", "beta")

    def __init__(
        self, alpha: float = 0.5, gamma: float = 1.0, beta: float = 0.0, *, axis: int | None = -1, **kwargs: Any
    ) -> None:
        finite("alpha", alpha)
        finite("gamma", gamma)
        finite("beta", beta)
        super().__init__(axis=axis, **kwargs)
        self.alpha = alpha
        self.gamma = gamma
        self.beta = beta

    def build(self, input_shape: Shape) -> None:
        """Makes the weights."""
        self.alpha_weight = self.learn("alpha", input_shape, self.alpha, axis=None)
        self.gamma_weight = self.learn("gamma", input_shape, self.gamma)
        self.beta_weight = self.learn("beta", input_shape, self.beta)

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present weights."""
        return dyt(inputs, alpha=self.alpha_weight, gamma=self.gamma_weight, beta=self.beta_weight)
