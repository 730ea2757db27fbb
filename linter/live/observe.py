"""A rebuilt model and samples -> Observation: one pass over the data, one backward pass over a few samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import keras

from keras_act.probe import Probe, Statistics, Target
from linter.analysis.topology import AFFINE, RECURRENT
from linter.graph import ModelGraph, Node
from linter.live import operations
from linter.live.chosen import Chosen
from linter.live.gradients import gradients
from linter.live.inputs import InputTally
from linter.live.measured import measured
from linter.live.rebuild import Rebuilt
from linter.live.recurrent import growth
from linter.live.running import running
from linter.live.samples import Matched, Samples
from linter.live.squares import quickest
from linter.observation import Observation
from linter.options import Limits

SMALLEST, LARGEST = 16, 256
CACHED = 24 << 20
"""Bytes of the largest tensor of a batch: so that what is computed is still near when it is counted."""
BACKWARD, FOLLOWED = 4, 16
"""Samples of the one backward pass, and those that recurrent states are followed on."""
POINTWISE = frozenset(("softmax", "log_softmax", "sparsemax", "glu"))
"""Activations that mix units: none of them can be judged alone."""


class Observer:
    """A rebuilt model made ready to be run: compiled by its first batch, and kept for as many runs as one likes."""

    def __init__(self, graph: ModelGraph, rebuilt: Rebuilt) -> None:
        """Choose what is observed."""
        self.graph, self.rebuilt = graph, rebuilt
        self.nodes = {node.name: node for node in graph.nodes}
        targets = _targets(rebuilt, self.nodes)
        inputs = rebuilt.model.inputs
        self.probe = Probe.from_tensors(inputs, targets, "activity", squares=quickest()) if targets else None
        self.batch = batch_size(rebuilt)

    def run(
        self, samples: Samples, matched: Matched, limits: Limits, advance: Callable[[int], None] = lambda done: None
    ) -> Observation:
        """Run the model on the samples and return what was seen.

        advance: called with the number of samples done.
        """
        state = _Running(time.monotonic(), limits)
        tallies = {item.name: InputTally(item.name) for item in matched.expected}
        total: Statistics | None = None
        chosen = Chosen(FOLLOWED)
        for batch in samples.batches(self.batch):
            arrays = state.cut(matched.inputs(batch))
            if not len(arrays[0]):
                break
            arrays = [tally.add(array) for tally, array in zip(tallies.values(), arrays, strict=True)]
            chosen.add(arrays, None if matched.labels is None else batch[matched.labels])
            if self.probe is not None:
                with running():
                    seen = self.probe.batch(arrays)
                total = seen if total is None else total.merge(seen)
            state.done(len(arrays[0]))
            advance(state.samples)
            if state.cut_by:
                break
        with running():
            steepness, surrogate = self._gradients(chosen)
        units, signal = measured(total, self.nodes)
        return Observation(
            samples=state.samples,
            cut_by=state.cut_by,
            seconds=round(time.monotonic() - state.started, 3),
            inputs={name: tally.seen() for name, tally in tallies.items()},
            units=units,
            signal=signal | growth(self.graph, self.rebuilt, chosen.arrays(len(tallies))),
            gradients=steepness,
            surrogate=surrogate,
            missing={item.layer: item.reason for item in self.rebuilt.missing},
            backend=keras.backend.backend(),
        )

    def _gradients(self, chosen: Chosen) -> tuple[dict[str, float], bool]:
        inputs = len(self.rebuilt.model.inputs)
        arrays, labels = chosen.arrays(inputs), chosen.labels(inputs)
        if not arrays:
            return {}, True
        found: tuple[dict[str, float], bool] = {}, True
        for count in (BACKWARD, FOLLOWED):  # where none comes through on a few, more may tell
            few = [array[:count] for array in arrays]
            found = gradients(self.graph, self.rebuilt, few, None if labels is None else labels[:count])
            if all(found[0].values()):
                break
        return found


def observe(
    graph: ModelGraph,
    rebuilt: Rebuilt,
    samples: Samples,
    matched: Matched,
    limits: Limits,
    advance: Callable[[int], None],
) -> Observation:
    """Run the model on the samples, once, and return what was seen."""
    return Observer(graph, rebuilt).run(samples, matched, limits, advance)


def batch_size(rebuilt: Rebuilt) -> int:
    """Return how many samples are run at once: fewer, the larger the model's largest tensor is."""
    largest = max((prod(size or 1 for size in tensor.shape[1:]) for tensor in rebuilt.tensors.values()), default=1)
    fitting = max(SMALLEST, min(LARGEST, CACHED // (4 * largest)))
    return 1 << (fitting.bit_length() - 1)  # whole batches of the usual sizes run best


class _Running:
    """Counts samples and seconds against the limits."""

    def __init__(self, started: float, limits: Limits) -> None:
        self.started, self.limits = started, limits
        self.samples = 0
        self.cut_by: str | None = None

    def cut(self, arrays: list[Any]) -> list[Any]:
        left = self.limits.max_samples - self.samples
        if len(arrays[0]) > left:
            self.cut_by = "max_samples"
        return [array[:left] for array in arrays]

    def done(self, count: int) -> None:
        self.samples += count
        if time.monotonic() - self.started > self.limits.max_seconds:
            self.cut_by = self.cut_by or "max_seconds"


def _targets(rebuilt: Rebuilt, nodes: Mapping[str, Node]) -> dict[str, Target]:
    """Every activation that works unit by unit, with the tensor before it.

    For their size alone: what recurrent layers put out, and sums in float16.
    """
    found = {}
    for name, tensor in rebuilt.tensors.items():
        node = nodes[name]
        if len(tensor.shape) < 2 or not str(tensor.dtype).startswith(("float", "bfloat")):
            continue
        axis = 1 if node.config.get("data_format") == "channels_first" and len(tensor.shape) > 2 else -1
        if node.op == "Activation" and node.activation and node.activation.name not in POINTWISE:
            layer = rebuilt.layers.get(_key(node)) or operations.activation(node)
            source = rebuilt.tensors.get(node.inputs[0].source) if node.inputs else None
            found[name] = Target(tensor, source, layer, axis)
        elif node.op in RECURRENT or (node.op in AFFINE and str(tensor.dtype) == "float16"):
            found[name] = Target(tensor, axis=axis)
    return found


def _key(node: Node) -> str:
    return f"{node.layer}.activation" if node.name.startswith(f"{node.layer}.activation") else node.layer
