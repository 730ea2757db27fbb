"""Layout: which axes of a kernel are summed over, which are outputs, and so its fans. A leaf: shapes only, no tensors.

Keras reads every kernel as (..., inputs, outputs). That is wrong for a depthwise kernel, whose channels do not mix
(its fan_in
comes out C times too large), for a transposed one, whose last two axes are the other way round, for gates side by
side in
one kernel, and for an embedding, which looks rows up and sums over nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("dense", "conv", "conv_transpose", "depthwise_conv", "embedding", "lstm", "gru")
GATES = {"lstm": 4, "gru": 3}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a kernel of some shape is used.

    Fields:
        shape: of the kernel.
        inputs: axes that are summed over besides the receptive field.
        outputs: axes of the result.
        field: axes of the receptive field (the kernel's window).
        parts: equal, independent slices of the outputs: gates, or groups of a convolution.
        strides: product of the strides; a stride of a convolution thins out the way back, one of its transpose the
            way there.
        transposed: whether it is a transposed convolution.
    Axes that are named nowhere hold independent copies (channels of a depthwise kernel, rows of an embedding).
    """

    shape: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    field: tuple[int, ...] = ()
    parts: int = 1
    strides: int = 1
    transposed: bool = False

    @property
    def copies(self) -> tuple[int, ...]:
        """Axes that are neither summed over nor outputs of the same sum."""
        used = {*self.inputs, *self.outputs, *self.field}
        return tuple(axis for axis in range(len(self.shape)) if axis not in used)

    @property
    def rows(self) -> int:
        """How many numbers of the kernel a single output owns."""
        return self._size(self.inputs) * self._size(self.field)

    @property
    def columns(self) -> int:
        """How many outputs share the same inputs, in one part of one copy."""
        return self._size(self.outputs) // self.parts

    @property
    def fan_in(self) -> float:
        """Terms in the sum behind one output, away from the borders; a mean where a stride makes outputs unequal."""
        return self.rows / (self.strides if self.transposed else 1)

    @property
    def fan_out(self) -> float:
        """Outputs that one input takes part in."""
        return self.columns * self._size(self.field) / (1 if self.transposed else self.strides)

    def _size(self, axes: tuple[int, ...]) -> int:
        return math.prod(self.shape[axis] for axis in axes)


def layout_of(
    shape: Sequence[int],
    layer: str | None = None,
    groups: int = 1,
    strides: int | Sequence[int] = 1,
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> Layout:
    """The layout of a kernel.

    Args:
        shape: Of the kernel, as Keras makes it.
        layer: What uses it, one of KINDS; None reads two axes as "dense" and more as "conv".
        groups: Of a convolution.
        strides: Of a convolution, transposed or not; one number counts for each axis of the window.
        input_axes, output_axes: For an einsum kernel: axes summed over, axes of the output. They override `layer`.

    Raises:
        ValueError: an unknown layer, or a shape that is not of its kind.
    """
    shape = tuple(int(size) for size in shape)
    if len(shape) < 2:
        return Layout(shape, tuple(range(len(shape))), tuple(range(len(shape))))
    stride = strides ** (len(shape) - 2) if isinstance(strides, int) else math.prod(strides)
    if input_axes is not None and output_axes is not None:
        return Layout(shape, _axes(input_axes, shape), _axes(output_axes, shape))
    kind = layer or ("dense" if len(shape) == 2 else "conv")
    last, window = len(shape) - 1, tuple(range(len(shape) - 2))
    if kind in GATES:
        return _check(Layout(shape, (0,), (1,), parts=GATES[kind]), kind, 2)
    if kind == "dense":
        return _check(Layout(shape, (0,), (1,)), kind, 2)
    if kind == "embedding":
        return _check(Layout(shape, (), (1,)), kind, 2)
    if kind == "depthwise_conv":
        return _check(Layout(shape, (), (last,), window, 1, stride), kind, 3)
    if kind == "conv_transpose":
        return _check(Layout(shape, (last,), (last - 1,), window, 1, stride, True), kind, 3)
    return _check(Layout(shape, (last - 1,), (last,), window, groups, stride), kind, 3)


def _axes(axes: Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    if any(not -len(shape) <= axis < len(shape) for axis in axes):
        raise ValueError(f"an axis lies outside the kernel. Received: axes {tuple(axes)} of shape {shape}")
    return tuple(axis % len(shape) for axis in axes)


def _check(layout: Layout, kind: str, rank: int) -> Layout:
    exact = rank == 2
    if (len(layout.shape) != rank) if exact else (len(layout.shape) < rank):
        raise ValueError(
            f"a kernel of {kind!r} has {'' if exact else 'at least '}{rank} axes. Received: {layout.shape}"
        )
    outputs = math.prod(layout.shape[axis] for axis in layout.outputs)
    if outputs % layout.parts:
        raise ValueError(
            f"{outputs} outputs do not divide into {layout.parts} parts. Received: {layout.shape} as {kind!r}"
        )
    return layout


def check_kind(layer: str | None, groups: int, strides: int | Sequence[int]) -> None:
    """Refuses unknown layers, and groups and strides that are no positive integers."""
    if layer is not None and layer not in KINDS:
        raise ValueError(f"layer must be one of {', '.join(KINDS)}, or None. Received: layer={layer!r}")
    if not isinstance(groups, int) or groups < 1:
        raise ValueError(f"groups must be an integer >= 1. Received: groups={groups!r}")
    for stride in [strides] if isinstance(strides, int) else strides:
        if not isinstance(stride, int) or stride < 1:
            raise ValueError(f"strides must be integers >= 1. Received: strides={strides!r}")
