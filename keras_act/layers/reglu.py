"""ReGLU: the layer around `keras_act.reglu`."""

from keras_act.functions._registry import public
from keras_act.functions.gated import reglu
from keras_act.layers._gated import GatedLayer


@public
class ReGLU(GatedLayer):
    """Gated unit with a rectifier as a layer; formula, derivative and source: `keras_act.reglu`.

    Shape: any with an even size along `axis`; the output has half of it there.

    Args:
        axis: The axis that holds the values (first half) and the gates (second half).

    >>> [round(float(y), 4) for y in ReGLU()(np.array([[1.0, 2.0, -1.0, 3.0]]))[0]]
    [0.0, 6.0]

    Raises:
        ValueError: the input has no such axis, or its size there is odd.
    """

    function = staticmethod(reglu)
