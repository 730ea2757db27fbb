"""ModelGraph -> Keras 3 functional model.

Nothing of the file is deserialised by Keras: layers are made one by one from an allow-list.

What cannot be rebuilt ends up in `missing`, with what is lacking; whatever can be computed without it is still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras

from linter.graph import Edge, ModelGraph, Node, Unanalysed
from linter.live import calling, custom, operations, own_weights
from linter.live.assign import assign
from linter.live.construct import CannotRebuildError, activation_layer, function_of, layer_of, policy_of
from linter.live.names import Names
from linter.live.running import said
from linter.live.undrawn import undrawn

INTEGER_INPUTS = frozenset(["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "string"])


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A model that runs, and its inner tensors by node name."""

    model: keras.Model
    tensors: Mapping[str, Any]
    """First output of every node that could be rebuilt."""
    layers: Mapping[str, keras.Layer]
    """By the layer's path; the activation split off from one stands under `path.activation`."""
    missing: tuple[Unanalysed, ...]
    inputs: tuple[str, ...]
    """Paths of the input layers, in the order of the model's inputs."""
    complete: bool
    """Whether all outputs of the stored model are there."""


def rebuild(
    graph: ModelGraph,
    own: Mapping[str, Any] | None = None,
    *,
    fused: bool = False,
    name: str = "rebuilt",
) -> Rebuilt:
    """Return the model of a graph; `own` are the user's classes and functions, by name.

    fused: activations stay in the layers that they were written into, without tensors of their own.

    Raises CannotRebuildError where not even an input is left.
    """
    building = _Building(graph, own or {}, fused)
    for node in graph.nodes:
        building.node(node)
    return building.finish(name)


def _is_fused(node: Node) -> bool:
    """Whether a node is an activation that was written into its layer."""
    return node.op == "Activation" and node.name.startswith(f"{node.layer}.activation")


