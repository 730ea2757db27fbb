"""How the state of an unbounded recurrent layer grows over time: its first against its last step on a few samples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np

from linter.activations import facts
from linter.graph import Activation, ModelGraph, Node
from linter.live.assign import assign
from linter.live.construct import layer_of
from linter.live.rebuild import Rebuilt
from linter.observation import Magnitude

LAYERS = frozenset(("LSTM", "GRU", "SimpleRNN"))


def growth(graph: ModelGraph, rebuilt: Rebuilt, arrays: list[Any]) -> dict[str, Magnitude]:
    """Return the state's second moments at the first and the last step, by node name, for layers without a bound."""
    found: dict[str, Magnitude] = {}
    for node in graph.nodes if arrays else ():
        if node.op in LAYERS and node.inputs and node.inputs[0].source in rebuilt.tensors and _unbounded(node):
            steps = _sequence(node, rebuilt, arrays)
            if steps is not None and steps.shape[1] > 1:
                early, late = (float(np.mean(np.square(steps[:, at].astype(np.float64)))) for at in (0, -1))
                found[node.name] = Magnitude(node.layer, late, float(np.abs(steps).max()), early, late)
    return found


def _unbounded(node: Node) -> bool:
    known = facts(node.config.get("activation") or Activation("linear"))
    return known is not None and not known.bounded


def _sequence(node: Node, rebuilt: Rebuilt, arrays: list[Any]) -> Any:
    """Return all states of the layer, (samples, steps, units), by a copy of it that returns its sequence."""
    config = {**node.config, "return_sequences": True, "return_state": False, "stateful": False}
    layer = layer_of(replace(node, config=config), "sequence_of_states")
    source = rebuilt.tensors[node.inputs[0].source]
    states = layer(source)
    if assign(layer, node.weights):
        return None
    model = keras.Model(rebuilt.model.inputs, states)
    return np.asarray(model.predict_on_batch([np.nan_to_num(array) for array in arrays]))
