"""What all activation layers share: dtype, mask, output shape and configuration. It must not know any formula.

Layer                           keras
`-- ActivationLayer             dtype, mask, configuration
    |-- one class per function  the shape stays, or `compute_output_shape` says what becomes of it
    `-- LearnableLayer          parameters that are learnt, one for all or one per entry of an axis
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import keras

from keras_act.functions._check import has_axis
from keras_act.functions._registry import Tensor

Shape = tuple[int | None, ...]


class ActivationLayer(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A layer without a dtype of its own: it keeps its input's, so that it fits into any host as `activation=`.

    With an explicit `dtype` it casts its input to that policy's compute dtype, as any Keras layer does. Weights stay in
    the policy's variable dtype, and formulas in half precision run in float32.
    """

    settings: ClassVar[Sequence[str]] = ()  # constructor arguments, kept in attributes of the same name

    def __init__(self, *, dtype: Any = None, autocast: bool | None = None, **kwargs: Any) -> None:
        super().__init__(dtype=dtype, autocast=dtype is not None if autocast is None else autocast, **kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; layers that change it say so."""
        return input_shape

    def compute_output_spec(self, inputs: Tensor, *args: Any, **kwargs: Any) -> Any:
        """Shape as computed; dtype of the policy if it is this layer's own, else the input's."""
        dtype = self.compute_dtype if self.autocast else keras.backend.standardize_dtype(inputs.dtype)
        floating = dtype if "float" in dtype else keras.config.floatx()
        return keras.KerasTensor(self.compute_output_shape(tuple(inputs.shape)), dtype=floating)

    def get_config(self) -> dict[str, Any]:
        """Keras's configuration, whether the dtype is this layer's own, and the settings."""
        own = {name: getattr(self, name) for name in self.settings}
        return {**super().get_config(), "autocast": self.autocast, **own}


class LearnableLayer(ActivationLayer):
    """Parameters that are learnt: one number for the whole layer, or one per entry of `axis` (-1: per channel)."""

    def __init__(self, *, axis: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def learn(self, name: str, input_shape: Shape, start: float, **more: Any) -> Any:
        """A new weight that starts at `start` and broadcasts to the input; `axis` and `constraint` may be given."""
        shape = along(input_shape, more.pop("axis", self.axis))
        start_at = keras.initializers.Constant(start)
        return self.add_weight(name=name, shape=shape, initializer=start_at, autocast=False, **more)

    def get_config(self) -> dict[str, Any]:
        """Adds the axis."""
        return {**super().get_config(), "axis": self.axis}


def along(input_shape: Shape, axis: int | None) -> tuple[int, ...]:
    """Shape of a weight with one entry per position of `axis`: ones after it; () for None."""
    if axis is None:
        return ()
    has_axis("inputs", input_shape, axis)
    at = axis % len(input_shape)
    size = input_shape[at]
    if at == 0 or size is None:
        raise ValueError(
            f"a parameter per entry of axis {axis} needs an axis of known size behind the batch. "
            f"Received: input_shape={tuple(input_shape)}"
        )
    return (size, *(1 for _ in input_shape[at + 1 :]))


def mask_without(axis: int, rank: int, mask: Tensor) -> Tensor:
    """The mask of an output whose `axis` changed its size: the input's, unless the mask runs along that axis."""
    return None if mask is None or axis % rank < len(mask.shape) else mask


def resized(shape: Shape, axis: int, times: int, parts: int) -> Shape:
    """`shape` with the size along `axis` multiplied by `times` and divided by `parts`."""
    at, size = axis % len(shape), shape[axis]
    return (*shape[:at], None if size is None else size * times // parts, *shape[at + 1 :])
