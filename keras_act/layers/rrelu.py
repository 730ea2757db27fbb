"""RReLU: the leaky rectifier that draws its slopes anew while it trains."""

from typing import Any

import keras
from keras import ops

from keras_act.functions._check import between, ordered
from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import prelu, rrelu
from keras_act.layers._base import ActivationLayer


@public
class RReLU(ActivationLayer):
    """Randomised leaky rectifier; formula, derivative and source: `keras_act.rrelu`.

    Training draws a slope per element, uniform in [lower, upper]; inference uses the mean.
    Shape: any; the output has the input's.

    Args:
        lower: Smallest slope, in [0, 1].
        upper: Largest slope, in [0, 1], not below `lower`.
        seed: Makes the draws repeatable.

    >>> [round(float(y), 4) for y in RReLU()(np.array([-1.0, 0.0, 2.0]))]
    [-0.2292, 0.0, 2.0]

    Raises:
        ValueError: `lower > upper`, or one of them lies outside [0, 1].
    """

    settings = ("lower", "upper", "seed")

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, seed: int | None = None, **kwargs: Any) -> None:
        between("lower", lower, 0.0, 1.0)
        between("upper", upper, 0.0, 1.0)
        ordered("lower", lower, "upper", upper)
        super().__init__(**kwargs)
        self.lower = lower
        self.upper = upper
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Applies the function, with random slopes if `training`."""
        if not training or self.lower == self.upper:
            return rrelu(inputs, lower=self.lower, upper=self.upper)
        slopes = keras.random.uniform(
            ops.shape(inputs), self.lower, self.upper, dtype="float32", seed=self.seed_generator
        )
        return prelu(inputs, alpha=slopes)
