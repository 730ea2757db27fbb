"""XIELU: the layer around `keras_act.xielu`, with learnt alphas."""

import math
from typing import Any

from keras import ops

from keras_act.functions._check import finite, positive
from keras_act.functions._registry import Tensor, public
from keras_act.functions.powers import xielu
from keras_act.layers._base import LearnableLayer, Shape


@public
class XIELU(LearnableLayer):
    """xIELU with learnt alphas; formula, derivative and source: `keras_act.xielu`.

    As in the paper, softplus keeps `alpha_positive` above 0 and `alpha_negative` above beta; the weights are its
    arguments.
    Shape: any; the output has the input's.

    Args:
        alpha_positive: Where the upper alpha starts, > 0.
        alpha_negative: Where the lower alpha starts, > beta.
        beta: The slope at 0, fixed.
        axis: None for one pair of alphas for the whole layer, an axis for one per entry there (-1: per channel).

    >>> [round(float(y), 4) for y in XIELU()(np.array([-1.0, 0.0, 1.0]))]
    [-0.2057, 0.0, 1.3]

    Raises:
        ValueError: a setting is not finite, `alpha_positive <= 0` or `alpha_negative <= beta`.
    """

    settings = ("alpha_positive", "alpha_negative", "beta")

    def __init__(
        self, alpha_positive: float = 0.8, alpha_negative: float = 0.8, beta: float = 0.5, **kwargs: Any
    ) -> None:
        finite("beta", beta)
        positive("alpha_positive", alpha_positive)
        finite("alpha_negative", alpha_negative)
        if alpha_negative <= beta:
            raise ValueError(f"alpha_negative must exceed beta. Received: {alpha_negative=}, {beta=}")
        super().__init__(**kwargs)
        self.alpha_positive = alpha_positive
        self.alpha_negative = alpha_negative
        self.beta = beta

    def build(self, input_shape: Shape) -> None:
        """Makes the weights."""
        self.upper = self.learn("upper", input_shape, _inverse_softplus(self.alpha_positive))
        self.lower = self.learn("lower", input_shape, _inverse_softplus(self.alpha_negative - self.beta))

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present alphas."""
        above, below = ops.softplus(self.upper), self.beta + ops.softplus(self.lower)
        return xielu(inputs, alpha_positive=above, alpha_negative=below, beta=self.beta)


def _inverse_softplus(y: float) -> float:
    return y + math.log(-math.expm1(-y))
