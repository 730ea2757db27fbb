"""StarReLU: the layer around `keras_act.star_relu`, with learnt parameters."""

from typing import Any

from keras_act.functions._check import finite
from keras_act.functions._registry import Tensor, public
from keras_act.functions.powers import star_relu
from keras_act.layers._base import LearnableLayer, Shape


@public
class StarReLU(LearnableLayer):
    """StarReLU with learnt scale and bias; formula, derivative and source: `keras_act.star_relu`.

    Shape: any; the output has the input's.

    Args:
        scale: Where the factor starts.
        bias: Where the shift starts.
        axis: An axis for one set of weights per entry there (-1: per channel), None for one set for the whole layer.

    >>> [round(float(y), 4) for y in StarReLU()(np.array([[-1.0, 0.0, 2.0]]))[0]]
    [-0.4472, -0.4472, 3.1305]

    Raises:
        ValueError: a start is not finite.
    """

    settings = ("scale", "bias")

    def __init__(
        self,
        scale: float = 0.8944271909999159,
        bias: float = -0.4472135954999579,
        *,
        axis: int | None = None,
        **kwargs: Any,
    ) -> None:
        finite("scale", scale)
        finite("bias", bias)
        super().__init__(axis=axis, **kwargs)
        self.scale = scale
        self.bias = bias

    def build(self, input_shape: Shape) -> None:
        """Makes the weights."""
        self.scale_weight = self.learn("scale", input_shape, self.scale)
        self.bias_weight = self.learn("bias", input_shape, self.bias)

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present weights."""
        return star_relu(inputs, scale=self.scale_weight, bias=self.bias_weight)
