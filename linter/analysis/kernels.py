"""The kernels of a model: shapes, true fans, the fans Keras counts, how each was told to start, where its values are.

Works without stored weights: then shapes follow from the configuration and from what feeds the layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, NamedTuple

from linter.analysis import topology
from linter.graph import Initializer, Node, Shape, Weight
from linter.rule import Subject

DEPTHWISE = frozenset(("DepthwiseConv1D", "DepthwiseConv2D"))
SEPARABLE = frozenset(("SeparableConv1D", "SeparableConv2D"))
TRANSPOSED = frozenset(f"Conv{n}DTranspose" for n in (1, 2, 3))
CONVOLUTIONS = frozenset(f"Conv{n}D" for n in (1, 2, 3))
GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}
ATTENTION = ("query", "key", "value", "output")


class Kernel(NamedTuple):
    """One kernel of one layer. Sizes are None where neither weights nor configuration tell them."""

    node: Node
    role: str
    initializer: Initializer | None
    weight: Weight | None
    """None where nothing is stored, or only quantised integers."""
    shape: tuple[int, ...] | None
    fan_in: float | None
    """How many inputs an output sums, away from borders."""
    units: int | None
    """How many outputs there are at one position."""
    tail: int = 1
    """How many trailing axes of the shape count the outputs; 0 where the kernel's rows do (transposed convolutions)."""
    fans: tuple[tuple[float, float], ...] = ()
    """(in, out) as Keras counts them for this shape; several where its versions differ."""

    @property
    def size(self) -> int:
        """Number of values, 0 where the shape is not known."""
        return prod(self.shape) if self.shape else 0


def of(model: Subject) -> tuple[Kernel, ...]:
    """Return every kernel, once for each layer, in the order of the graph."""
    return model.once("kernels", lambda: tuple(_all(model)))


def at(model: Subject, node: Node) -> tuple[Kernel, ...]:
    """Return the kernels of the layer that `node` calls."""
    table = model.once("kernels by layer", lambda: _by_layer(model))
    return table.get(node.layer, ())


def main(model: Subject, node: Node) -> Kernel | None:
    """Return the kernel that makes the output of an affine layer; the pointwise one of a separable convolution."""
    found = at(model, node)
    return found[-1] if found and node.op in topology.AFFINE else None


def _by_layer(model: Subject) -> dict[str, tuple[Kernel, ...]]:
    out: dict[str, tuple[Kernel, ...]] = {}
    for kernel in of(model):
        out[kernel.node.layer] = (*out.get(kernel.node.layer, ()), kernel)
    return out


def _all(model: Subject) -> list[Kernel]:
    top, seen, out = topology.of(model), set(), []
    for node in model.graph.nodes:
        if node.layer in seen or node.op == "Activation":
            continue
        source = top.source(node)
        found = _kernels(node, source.shape if source else None)
        if found:
            seen.add(node.layer)
            out += found
    return out


def initializer_of(op: str, role: str, config: Mapping[str, Any]) -> Initializer | None:
    """Return how a variable was told to start."""
    keys = {
        "kernel": ("depthwise_initializer", "kernel_initializer") if op in DEPTHWISE else ("kernel_initializer",),
        "depthwise_kernel": ("depthwise_initializer",),
        "pointwise_kernel": ("pointwise_initializer",),
        "recurrent_kernel": ("recurrent_initializer",),
        **{f"{part}_kernel": ("kernel_initializer",) for part in ATTENTION},
        **{f"{part}_bias": ("bias_initializer",) for part in ATTENTION},
    }.get(role, (f"{role}_initializer",))
    found = next((config[key] for key in keys if key in config), None)
    return found if isinstance(found, Initializer) else None


def _kernels(node: Node, fed: Shape | None) -> list[Kernel]:
    op, inputs = node.op, fed[-1] if fed else None
    if op == "Dense":
        return [_kernel(node, "kernel", (inputs, node.config.get("units")))]
    if op in CONVOLUTIONS | DEPTHWISE | SEPARABLE | TRANSPOSED:
        return _convolution(node, _channels(node, fed))
    if op in GATES:
        units = node.config.get("units")
        width = units * GATES[op] if isinstance(units, int) else None
        return [_kernel(node, "kernel", (inputs, width)), _kernel(node, "recurrent_kernel", (units, width))]
    if op == "EinsumDense":
        return _einsum(node, fed)
    if op == "MultiHeadAttention":
        return _attention(node, fed)
    if op == "Embedding":
        return [_kernel(node, "embeddings", (node.config.get("input_dim"), node.config.get("output_dim")), fan_in=1)]
    if op.startswith(("ConvLSTM", "LocallyConnected")) or op == "Unknown":
        return [_kernel(node, role, None) for role in node.weights if len(node.weights[role].shape) > 1]
    return []


