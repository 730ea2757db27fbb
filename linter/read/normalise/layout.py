"""Which variables each layer has, in the order in which Keras stores them, and the shapes they must have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from linter.graph import Shape
from linter.read.normalise import layout_kernels, layout_others, ours
from linter.read.normalise.layout_kernels import GATES as GATES
from linter.read.normalise.spec import LayerSpec
from linter.read.normalise.variable import Variable as Variable

Maker = Callable[[Mapping[str, Any], Shape], tuple[Variable, ...]]
MAKERS: Mapping[str, Maker] = {**layout_kernels.MAKERS, **layout_others.MAKERS}
QUANTISED = frozenset(("Dense", "EinsumDense", "Embedding", "ReversibleEmbedding"))
FLOAT8 = tuple(f"{what}_{part}" for what in ("inputs", "kernel", "outputs_grad") for part in ("scale", "amax_history"))


def variables(layer: LayerSpec, inputs: Shape | None = None) -> tuple[Variable, ...] | None:
    """Return the variables of a layer that takes `inputs`; None where they cannot be known (foreign code).

    A layer that was given as `activation=` has its own; a wrapper has none beyond those of its parts.
    """
    if layer.op == "Unknown":
        return None
    if layer.activation is not None and layer.op == "Activation" and ours.is_ours(layer.activation.spelling):
        return ours.variables(layer.activation, inputs or ())
    if layer.op == "Activation" and layer.class_name != "PReLU":
        return ()
    maker = MAKERS.get(layer.op)
    config = {**layer.config, "fused_biases": True} if layer.class_name.startswith("CuDNN") else layer.config
    found = maker(config, inputs or ()) if maker else ()
    return _quantised(found, layer) if layer.op in QUANTISED else found


def _quantised(found: tuple[Variable, ...], layer: LayerSpec) -> tuple[Variable, ...]:
    """Keras 3 stores a quantised layer as kernel, bias, scales; of int4 two values share a byte, and their kernel
    has a role of its own."""
    mode = quantisation(layer.config.get("dtype"))
    first, rest = found[0], found[1:]
    if mode == "int8":
        return (
            first._replace(trained=False),
            *rest,
            *(Variable(f"{v.role}_scale", False) for v in (first, *rest) if v.role != "bias"),
        )
    if mode == "float8":
        return (*found, *(Variable(role, not role.endswith("amax_history")) for role in FLOAT8))
    if mode == "int4":
        role = first.role
        packed = Variable(f"packed_{role}", False)
        return (packed, *rest, *(Variable(name, False) for name in (f"{role}_scale", f"{role}_zero", "g_idx")))
    return (Variable(f"packed_{first.role}", False), *rest) if mode else found


def quantisation(policy: Any) -> str:
    """Return "int8", "int4", "float8" ... for a quantised dtype policy, "" for any other."""
    config = policy.get("config") if isinstance(policy, Mapping) else None
    stored = config.get("mode") if isinstance(config, Mapping) else policy
    if not isinstance(stored, str) or (stored is policy and "_from_" not in stored):
        return ""
    return stored.partition("_from_")[0].partition("/")[0]


def fits(stored: tuple[int, ...], expected: Shape | None) -> bool:
    """Whether a stored shape agrees with what is known of the expected one."""
    if expected is None:
        return True
    return len(stored) == len(expected) and all(e is None or s == e for s, e in zip(stored, expected, strict=True))
