"""PReLU: the leaky rectifier whose slopes are learnt, one per channel unless told otherwise."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_act.functions._check import has_axis
from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import prelu
from keras_act.layers._base import ActivationLayer, Shape


@public
class PReLU(ActivationLayer):
    """Parametric rectifier; formula, derivative and source: `keras_act.prelu`.

    One alpha per channel (last axis), starting at 0.25, as in the paper; Keras has one per position that starts at 0.
    Shape: any of at least two axes; the output has the input's. Axes that share their alpha may be of unknown size.

    Args:
        alpha_initializer: Where alpha starts: an initializer, its name or a number.
        alpha_regularizer: Regularizer of alpha.
        alpha_constraint: Constraint on alpha.
        shared_axes: Axes along which alpha is shared, counted with the batch (which always is), negative from the end.
            None shares all but the last; () shares none, as Keras does; for channels first, `[-2, -1]` or `[2, 3]`.

    >>> [round(float(y), 4) for y in PReLU()(np.array([[-1.0, 0.0, 2.0]]))[0]]
    [-0.25, 0.0, 2.0]

    Raises:
        ValueError: an axis that the input does not have, or an alpha per entry of an axis of unknown size.
    """

    def __init__(
        self,
        alpha_initializer: Any = 0.25,
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        number = isinstance(alpha_initializer, int | float)
        start = keras.initializers.Constant(alpha_initializer) if number else alpha_initializer
        self.alpha_initializer = keras.initializers.get(start)
        self.alpha_regularizer = keras.regularizers.get(alpha_regularizer)
        self.alpha_constraint = keras.constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes

    def build(self, input_shape: Shape) -> None:
        """Makes alpha."""
        self.alpha = self.add_weight(
            name="alpha",
            shape=alpha_shape(input_shape, self.shared_axes),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            autocast=False,
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function with the present alpha."""
        return prelu(inputs, alpha=self.alpha)

    def get_config(self) -> dict[str, Any]:
        """Adds alpha's initializer, regularizer and constraint, and the shared axes."""
        return {
            **super().get_config(),
            "alpha_initializer": keras.initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": keras.regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": keras.constraints.serialize(self.alpha_constraint),
            "shared_axes": None if self.shared_axes is None else list(self.shared_axes),
        }


def alpha_shape(input_shape: Shape, shared_axes: Sequence[int] | None) -> tuple[int, ...]:
    """Alpha's shape: the input's without the batch, 1 along shared axes."""
    rank = len(input_shape)
    for axis in shared_axes or ():
        has_axis("inputs", input_shape, axis)
    shared = set(range(rank - 1)) if shared_axes is None else {axis % rank for axis in shared_axes}
    unknown = [i for i in range(1, rank) if i not in shared and input_shape[i] is None]
    if unknown:
        raise ValueError(
            f"alpha needs known sizes along axes {unknown}, or shared_axes that name them. "
            f"Received: input_shape={tuple(input_shape)}, shared_axes={shared_axes}"
        )
    return tuple(1 if i in shared else int(input_shape[i] or 0) for i in range(1, rank))