def _channels(node: Node, fed: Shape | None) -> int | None:
    if not fed or len(fed) < 2:
        return None
    return fed[1] if node.config.get("data_format") == "channels_first" else fed[-1]


def window(config: Mapping[str, Any], key: str = "kernel_size") -> tuple[int, ...]:
    """Return sizes that are stored as a number or a list."""
    size = config.get(key, 1)
    return tuple(size) if isinstance(size, list | tuple) else (size,) if isinstance(size, int) else ()


def _convolution(node: Node, channels: int | None) -> list[Kernel]:
    config, size = node.config, window(node.config)
    filters, multiplier = config.get("filters"), config.get("depth_multiplier", 1)
    if node.op in TRANSPOSED:
        steps = window(config, "strides") * (len(size) if len(window(config, "strides")) == 1 else 1)
        taps = prod(k / s for k, s in zip(size, steps, strict=False)) if size else None
        fan = channels * taps if channels and taps else None
        return [_kernel(node, "kernel", (*size, filters, channels), fan_in=fan, tail=0)]
    if node.op in CONVOLUTIONS:
        fed = channels // (config.get("groups") or 1) if channels else None
        return [_kernel(node, "kernel", (*size, fed, filters))]
    role = "kernel" if node.op in DEPTHWISE else "depthwise_kernel"
    found = [_kernel(node, role, (*size, channels, multiplier), fan_in=prod(size), tail=2)]
    if node.op in SEPARABLE:
        mixed = channels * multiplier if channels else None
        found.append(_kernel(node, "pointwise_kernel", (*(1,) * len(size), mixed, filters)))
    return found


def _einsum(node: Node, fed: Shape | None) -> list[Kernel]:
    """The kernel of "abc,cd->abd": contracted letters make the fan, the others the units."""
    left, _, result = str(node.config.get("equation", "")).replace(" ", "").partition("->")
    inputs, _, letters = left.partition(",")
    weight = node.weights.get("kernel")
    sizes: dict[str, int | None] = dict(zip(reversed(inputs), reversed(fed or ()), strict=False))
    sizes.update(zip(reversed(result), reversed(node.shape or ()), strict=False))
    if weight is not None and len(weight.shape) == len(letters):
        sizes.update(zip(letters, weight.shape, strict=True))
    shape = tuple(sizes.get(letter) for letter in letters)
    contracted = [sizes.get(letter) for letter in letters if letter not in result]
    tail = len(letters) - len(contracted)
    trailing = all(letter in result for letter in letters[len(contracted) :])
    fan = prod(size for size in contracted if size) if contracted and None not in contracted else None
    return [_kernel(node, "kernel", shape or None, fan_in=fan, tail=tail if trailing else 0, exact=True)]


def _attention(node: Node, fed: Shape | None) -> list[Kernel]:
    config, width = node.config, fed[-1] if fed else None
    heads, key = config.get("num_heads"), config.get("key_dim")
    value = config.get("value_dim") or key
    out = []
    for role, size in (("query", key), ("key", key), ("value", value)):
        out.append(_kernel(node, f"{role}_kernel", (width, heads, size), fan_in=width, tail=2, exact=True))
    total = heads * value if isinstance(heads, int) and isinstance(value, int) else None
    last = node.shape[-1] if node.shape else None
    return [*out, _kernel(node, "output_kernel", (heads, value, last), fan_in=total, exact=True)]


def _kernel(
    node: Node, role: str, shape: Shape | None, *, fan_in: float | None = None, tail: int = 1, exact: bool = False
) -> Kernel:
    weight = node.weights.get(role)
    full = weight.shape if weight else _complete(shape)
    stored = None if f"{role}_scale" in node.weights else weight
    fan = fan_in if fan_in is not None or not full or tail == 0 else float(prod(full[: len(full) - tail]))
    if weight is not None and role in ("query_kernel", "key_kernel", "value_kernel"):
        fan = float(weight.shape[0])
    units = None if not full else prod(full[len(full) - tail :]) if tail else full[-2] if len(full) > 1 else None
    fans = counted(full) if full else ()
    if exact and fan and full:
        fans = ((float(fan), prod(full) / fan), *fans)
    return Kernel(node, role, initializer_of(node.op, role, node.config), stored, full, fan, units, tail, fans)


def _complete(shape: Shape | None) -> tuple[int, ...] | None:
    if not shape or not all(isinstance(size, int) and size > 0 for size in shape):
        return None
    return tuple(size for size in shape if size is not None)


def counted(shape: tuple[int, ...]) -> tuple[tuple[float, float], ...]:
    """Return (fan in, fan out) as Keras reads them off a shape:
    in before out at the end, the rest is the receptive field.
    """
    if not shape:
        return ((1.0, 1.0),)
    if len(shape) == 1:
        return ((float(shape[0]), float(shape[0])),)
    field = prod(shape[:-2])
    return ((float(shape[-2] * field), float(shape[-1] * field)),)
