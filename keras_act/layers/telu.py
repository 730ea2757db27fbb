"""TeLU: the layer around `keras_act.telu`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.self_gated import telu
from keras_act.layers._base import ActivationLayer


@public
class TeLU(ActivationLayer):
    """Hyperbolic tangent exponential linear unit as a layer; formula, derivative and source: `keras_act.telu`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in TeLU()(np.array([-1.0, 0.0, 2.0]))]
    [-0.3521, 0.0, 2.0]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return telu(inputs)
