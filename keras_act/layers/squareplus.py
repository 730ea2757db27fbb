"""Squareplus: the layer around `keras_act.squareplus`, whose b may be learnt."""

from typing import Any

import keras

from keras_act.functions._check import at_least_zero
from keras_act.functions._registry import Tensor, public
from keras_act.functions.smooth import squareplus
from keras_act.layers._base import LearnableLayer, Shape


@public
class Squareplus(LearnableLayer):
    """Squareplus as a layer, its b fixed or learnt; formula, derivative and source: `keras_act.squareplus`.

    Shape: any; the output has the input's.

    Args:
        b: Roundness, >= 0; a learnt one is kept there by a constraint.
        learnable: Whether `b` is a weight that starts at that value.
        axis: None for one b for the whole layer, an axis for one per entry there (-1: per channel).

    >>> [round(float(y), 4) for y in Squareplus(b=1.0)(np.array([-1.0, 0.0, 2.0]))]
    [0.2071, 0.5, 2.118]

    Raises:
        ValueError: `b` is negative or not finite.
    """

    settings = ("b", "learnable")

    def __init__(self, b: float = 4.0, learnable: bool = False, **kwargs: Any) -> None:
        at_least_zero("b", b)
        super().__init__(**kwargs)
        self.b = b
        self.learnable = learnable

    def build(self, input_shape: Shape) -> None:
        """Makes the weight, if there is one."""
        self.weight = (
            self.learn("b", input_shape, self.b, constraint=keras.constraints.NonNeg()) if self.learnable else None
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present b."""
        return squareplus(inputs, b=self.b if self.weight is None else self.weight)
