"""Output shapes of layers that work on features, sequences and axes. See `outputs` for what a maker is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from linter.graph import Shape

Shapes = Sequence[Shape | None]


def known(inputs: Shapes) -> Shape:
    """Return the first input's shape; raises ValueError where it is not known."""
    if not inputs or inputs[0] is None:
        raise ValueError("the shape of the input is not known")
    return inputs[0]


def product(sizes: Sequence[int | None]) -> int | None:
    """Return the number of values; None where a size is not known."""
    return None if None in sizes else prod(size for size in sizes if size is not None)


def _input(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    shape = config.get("batch_shape")
    if isinstance(shape, Mapping):
        shape = shape.get("items")
    return tuple(shape) if isinstance(shape, list | tuple) else None


def _lambda(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    """A Lambda may say what it puts out; if not, nothing is known."""
    shape = config.get("output_shape")
    if not isinstance(shape, list | tuple) or not shape or not all(size is None or type(size) is int for size in shape):
        return None
    return (inputs[0][0] if inputs and inputs[0] else None, *shape)


def _dense(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    units = config["units"]
    return (*known(inputs)[:-1], units if isinstance(units, int) else None)


def _einsum_dense(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first, declared = known(inputs), config.get("output_shape")
    shape = [first[0], *(declared if isinstance(declared, list | tuple) else [declared])]
    for axis, size in enumerate(shape):
        if size is None and 0 < axis < len(first):
            shape[axis] = first[axis]
    return tuple(shape)


def _embedding(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    return (*known(inputs), config.get("output_dim"))


def _flatten(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    return first[0], product(first[1:])


def filled(target: Sequence[Any], sizes: Sequence[int | None]) -> Shape:
    """Return `target` with its -1 replaced by what is left of `sizes`."""
    out: list[int | None] = [size if isinstance(size, int) else None for size in target]
    if -1 in out:
        total, rest = product(sizes), product([size for size in out if size != -1])
        out[out.index(-1)] = total // rest if total is not None and rest else None
    return tuple(out)


def _permute(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    return (first[0], *(first[axis] for axis in config["dims"]))


def _repeat(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    return (first[0], config["n"], *first[1:])


def _looked_up(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    """A number for each value, or one row of a known width; other modes depend on a vocabulary."""
    first, tokens = known(inputs), config.get("num_tokens")
    if isinstance(tokens, int) and config.get("output_mode") in ("multi_hot", "count"):
        return (*first[:-1], tokens) if len(first) > 1 else None
    return first if config.get("output_mode", "int") == "int" else None


def _text(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    length = config.get("output_sequence_length")
    if config.get("output_mode", "int") != "int":
        return None
    return known(inputs)[0], length if isinstance(length, int) else None


def _recurrent(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    units = config["units"]
    return (
        first[0],
        *(first[1:2] if config.get("return_sequences") else ()),
        units if isinstance(units, int) else None,
    )


MAKERS: dict[str, Callable[[Mapping[str, Any], Shapes], Shape | None]] = {
    "InputLayer": _input,
    "Lambda": _lambda,
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "Embedding": _embedding,
    "ReversibleEmbedding": _embedding,
    **dict.fromkeys(("Hashing", "Discretization", "StringLookup", "IntegerLookup", "CategoryEncoding"), _looked_up),
    "TextVectorization": _text,
    "Flatten": _flatten,
    "Permute": _permute,
    "RepeatVector": _repeat,
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _recurrent),
}
