"""Which weights feed a unit and which read it, found by walking a functional model's graph. It changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import keras

from keras_act.layers._base import ActivationLayer
from keras_act.probe.sites import STANDALONE, Kind, Site, children

L = keras.layers
PRODUCERS = (L.Dense, L.Conv1D, L.Conv2D, L.Conv3D, L.Conv1DTranspose, L.Conv2DTranspose, L.Conv3DTranspose)
TRANSPOSED = PRODUCERS[4:]
NOISE = (L.Dropout, L.SpatialDropout1D, L.SpatialDropout2D, L.SpatialDropout3D, L.GaussianNoise, L.GaussianDropout)
POOLS = (
    *(L.MaxPooling1D, L.MaxPooling2D, L.MaxPooling3D, L.AveragePooling1D, L.AveragePooling2D, L.AveragePooling3D),
    *(L.GlobalMaxPooling1D, L.GlobalMaxPooling2D, L.GlobalMaxPooling3D),
    *(L.GlobalAveragePooling1D, L.GlobalAveragePooling2D, L.GlobalAveragePooling3D),
)
FRAMES = (*(L.ZeroPadding1D, L.ZeroPadding2D, L.ZeroPadding3D, L.UpSampling1D, L.UpSampling2D, L.UpSampling3D),)
PASSED = (*NOISE, *POOLS, *FRAMES, L.Flatten, *STANDALONE)


class Unsupported(Exception):
    """Why the weights around an activation cannot be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """A weight with one slice per unit along `axis`.

    Attributes:
        variable: The weight.
        axis: Its unit axis; a size of `k * units` means that unit u owns the indices congruent to u modulo `units`.
        initializer: What it started from; None where its slices are to become zero.
    """

    variable: Any
    axis: int
    initializer: Any = None


@dataclass(slots=True, eq=False)
class Wiring:
    """The weights around the units of one activation."""

    units: int
    incoming: list[Slices] = field(default_factory=list)
    outgoing: list[Slices] = field(default_factory=list)


def wiring(graph: Any, site: Site) -> Wiring:
    """The weights that feed and that read the units of a site.

    Args:
        graph: The functional model whose operations the site's owner is one of.
        site: The activation.

    Raises:
        Unsupported: another layer stands in between, or a layer is shared, recurrent or of channels-first data.
    """
    if site.kind not in (Kind.FUSED, Kind.CALL) or site.axis == 1:
        raise Unsupported("recurrent, wrapped or channels-first")
    if isinstance(site.owner, ActivationLayer) and site.owner.get_config().get("axis") not in (None, -1):
        raise Unsupported("its units are not along the last axis")
    nodes = _nodes(graph)
    found = _incoming(nodes, site.owner)
    _outgoing(nodes, graph, _only(nodes, site.owner), found)
    return found


def functional(model: Any) -> Iterator[Any]:
    """The functional graphs of a model: its own and those of the models nested in it."""
    graph = getattr(model, "_functional", None) or model
    if hasattr(graph, "_nodes_by_depth"):
        yield graph
        for child in children(model):
            if isinstance(child, keras.Model):
                yield from functional(child)


def _nodes(graph: Any) -> list[Any]:
    return [node for level in graph._nodes_by_depth.values() for node in level if node.arguments.keras_tensors]


def _only(nodes: list[Any], operation: Any) -> Any:
    mine = [node for node in nodes if node.operation is operation]
    if len(mine) != 1 or len(operation._inbound_nodes) > 1 + (operation._inbound_nodes[0] is not mine[0]):
        raise Unsupported(f"{operation.name} is shared")
    return mine[0]


def _incoming(nodes: list[Any], owner: Any) -> Wiring:
    """Walks up from the activation to the kernel that feeds it, through normalisation of each unit."""
    operation, norms = owner, []
    while not isinstance(operation, PRODUCERS):
        node = _only(nodes, operation)
        (before,) = node.arguments.keras_tensors[:1]
        operation = before._keras_history.operation
        if isinstance(operation, L.BatchNormalization):
            norms.append(operation)
        elif not isinstance(operation, (*PRODUCERS, *NOISE)):
            raise Unsupported(f"it is fed by {type(operation).__name__} {operation.name}")
    _only(nodes, operation)
    axis = -2 if isinstance(operation, TRANSPOSED) else -1
    kernel = _kernel(operation)
    result = Wiring(kernel.shape[axis], [Slices(kernel, axis, operation.kernel_initializer)])
    if getattr(operation, "units", getattr(operation, "filters", None)) != result.units or _first(operation):
        raise Unsupported(f"{operation.name} does not have one slice of its kernel per unit")
    if operation.bias is not None:
        result.incoming.append(Slices(operation.bias, 0, operation.bias_initializer))
    for norm in norms:
        result.incoming += _normalisation(norm)
    return result


def _outgoing(nodes: list[Any], graph: Any, start: Any, found: Wiring) -> None:
    """Walks down from the activation to all kernels that read it."""
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if {id(tensor) for tensor in node.outputs} & {id(tensor) for tensor in graph.outputs}:
            raise Unsupported("it is an output of its model")
        mine = {id(tensor) for tensor in node.outputs}
        readers = [reader for reader in nodes if mine & {id(tensor) for tensor in reader.arguments.keras_tensors}]
        for reader in readers:
            operation = reader.operation
            _only(nodes, operation)
            if isinstance(operation, PRODUCERS):
                found.outgoing.append(_reading(operation, found.units))
            elif isinstance(operation, L.BatchNormalization):
                found.incoming += _normalisation(operation)
                waiting.append(reader)
            elif isinstance(operation, PASSED) and not _first(operation):
                waiting.append(reader)
            else:
                raise Unsupported(f"it is read by {type(operation).__name__} {operation.name}")


def _reading(layer: Any, units: int) -> Slices:
    kernel = _kernel(layer)
    axis = 0 if isinstance(layer, L.Dense) else -1 if isinstance(layer, TRANSPOSED) else -2
    if kernel.shape[axis] % units or getattr(layer, "groups", 1) != 1 or _first(layer):
        raise Unsupported(f"{layer.name} does not read its units one by one")
    return Slices(kernel, axis)


def _normalisation(layer: Any) -> list[Slices]:
    if layer.axis not in (-1, len(layer.input.shape) - 1):
        raise Unsupported(f"{layer.name} does not normalise along the last axis")
    pairs = [
        (layer.moving_mean, layer.moving_mean_initializer),
        (layer.moving_variance, layer.moving_variance_initializer),
        (layer.gamma, layer.gamma_initializer) if layer.scale else None,
        (layer.beta, layer.beta_initializer) if layer.center else None,
    ]
    return [Slices(variable, 0, initializer) for variable, initializer in filter(None, pairs)]


def _kernel(layer: Any) -> Any:
    if getattr(layer, "lora_enabled", False) or getattr(layer, "quantization_mode", None):
        raise Unsupported(f"{layer.name} is quantized or has LoRA weights")
    return layer._kernel if hasattr(layer, "_kernel") else layer.kernel


def _first(layer: Any) -> bool:
    return getattr(layer, "data_format", None) == "channels_first"
