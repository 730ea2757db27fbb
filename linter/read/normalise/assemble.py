"""ModelSpec and bound weights -> ModelGraph, with what does not fit together noted as CMP952."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

from linter.graph import Defect, ModelGraph, Node, Unanalysed, Weight
from linter.options import Limits
from linter.read import guess
from linter.read.bound import Bound
from linter.read.normalise.eras import as_written
from linter.read.normalise.flatten import Flattener
from linter.read.normalise.layout import fits, variables
from linter.read.normalise.spec import LayerSpec, ModelSpec
from linter.read.normalise.training import training

EXPLAINING = frozenset(("CMP952", "SEC005", "SEC007", "SEC008"))
"""Defects of a reader that say why a file's weights cannot be had."""


def graph(
    spec: ModelSpec,
    bound: Bound,
    stored: Any,
    documents: Mapping[str, Any],
    format: str,
    version: str,
    limits: Limits,
    defects: Iterable[Defect] = (),
    *,
    weightless: bool = False,
) -> ModelGraph:
    """Return the graph of a parsed model; raises UnreadableError on a cycle or past the limits.

    weightless: an architecture alone, whose weights nobody misses.
    """
    defects = tuple(defects)
    flat = Flattener(bound.weights, limits)
    outputs = flat.model(spec, "", None)
    loose = _loose_nodes(spec, bound) if spec.opaque else ()
    nodes = (*(as_written(_fitting(node, flat), version) for node in flat.nodes.values()), *loose)
    unanalysed = [*flat.unanalysed.values()]
    if spec.opaque:
        unanalysed.append(Unanalysed(spec.name, spec.class_name, spec.opaque))
    elif not bound.weights and any(defect.code in EXPLAINING for defect in defects):
        weightless = True  # why there are none has been said
    elif _unbuilt(bound, nodes):
        weightless = True
        unanalysed.append(
            Unanalysed(spec.name, spec.class_name, "saved before it was built: it has no input shape yet")
        )
    return ModelGraph(
        format=format,
        nodes=nodes,
        inputs=_inputs(spec, nodes),
        outputs=outputs,
        output_names=spec.output_names,
        keras_version=version,
        training=training(stored, documents, spec, bound.iterations),
        parameters=_count(bound, loose) if bound.weights or loose else None,
        surplus=() if spec.opaque else tuple(bound.surplus),
        guessed=bool(spec.opaque),
        defects=(*defects, *(() if weightless else _misfits(flat, bound, spec))),
        unanalysed=tuple(unanalysed),
        documents=documents,
    )


def _unbuilt(bound: Bound, nodes: Iterable[Node]) -> bool:
    """Whether a model has no weights because nobody has told it the shape of its input."""
    if bound.weights or bound.surplus:
        return False
    return all(node.shape is None for node in nodes)


def _inputs(spec: ModelSpec, nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return the inputs in the order in which the model is called."""
    found = dict.fromkeys(node.name for node in nodes if node.op == "InputLayer")
    called = [ref.layer for ref in spec.inputs if ref.layer in found]
    return tuple(dict.fromkeys((*called, *found)))


def _count(bound: Bound, loose: Iterable[Node]) -> int:
    held = (*bound.weights.values(), *(node.weights for node in loose))
    distinct = {id(weight): weight for found in held for weight in found.values()}
    return sum(prod(weight.shape) for weight in distinct.values())


def _loose_nodes(spec: ModelSpec, bound: Bound) -> tuple[Node, ...]:
    """Nodes without edges for the weights of a model whose architecture is not stored."""
    groups: dict[str, dict[str, Weight]] = {}
    for weight in bound.surplus:
        place, _, leaf = weight.name.strip("/").rpartition("/")
        groups.setdefault(place.removesuffix("vars").rstrip("/") or spec.name, {})[leaf.partition(":")[0]] = weight
    return tuple(_loose_node(place, found) for place, found in groups.items())


def _loose_node(place: str, found: Mapping[str, Weight]) -> Node:
    if all(leaf.isdecimal() for leaf in found):
        op, roles = guess.by_class(place.rpartition("/")[2], [found[leaf] for leaf in sorted(found, key=int)])
    else:
        op, roles = guess.by_roles(found), dict(found)
    return Node(name=place, layer=place, op=op, config=guess.settings(op, roles), weights=roles)


def _fitting(node: Node, flat: Flattener) -> Node:
    """Return `node` without the stored weights that do not fit its configuration: rules must be able to trust the
    two."""
    found = flat.built.get(node.layer)
    if found is None or not node.weights or node.op == "Activation":
        return node
    layer, inputs = found
    wrong = {role for role, stored, _ in _differences(layer, inputs, node.weights) if stored is not None}
    return replace(node, weights={r: w for r, w in node.weights.items() if r not in wrong}) if wrong else node


def _misfits(flat: Flattener, bound: Bound, spec: ModelSpec) -> list[Defect]:
    """Return one CMP952 for all that is missing, one for all that has another shape, one for all that is too much."""
    missing: list[str] = []
    misshapen: list[tuple[str, str]] = []
    for path, (layer, inputs) in flat.built.items():
        for role, stored, expected in _differences(layer, inputs, bound.weights.get(path, {})):
            if stored is None:
                missing.append(path)
            else:
                misshapen.append((path, f"{path} {role} is {_shape(stored)}, expected {_shape(expected)}"))
    out = []
    if missing:
        layers = tuple(dict.fromkeys(missing))
        out.append(
            Defect(
                "CMP952",
                f"the configuration has weights that the file does not hold, in {_some(layers)}: "
                "loading fails or leaves them at random",
                layers=layers,
            )
        )
    if misshapen:
        layers = tuple(dict.fromkeys(path for path, _ in misshapen))
        out.append(
            Defect(
                "CMP952",
                f"stored weights do not fit the configuration: {_some([text for _, text in misshapen])}",
                layers=layers,
            )
        )
    if bound.surplus and not spec.opaque:
        names = [weight.name for weight in bound.surplus]
        out.append(
            Defect(
                "CMP952",
                f"the file holds {len(names)} tensors that no layer of the configuration claims: {_some(names)}",
            )
        )
    return out


def _differences(
    layer: LayerSpec, inputs: Any, found: Mapping[str, Weight]
) -> Iterable[tuple[str, tuple[int, ...] | None, Any]]:
    for variable in variables(layer, inputs) or ():
        weight = found.get(variable.role)
        if weight is None:
            yield variable.role, None, variable.shape
        elif not fits(weight.shape, variable.shape):
            yield variable.role, weight.shape, variable.shape


def _shape(shape: Any) -> str:
    return "(" + ", ".join("?" if size is None else str(size) for size in shape) + ")"


def _some(items: Iterable[str]) -> str:
    listed = list(items)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
