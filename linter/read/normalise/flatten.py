"""ModelSpec -> nodes: nested models inlined, wrappers taken off, fused activations split off, edges followed.

`weights` maps a layer's path to its variables by role; the readers fill it, each from its own format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from linter.graph import Activation, Edge, Node, Shape, Unanalysed, Weight
from linter.options import Limits
from linter.read.errors import UnreadableError
from linter.read.normalise import names, order
from linter.read.normalise.outputs import further_shapes, output_shape, seen_by
from linter.read.normalise.recurrent import cells_of, recurrent, states_of
from linter.read.normalise.shapes_activations import resized
from linter.read.normalise.spec import Call, LayerSpec, ModelSpec, TensorRef

Weights = Mapping[str, Mapping[str, Weight]]
Outputs = tuple[Edge, ...]
Wrappers = tuple[str, ...]
FUNCTIONS = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")
NODES_A_LAYER = 4
"""How many nodes a layer may come to on average: shared layers have one a call, fused activations one of their own."""


@dataclass(slots=True)
class Flattener:
    """Collects the nodes of one model."""

    weights: Weights
    limits: Limits
    nodes: dict[str, Node] = field(default_factory=dict)
    further: dict[str, tuple[Shape | None, ...]] = field(default_factory=dict)
    """By node: the shapes of its outputs after the first."""
    unanalysed: dict[str, Unanalysed] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    built: dict[str, tuple[LayerSpec, Shape | None]] = field(default_factory=dict)
    """By path: the layer, and the shape of what it was first called on."""

    def model(self, spec: ModelSpec, prefix: str, given: Outputs | None, wrappers: Wrappers = ()) -> Outputs:
        """Add the nodes of `spec`, fed by `given` (None: it is the whole model); return what it puts out."""
        produced: dict[order.Key, Outputs] = {}
        shift = order.shifts(spec)
        places = {ref.layer: i for i, ref in reversed(list(enumerate(spec.inputs)))}
        hints = _stored_shapes(spec, shift) if not wrappers else {}
        for layer, index, call in order.ordered(spec, shift):
            place = places.get(layer.name) if given is not None and layer.op == "InputLayer" else None
            if place is not None and given is not None:
                produced[layer.name, index] = (given[min(place, len(given) - 1)],) if given else ()
                continue
            edges = tuple(edge for ref in call.tensors for edge in _resolve(ref, produced.get(shift.source(ref), ())))
            outputs = self.layer(layer, f"{prefix}{layer.name}", edges, call, wrappers)
            self._hint(outputs, hints.get((layer.name, index), {}))
            produced[layer.name, index] = outputs
        ends = spec.outputs or ((TensorRef(spec.layers[-1].name),) if spec.layers else ())
        found = (edge for ref in ends for edge in _resolve(ref, produced.get(shift.end(ref), ())))
        return tuple(replace(edge, argument="") for edge in found)

    def layer(self, layer: LayerSpec, path: str, edges: Outputs, call: Call, wrappers: Wrappers) -> Outputs:
        """Add the nodes of one call of `layer`; return its outputs."""
        if layer.inner is not None:
            return self._nested(layer, path, edges, wrappers)
        if layer.op == "Bidirectional":
            return self._bidirectional(layer, path, edges, call, wrappers)
        if layer.parts and layer.op in names.WRAPPERS:
            return self._unwrapped(layer, path, edges, call, wrappers)
        outputs = self._add(layer, path, edges, call, wrappers)
        if layer.op in names.FUSED and layer.activation is not None:
            return self._activation(layer, path, layer.activation, outputs)
        return outputs

    def _nested(self, layer: LayerSpec, path: str, edges: Outputs, wrappers: Wrappers) -> Outputs:
        assert layer.inner is not None
        if layer.inner.opaque:
            self.unanalysed[path] = Unanalysed(path, layer.class_name, layer.inner.opaque)
            return self._add(replace(layer, op="Unknown"), path, edges, Call(()), wrappers)
        return self.model(layer.inner, f"{path}/", edges, wrappers)

    def _add(self, layer: LayerSpec, path: str, edges: Outputs, call: Call, wrappers: Wrappers) -> Outputs:
        config = {**layer.config, **({"call": dict(call.constants)} if call.constants else {})}
        shapes = [self._shape(edge) for edge in edges]
        if len(shapes) == 1 and shapes[0] is None and layer.build_shape and "TimeDistributed" not in wrappers:
            shapes = [(None, *layer.build_shape[1:])]
        self.built.setdefault(path, (layer, seen_by(shapes[0] if shapes else None, wrappers)))
        if layer.op in ("Unknown", *names.OPAQUE) or (layer.op in names.WRAPPERS and not layer.parts):
            self.unanalysed.setdefault(path, Unanalysed(path, layer.class_name, _reason(layer)))
        node = Node(
            name=self._name(path),
            layer=path,
            op=layer.op,
            config=config,
            inputs=edges,
            weights=self.weights.get(path, {}),
            activation=(layer.activation or Activation("linear")) if layer.op == "Activation" else None,
            class_name=layer.class_name,
            wrappers=wrappers,
            shape=output_shape(layer, config, shapes, wrappers),
            dtype=layer.dtype,
            pointer=layer.pointer,
        )
        self.further[node.name] = further_shapes(layer, config, shapes, wrappers)
        return self._keep(node)

    def _activation(self, layer: LayerSpec, path: str, activation: Activation, inputs: Outputs) -> Outputs:
        held = layer.activation_layer
        node = Node(
            name=self._name(f"{path}.activation"),
            layer=path,
            op="Activation",
            config=dict(held.config) if held else {},
            inputs=inputs,
            weights=self.weights.get(f"{path}.activation", {}),
            activation=activation,
            class_name=held.class_name if held else "Activation",
            shape=resized(activation, self._shape(inputs[0])),
            dtype=layer.dtype,
            pointer=f"{layer.pointer}/config/activation",
        )
        return self._keep(node)

    def _keep(self, node: Node) -> Outputs:
        if len(self.nodes) >= NODES_A_LAYER * self.limits.max_layers:
            raise UnreadableError(
                f"layers are called {len(self.nodes):,} times and more, which is past the limit `max_layers`"
            )
        self.nodes[node.name] = node
        return (Edge(node.name),)

    def _unwrapped(self, layer: LayerSpec, path: str, edges: Outputs, call: Call, wrappers: Wrappers) -> Outputs:
        """TimeDistributed and the like, and RNN over one or several cells."""
        wrapped = (*wrappers, layer.class_name)
        cells = cells_of(layer, path, wrapped)
        if not cells:
            for part in layer.parts.values():
                edges = self.layer(part, f"{path}/{part.name}", edges, call, wrapped)
            return edges
        states: Outputs = ()
        for i, (cell, place, around) in enumerate(cells):
            last = i == len(cells) - 1
            sequences = layer.config.get("return_sequences", False) if last else True
            edges = self.layer(recurrent(cell, layer, sequences), place, edges[:1] if i else edges, call, around)
            states += tuple(replace(edges[0], tensor=1 + k) for k in range(names.STATES.get(cell.op, 0)))
        return (*edges[:1], *states)

    def _bidirectional(self, layer: LayerSpec, path: str, edges: Outputs, call: Call, wrappers: Wrappers) -> Outputs:
        forward = layer.parts.get("layer")
        if forward is None:
            return self._add(replace(layer, op="Unknown"), path, edges, call, wrappers)
        turned = {**forward.config, "go_backwards": not forward.config.get("go_backwards", False)}
        backward = layer.parts.get("backward_layer") or replace(forward, config=turned)
        sequence = tuple(edge for edge in edges if edge.argument != "initial_state")
        states = tuple(edge for edge in edges if edge.argument == "initial_state")
        half = len(states) // 2
        wrapped = (*wrappers, layer.class_name)
        one = self.layer(forward, f"{path}/forward_layer", (*sequence, *states[:half]), call, wrapped)
        two = self.layer(backward, f"{path}/backward_layer", (*sequence, *states[half:]), call, wrapped)
        final = (*states_of(forward, one), *states_of(backward, two))
        mode = layer.config.get("merge_mode", "concat")
        if mode is None:
            return (*one[:1], *two[:1], *final)
        settings = {"merge_mode": mode, "return_sequences": forward.config.get("return_sequences", False)}
        merged = replace(layer, op="BidirectionalMerge", config=settings)
        return (*self._add(merged, path, (*one[:1], *two[:1]), Call(()), wrappers), *final)

    def _hint(self, outputs: Outputs, stored: Mapping[int, Shape]) -> None:
        """Take shapes that Keras 3 stored with its tensors where they cannot be inferred."""
        for tensor, shape in stored.items():
            if tensor >= self.limits.max_outputs:
                raise UnreadableError(
                    f"a layer is said to have {tensor + 1:,} outputs, which is past the limit `max_outputs`"
                )
            edge = outputs[tensor] if tensor < len(outputs) else replace(outputs[0], tensor=tensor) if outputs else None
            node = self.nodes.get(edge.source) if edge else None
            if node is None or edge is None or self._shape(edge) is not None:
                continue
            if edge.tensor == 0:
                self.nodes[node.name] = replace(node, shape=shape)
            else:
                known = self.further.get(node.name, ())
                padded = [*known, *(None,) * (edge.tensor - len(known))]
                padded[edge.tensor - 1] = shape
                self.further[node.name] = tuple(padded)

    def _name(self, path: str) -> str:
        self.calls[path] = self.calls.get(path, 0) + 1
        return path if self.calls[path] == 1 else f"{path}#{self.calls[path]}"

    def _shape(self, edge: Edge) -> Shape | None:
        node = self.nodes.get(edge.source)
        shapes = (node.shape, *self.further.get(edge.source, ())) if node else ()
        return shapes[edge.tensor] if edge.tensor < len(shapes) else None


def _reason(layer: LayerSpec) -> str:
    if layer.problem:
        return layer.problem
    if layer.op != "Unknown":
        return "what it computes is not in the configuration"
    if layer.class_name in FUNCTIONS or ".ops." in (layer.module or ""):
        return "a function on tensors that is not analysed"
    if layer.module is not None and layer.module.startswith(("keras.", "tf_keras.")):
        return "a layer of Keras that is not known here"
    return "its code is not in Keras"


def _stored_shapes(spec: ModelSpec, shift: order.Shifts) -> dict[order.Key, dict[int, Shape]]:
    out: dict[order.Key, dict[int, Shape]] = {}
    for layer in spec.layers:
        for call in layer.calls:
            for ref in call.tensors:
                if ref.shape is not None:
                    out.setdefault(shift.source(ref), {})[max(ref.tensor, 0)] = ref.shape
    return out


def _resolve(ref: TensorRef, outputs: Outputs) -> Outputs:
    if not outputs:
        return ()
    edge = outputs[ref.tensor] if 0 <= ref.tensor < len(outputs) else replace(outputs[0], tensor=max(ref.tensor, 0))
    return (replace(edge, argument=ref.argument),)
