"""What a graph holds, in forms that can be compared with what Keras says and with other graphs."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from linter.graph import ModelGraph, Node, Weight
from linter.read.keras_1 import whole
from tests.linter.read import trap


def clean(graph: ModelGraph) -> None:
    """Fail where the reader met anything odd."""
    assert [defect.message for defect in graph.defects] == []
    assert graph.surplus == ()
    assert graph.unanalysed == ()


def weights_at(graph: ModelGraph, path: str) -> list[Weight]:
    """Return the weights of the layer at `path` and of what it wraps, in the order of the nodes."""
    nodes = (node for node in graph.nodes if "#" not in node.name)
    mine = (node for node in nodes if node.layer == path or node.layer.startswith(f"{path}/"))
    return [weight for node in mine for weight in node.weights.values()]


def same_weights(graph: ModelGraph, model: Any) -> None:
    """Fail unless the graph has, layer by layer and in order, the weights that the model has."""
    for path, layer in trap.leaves(model).items():
        theirs = [np.asarray(value) for value in layer.get_weights()]
        ours = [whole(weight) for weight in weights_at(graph, path)]
        assert [value.shape for value in ours] == [value.shape for value in theirs], path
        for one, two in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, two.astype(one.dtype), err_msg=path)


def size(model: Any) -> int:
    """Return the number of values in a model's weights."""
    return sum(prod(weight.shape) for weight in model.weights)


def agree(ours: Any, theirs: Any) -> bool:
    """Whether an inferred shape is that of Keras, where Keras knows it."""
    stated = tuple(theirs)
    return (
        ours is not None and len(ours) == len(stated) and all(b in (None, a) for a, b in zip(ours, stated, strict=True))
    )


def structure(node: Node) -> tuple[Any, ...]:
    """Return all of a node that does not depend on who wrote it."""
    activation = (node.activation.name, dict(node.activation.parameters)) if node.activation else None
    return node.name, node.layer, node.op, node.inputs, node.shape, node.wrappers, activation, tuple(node.weights)
