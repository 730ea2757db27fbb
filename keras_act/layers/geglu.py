"""GEGLU: the layer around `keras_act.geglu`."""

from keras_act.functions._registry import public
from keras_act.functions.gated import geglu
from keras_act.layers._gated import GatedLayer


@public
class GEGLU(GatedLayer):
    """Gated unit with an exact GELU as a layer; formula, derivative and source: `keras_act.geglu`.

    Shape: any with an even size along `axis`; the output has half of it there.

    Args:
        axis: The axis that holds the values (first half) and the gates (second half).

    >>> [round(float(y), 4) for y in GEGLU()(np.array([[1.0, 2.0, -1.0, 3.0]]))[0]]
    [-0.1587, 5.9919]

    Raises:
        ValueError: the input has no such axis, or its size there is odd.
    """

    function = staticmethod(geglu)
