"""The signal's way from the first hidden layer to the last:
by what factor its second moment changes, as theory predicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf, log
from typing import NamedTuple

from linter.analysis import freshness, kernels, neighbours, signal, topology
from linter.analysis.signal_state import State
from linter.analysis.words import times
from linter.finding import Certainty, Evidence
from linter.graph import Node
from linter.rule import Subject

SURE = 1.5
"""Standard deviations over draws by which a factor must clear a threshold."""


class Journey(NamedTuple):
    """`gain` is the predicted second moment at the last hidden layer over that at the first;
    `doubt` of its logarithm.
    """

    fresh: bool
    first: Node
    last: Node
    gain: float
    doubt: float
    stages: tuple[Node, ...]
    """The hidden layers with kernels that have a prediction, in order."""

    @property
    def at_most(self) -> float:
        """The gain of a lucky draw."""
        return self.gain * exp(min(SURE * self.doubt, 600.0))

    @property
    def at_least(self) -> float:
        """The gain of an unlucky draw."""
        return self.gain * exp(-SURE * self.doubt)


def of(model: Subject) -> tuple[Journey, ...]:
    """Return one journey for each layer that makes an output, the weakest first;
    none for models without two hidden layers.
    """
    return model.once("journeys", lambda: tuple(sorted(_journeys(model), key=lambda item: item.gain)))


def _journeys(model: Subject) -> Iterator[Journey]:
    found, stages = signal.of(model), tuple(_stages(model))
    if len(stages) < 2:
        return
    first, top = stages[0], topology.of(model)
    for node in _ends(model, stages[-1]):
        reached = ancestors(top, node)
        passed = tuple(stage for stage in stages if stage.name in reached)
        start, end = found.forward.get(first.name), found.forward.get(node.name)
        if start is None or end is None or len(passed) < 2 or first.name not in reached:
            continue
        gain = _log(end) - _log(start)
        yield Journey(freshness.starting(model), first, node, exp(max(min(gain, 600), -600)), end.doubt, passed)


def sampled(model: Subject, found: Journey) -> float | None:
    """Return the gain as a run on data saw it; None without one, or where it saw nothing of either end."""
    seen = model.observation.signal if model.observation else {}
    if found.first.name not in seen or found.last.name not in seen:
        return None
    start, end = (seen[node.name].second_moment for node in (found.first, found.last))
    return end / start if start > 0 else None


def measured(model: Subject, found: Journey) -> dict[str, float]:
    """Return what a finding says in numbers: the gain predicted, and beside it the gain on the sample."""
    told = {"gain": found.gain, "log_deviation": found.doubt, "layers": float(len(found.stages))}
    gain = sampled(model, found)
    return told if gain is None else {**told, "sampled_gain": gain}


def beside(gain: float | None) -> str:
    """Return what a message says of the gain on the sample, after the one predicted."""
    return "" if gain is None else f" (on the sample it becomes {times(gain)} of itself)"


def known(found: Journey, agrees: bool) -> tuple[Evidence, Certainty]:
    """Return how a gain past a threshold is known: seen, where the sample agrees, else predicted."""
    if agrees:
        return Evidence.SAMPLE, Certainty.OBSERVED
    return Evidence.CONFIG if found.fresh else Evidence.WEIGHTS, Certainty.ESTIMATED


def _log(state: State) -> float:
    return state.log if state.log > -inf else log(1e-300)


def _stages(model: Subject) -> Iterator[Node]:
    """Yield what hidden kernels put out: their activation's node, where one follows."""
    found, seen = signal.of(model), set()
    for node in model.graph.nodes:
        hidden = node.op in topology.AFFINE | topology.RECURRENT and kernels.at(model, node)
        if not hidden or neighbours.makes_output(model, node):
            continue
        after = neighbours.following(model, node).node or node
        if after.name in found.forward and after.name not in seen:
            seen.add(after.name)
            yield after


def _ends(model: Subject, last: Node) -> list[Node]:
    """Return what feeds the layers that make outputs; the last hidden layer where no kernel does."""
    top, out = topology.of(model), []
    for node in model.graph.nodes:
        if node.op in topology.AFFINE and neighbours.makes_output(model, node):
            source = top.source(node)
            if source is not None:
                out.append(source)
    return list({node.name: node for node in out}.values()) or [last]


def ancestors(top: topology.Topology, node: Node) -> set[str]:
    """Return the names of all nodes that `node` depends on, itself included."""
    pending, seen = [node], {node.name}
    while pending:
        for source in top.sources(pending.pop()):
            if source.name not in seen:
                seen.add(source.name)
                pending.append(source)
    return seen
