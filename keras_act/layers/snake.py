"""Snake: the layer around `keras_act.snake`, whose frequency may be learnt."""

from typing import Any

from keras_act.functions._check import positive
from keras_act.functions._registry import Tensor, public
from keras_act.functions.learnable import snake
from keras_act.layers._base import LearnableLayer, Shape


@public
class Snake(LearnableLayer):
    """Snake as a layer, its frequency fixed or learnt; formula, derivative and source: `keras_act.snake`.

    Shape: any; the output has the input's.

    Args:
        frequency: The a of `x + sin(a x)^2 / a`, > 0.
        learnable: Whether `frequency` is a weight that starts at that value.
        axis: None for one frequency for the whole layer, an axis for one per entry there (-1: per channel).

    >>> [round(float(y), 4) for y in Snake(frequency=0.5)(np.array([-1.0, 0.0, 2.0]))]
    [-0.5403, 0.0, 3.4161]

    Raises:
        ValueError: `frequency` is not positive and finite.
    """

    settings = ("frequency", "learnable")

    def __init__(self, frequency: float = 1.0, learnable: bool = False, **kwargs: Any) -> None:
        positive("frequency", frequency)
        super().__init__(**kwargs)
        self.frequency = frequency
        self.learnable = learnable

    def build(self, input_shape: Shape) -> None:
        """Makes the weight, if there is one."""
        self.weight = self.learn("frequency", input_shape, self.frequency) if self.learnable else None

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present frequency."""
        return snake(inputs, frequency=self.frequency if self.weight is None else self.weight)
