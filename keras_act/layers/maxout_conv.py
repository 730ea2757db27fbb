"""MaxoutConv1D, 2D and 3D: a convolution followed by Maxout."""

from typing import Any

import keras

from keras_act.functions._check import whole
from keras_act.functions._registry import Tensor, public
from keras_act.functions.pieces import maxout
from keras_act.layers._base import Shape, resized


class MaxoutConv:
    """What the three share; mixed in before Keras's convolution."""

    def __init__(self, filters: int, kernel_size: int | tuple[int, ...], pieces: int = 2, **kwargs: Any) -> None:
        whole("filters", filters, 1)
        whole("pieces", pieces, 1)
        super().__init__(filters * pieces, kernel_size, **kwargs)  # type: ignore[call-arg]  # Keras's, which is untyped
        self.pieces = pieces

    @property
    def channel_axis(self) -> int:
        """Where the channels are."""
        return 1 if self.data_format == "channels_first" else -1  # type: ignore[attr-defined]

    def call(self, inputs: Tensor) -> Tensor:
        """The largest of each channel's maps."""
        return maxout(super().call(inputs), pieces=self.pieces, axis=self.channel_axis)  # type: ignore[misc]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Keras's shape with the channels of the output."""
        full: Shape = super().compute_output_shape(input_shape)  # type: ignore[misc]
        return resized(tuple(full), self.channel_axis, 1, self.pieces)

    def get_config(self) -> dict[str, Any]:
        """Keras's configuration with the channels of the output, and the pieces."""
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return {**config, "filters": config["filters"] // self.pieces, "pieces": self.pieces}


@public
class MaxoutConv1D(MaxoutConv, keras.layers.Conv1D):  # type: ignore[misc]  # Keras ships no types
    """1-D convolution whose filters are each the largest of `pieces` maps; derivative and source: `keras_act.maxout`.

    Shape: as for `keras.layers.Conv1D`, with `filters` channels. The kernel has filters * pieces of them.

    Args:
        filters: Channels of the output, >= 1.
        kernel_size: As for Keras.
        pieces: How many maps compete for each channel, >= 1.
        kwargs: As for `keras.layers.Conv1D`; an `activation` acts on the maps before they compete.

    >>> MaxoutConv1D(3, 2, data_format="channels_last")(np.ones((2, 4, 1))).shape[-1]
    3

    Raises:
        ValueError: `filters` or `pieces` is no positive integer.
    """


@public
class MaxoutConv2D(MaxoutConv, keras.layers.Conv2D):  # type: ignore[misc]  # Keras ships no types
    """2-D convolution whose filters are each the largest of `pieces` maps; derivative and source: `keras_act.maxout`.

    Shape: as for `keras.layers.Conv2D`, with `filters` channels. The kernel has filters * pieces of them.

    Args:
        filters: Channels of the output, >= 1.
        kernel_size: As for Keras.
        pieces: How many maps compete for each channel, >= 1.
        kwargs: As for `keras.layers.Conv2D`; an `activation` acts on the maps before they compete.

    >>> MaxoutConv2D(3, 2, data_format="channels_last")(np.ones((2, 4, 4, 1))).shape[-1]
    3

    Raises:
        ValueError: `filters` or `pieces` is no positive integer.
    """


@public
class MaxoutConv3D(MaxoutConv, keras.layers.Conv3D):  # type: ignore[misc]  # Keras ships no types
    """3-D convolution whose filters are each the largest of `pieces` maps; derivative and source: `keras_act.maxout`.

    Shape: as for `keras.layers.Conv3D`, with `filters` channels. The kernel has filters * pieces of them.

    Args:
        filters: Channels of the output, >= 1.
        kernel_size: As for Keras.
        pieces: How many maps compete for each channel, >= 1.
        kwargs: As for `keras.layers.Conv3D`; an `activation` acts on the maps before they compete.

    >>> MaxoutConv3D(3, 2, data_format="channels_last")(np.ones((2, 4, 4, 4, 1))).shape[-1]
    3

    Raises:
        ValueError: `filters` or `pieces` is no positive integer.
    """
