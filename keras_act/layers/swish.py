"""Swish: the layer around `keras_act.swish`, whose beta may be learnt."""

from typing import Any

from keras_act.functions._check import finite
from keras_act.functions._registry import Tensor, public
from keras_act.functions.self_gated import swish
from keras_act.layers._base import LearnableLayer, Shape


@public
class Swish(LearnableLayer):
    """Swish as a layer, its beta fixed or learnt; formula, derivative and source: `keras_act.swish`.

    Shape: any; the output has the input's.

    Args:
        beta: Steepness of the gate.
        learnable: Whether `beta` is a weight that starts at that value.
        axis: None for one beta for the whole layer, an axis for one per entry there (-1: per channel).

    >>> [round(float(y), 4) for y in Swish(beta=2.0)(np.array([-1.0, 0.0, 2.0]))]
    [-0.1192, 0.0, 1.964]

    Raises:
        ValueError: `beta` is not finite.
    """

    settings = ("beta", "learnable")

    def __init__(self, beta: float = 1.0, learnable: bool = False, **kwargs: Any) -> None:
        finite("beta", beta)
        super().__init__(**kwargs)
        self.beta = beta
        self.learnable = learnable

    def build(self, input_shape: Shape) -> None:
        """Makes the weight, if there is one."""
        self.weight = self.learn("beta", input_shape, self.beta) if self.learnable else None

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present beta."""
        return swish(inputs, beta=self.beta if self.weight is None else self.weight)
