"""ACONC: the layer around `keras_act.acon_c`, with learnt parameters."""

from typing import Any

from keras_act.functions._check import finite
from keras_act.functions._registry import Tensor, public
from keras_act.functions.learnable import acon_c
from keras_act.layers._base import LearnableLayer, Shape


@public
class ACONC(LearnableLayer):
    """ACON-C with learnt lines and steepness; formula, derivative and source: `keras_act.acon_c`.

    Shape: any; the output has the input's.

    Args:
        p1: Where the slope of the first line starts.
        p2: Where the slope of the second line starts.
        beta: Where the steepness of the switch starts.
        axis: An axis for one set of weights per entry there (-1: per channel), None for one set for the whole layer.

    >>> [round(float(y), 4) for y in ACONC(p2=0.25)(np.array([[-1.0, 0.0, 2.0]]))[0]]
    [-0.4906, 0.0, 1.7264]

    Raises:
        ValueError: a start is not finite.
    """

    settings = ("p1", "p2", "beta")

    def __init__(
        self, p1: float = 1.0, p2: float = 0.0, beta: float = 1.0, *, axis: int | None = -1, **kwargs: Any
    ) -> None:
        finite("p1", p1)
        finite("p2", p2)
        finite("beta", beta)
        super().__init__(axis=axis, **kwargs)
        self.p1 = p1
        self.p2 = p2
        self.beta = beta

    def build(self, input_shape: Shape) -> None:
        """Makes the weights."""
        self.p1_weight = self.learn("p1", input_shape, self.p1)
        self.p2_weight = self.learn("p2", input_shape, self.p2)
        self.beta_weight = self.learn("beta", input_shape, self.beta)

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present weights."""
        return acon_c(inputs, p1=self.p1_weight, p2=self.p2_weight, beta=self.beta_weight)
