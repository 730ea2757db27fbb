"""Shapes of a call's outputs, batch axis included, from configuration and input shapes; None where they cannot be
told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from linter.graph import Shape
from linter.read.normalise import names, shapes_functions, shapes_merging, shapes_plain, shapes_spatial
from linter.read.normalise.shapes_activations import resized
from linter.read.normalise.spec import LayerSpec

Shapes = Sequence[Shape | None]
Maker = Callable[[Mapping[str, Any], Shapes], Shape | None]
NONSENSE = (TypeError, ValueError, IndexError, KeyError, ArithmeticError, AttributeError)
"""What a maker raises on a configuration that makes no sense."""

MAKERS: Mapping[str, Maker] = {
    **shapes_plain.MAKERS,
    **shapes_spatial.MAKERS,
    **shapes_merging.MAKERS,
    **shapes_functions.MAKERS,
}
NEED_NO_INPUT = frozenset((*names.MERGES, "Divide", "InputLayer", "Lambda"))
SAME = names.AUGMENTING | names.words(
    """
    Activation Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise
    ActivityRegularization Masking BatchNormalization LayerNormalization GroupNormalization RMSNormalization
    UnitNormalization Normalization Rescaling Identity Cast Flip SpectralNormalization
    """
)
RANKS: Mapping[str, int] = {
    **{
        f"{kind}{n}D{end}": n + 2
        for n in (1, 2, 3)
        for kind, end in (("Conv", ""), ("Conv", "Transpose"), ("SeparableConv", ""))
    },
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), 3),
    **{f"ConvLSTM{n}D": n + 3 for n in (1, 2, 3)},
}
"""Rank of what a layer takes, for layers whose output is partly known even where their input is not."""


def output_shape(
    layer: LayerSpec, config: Mapping[str, Any], inputs: Shapes, wrappers: Sequence[str] = ()
) -> Shape | None:
    """Return the shape of the first output; its sizes are whole numbers, or None."""
    found = _output_shape(layer, config, inputs, wrappers)
    return found if found is None or all(size is None or _is_size(size) for size in found) else None


def _is_size(size: object) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and size >= 0


def _output_shape(
    layer: LayerSpec, config: Mapping[str, Any], inputs: Shapes, wrappers: Sequence[str] = ()
) -> Shape | None:
    lead = wrappers.count("TimeDistributed")
    try:
        if not lead or not inputs or inputs[0] is None:
            found = _shape_of(layer.op, config, inputs)
            return resized(layer.activation, found) if layer.op == "Activation" else found
        inner = _shape_of(layer.op, config, [seen_by(shape, wrappers) for shape in inputs])
        return (*inputs[0][: 1 + lead], *inner[1:]) if inner else None
    except NONSENSE:
        return None


def seen_by(shape: Shape | None, wrappers: Sequence[str]) -> Shape | None:
    """Return the shape that a layer inside TimeDistributed is called on."""
    lead = wrappers.count("TimeDistributed")
    return (shape[0], *shape[1 + lead :]) if shape is not None and lead and shape else shape


def _shape_of(op: str, config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = inputs[0] if inputs else None
    if first is None and op in RANKS:
        first = (None,) * RANKS[op]
        inputs = [first]
    if op in SAME:
        return first
    maker = MAKERS.get(op)
    return maker(config, inputs) if maker and (first is not None or op in NEED_NO_INPUT) else None


def further_shapes(
    layer: LayerSpec, config: Mapping[str, Any], inputs: Shapes, wrappers: Sequence[str] = ()
) -> tuple[Shape | None, ...]:
    """Return the shapes of the outputs after the first: states, attention scores."""
    count = names.STATES.get(layer.op, 0)
    if not count:
        return ()
    last = output_shape(layer, {**config, "return_sequences": False}, inputs, wrappers)
    return (last,) * count