@dataclass(slots=True)
class _Building:
    graph: ModelGraph
    own: Mapping[str, Any]
    fused: bool = False
    produced: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    layers: dict[str, keras.Layer] = field(default_factory=dict)
    inputs: list[Any] = field(default_factory=list)
    input_names: list[str] = field(default_factory=list)
    missing: dict[str, Unanalysed] = field(default_factory=dict)
    pending: dict[str, tuple[Node, keras.Layer]] = field(default_factory=dict)
    """Halves of a Bidirectional, until it is merged."""
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self.graph)

    def node(self, node: Node) -> None:
        """Add a node, unless something it needs is missing."""
        try:
            if node.op == "InputLayer":
                self._input(node)
            elif all(edge.source in self.produced or edge.source in self.pending for edge in node.inputs):
                outputs = self._outputs(node)
                if outputs is not None:
                    self.produced[node.name] = tuple(outputs) if isinstance(outputs, list | tuple) else (outputs,)
        except CannotRebuildError as error:
            self.missing[node.layer] = Unanalysed(node.layer, node.class_name or node.op, str(error))
        except MemoryError:
            raise
        except Exception as error:  # of settings that do not fit, and whatever the user's own code raises
            why = f"cannot be rebuilt: {said(error)}"
            self.missing[node.layer] = Unanalysed(node.layer, node.class_name or node.op, why)

    def _input(self, node: Node) -> None:
        shape = node.shape
        if shape is None:
            raise CannotRebuildError("the file does not say what shape its input has")
        dtype = node.config.get("dtype")
        dtype = dtype if dtype in INTEGER_INPUTS else policy_of(node).removeprefix("mixed_")
        tensor = keras.Input(batch_shape=(None, *shape[1:]), dtype=dtype, name=self.names.new(node.layer))
        self.inputs.append(tensor)
        self.input_names.append(node.layer)
        self.produced[node.name] = (tensor,)

    def _outputs(self, node: Node) -> Any:
        if self.fused and _is_fused(node):
            return self.produced[node.inputs[0].source]
        if node.op == "BidirectionalMerge":
            return self._bidirectional(node)
        layer = self._layer(node)
        if node.wrappers and node.wrappers[-1] == "Bidirectional":
            self.pending[node.name] = (node, layer)
            return self._unmerged(node)
        if layer is None:
            result = operations.apply(node, [self._tensor(edge) for edge in node.inputs])
            first = result[0] if isinstance(result, list | tuple) else result
            first._keras_history.operation.name = self.names.new(node.layer)  # Keras's own could be a layer's
            return result
        with undrawn(layer):
            outputs = calling.call(node, layer, self._tensor)
        self._weights(node, layer)
        return outputs

    def _layer(self, node: Node) -> Any:
        """Return the layer of a node, made on its first call; None for an operation."""
        if operations.is_operation(node):
            return None
        key = (
            f"{node.layer}.activation"
            if node.op == "Activation" and node.name.startswith(f"{node.layer}.activation")
            else node.layer
        )
        if key not in self.layers:
            own, *around = self.names.around(node, key)
            layer = self._make(node, own)
            self.layers[key] = layer if "Bidirectional" in node.wrappers else calling.each(layer, around)
        return self.layers[key]

    def _make(self, node: Node, name: str) -> keras.Layer:
        if node.op == "Activation":
            return activation_layer(node, name, self.own)
        if node.op == "Unknown" and (foreign := custom.layer_class(node.class_name, self.own)):
            return custom.made(foreign, node, self.graph)
        if node.op == "Lambda":
            return custom.named_lambda(node, self.graph, self.own, name)
        return layer_of(node, name, self._own_activation(node) if self.fused else None, self.own)

    def _own_activation(self, node: Node) -> Any:
        """Return the activation that was written into the layer itself, as a function or a layer."""
        split = next((other for other in self.graph.nodes if other.layer == node.layer and _is_fused(other)), None)
        if split is None or split.activation is None:
            return None
        if split.class_name in ("", "Activation"):
            return function_of(split.activation, self.own)
        return activation_layer(split, f"{self.names.new(node.layer)}_activation", self.own)

    def _unmerged(self, node: Node) -> None:
        """Call a Bidirectional whose halves are not merged, and so have no node for it, once both are there."""
        path, _, call = node.layer.rpartition("/")[0], *node.name.partition("#")[1:]
        if any(other.op == "BidirectionalMerge" and other.layer == path for other in self.graph.nodes):
            return
        halves = [name for name in self.pending if name.startswith(f"{path}/") and name.partition("#")[2] == call]
        if len(halves) == 2:
            edges = tuple(Edge(name) for name in halves)
            self._bidirectional(Node(f"{path}#{call}", path, "BidirectionalMerge", {"merge_mode": None}, edges))

    def _bidirectional(self, node: Node) -> Any:
        (one, forward), (two, backward) = (self.pending[edge.source] for edge in node.inputs)
        mode = node.config.get("merge_mode")
        if node.layer not in self.layers:
            own, *around = self.names.around(one, node.layer)
            made = keras.layers.Bidirectional(forward, merge_mode=mode, backward_layer=backward, name=own)
            self.layers[node.layer] = calling.each(made, around)
        layer = self.layers[node.layer]
        plain, named = calling.arguments(one, layer, self._tensor)
        if "initial_state" in named:
            _, other = calling.arguments(two, layer, self._tensor)
            named["initial_state"] += other["initial_state"]
        with undrawn(layer):
            outputs = layer(plain[0], **named)
        outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
        self._weights(one, calling.inner(layer).forward_layer)
        self._weights(two, calling.inner(layer).backward_layer)
        results = 1 if mode else 2
        states = (len(outputs) - results) // 2
        for half, start in ((one, 0), (two, states)):  # states, and what is not merged, are read off the halves
            own = outputs[0] if mode or half is one else outputs[1]
            self.produced[half.name] = (own, *outputs[results + start : results + start + states])
        return outputs

    def _weights(self, node: Node, layer: keras.Layer) -> None:
        inner = calling.inner(layer)
        wrong = own_weights.fill(inner, node.weights) if node.op == "Unknown" else assign(inner, node.weights)
        if wrong:  # what it and all after it would compute is not what the model does
            raise CannotRebuildError(f"weights: {wrong[0]}")

    def _tensor(self, edge: Edge) -> Any:
        outputs = self.produced[edge.source]
        if edge.tensor >= len(outputs):
            raise CannotRebuildError(f"output {edge.tensor} of {edge.source!r} is not there")
        return outputs[edge.tensor]

    def _order_inputs(self) -> None:
        """Put the inputs into the stored model's order."""
        layers = {node.name: node.layer for node in self.graph.nodes}
        order = {layers.get(name, name): place for place, name in enumerate(self.graph.inputs)}
        pairs = sorted(zip(self.input_names, self.inputs, strict=True), key=lambda pair: order.get(pair[0], len(order)))
        self.input_names, self.inputs = [name for name, _ in pairs], [tensor for _, tensor in pairs]

    def finish(self, name: str) -> Rebuilt:
        """Return the model from its inputs to all outputs that are there, else to the last tensors."""
        ends = [self._tensor(edge) for edge in self.graph.outputs if edge.source in self.produced]
        complete = bool(ends) and len(ends) == len(self.graph.outputs) and not self.missing
        ends = ends or [outputs[0] for outputs in list(self.produced.values())[-1:]]
        if not self.inputs:
            told = [item.reason for item in (*self.graph.unanalysed, *self.missing.values())]
            raise CannotRebuildError(f"the model cannot be rebuilt: {(*told, 'it has no inputs')[0]}")
        self._order_inputs()
        model = keras.Model(_bare(self.inputs), _bare(ends), name=name)
        tensors = {name: outputs[0] for name, outputs in self.produced.items()}
        return Rebuilt(model, tensors, self.layers, tuple(self.missing.values()), tuple(self.input_names), complete)


def _bare(tensors: list[Any]) -> Any:
    """Return the one tensor by itself, as users pass it, or the list of several."""
    return tensors[0] if len(tensors) == 1 else tensors
