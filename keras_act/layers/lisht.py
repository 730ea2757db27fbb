"""LiSHT: the layer around `keras_act.lisht`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.self_gated import lisht
from keras_act.layers._base import ActivationLayer


@public
class LiSHT(ActivationLayer):
    """Linearly scaled hyperbolic tangent as a layer; formula, derivative and source: `keras_act.lisht`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in LiSHT()(np.array([-1.0, 0.0, 2.0]))]
    [0.7616, 0.0, 1.9281]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return lisht(inputs)
