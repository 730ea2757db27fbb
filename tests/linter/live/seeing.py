"""A file and its data -> what a run sees, in this process and without a sandbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from linter.analysis.units import LayerUnits, layers_of
from linter.graph import ModelGraph
from linter.live.observe import Observer
from linter.live.rebuild import rebuild
from linter.live.samples import Expected, match, open_samples
from linter.observation import Observation
from linter.options import Limits
from linter.rule import Subject
from tests.linter.live.agree import graph_of
from tests.linter.read.quiet import quiet


class Seeing:
    """A model of a file, ready to be run on arrays."""

    def __init__(self, path: Path) -> None:
        """Rebuild it."""
        self.folder = path.parent
        self.graph: ModelGraph = graph_of(path)
        with quiet():
            self.rebuilt = rebuild(self.graph)
            self.observer = Observer(self.graph, self.rebuilt)

    def on(self, data: Any, batch: int | None = None, **limits: Any) -> Observation:
        """Return what is seen of the data: an array, or arrays by input."""
        path = self.folder / "data.npz"
        np.savez(path, **(data if isinstance(data, dict) else {self.rebuilt.inputs[0]: data}))
        return self.at(str(path), batch, **limits)

    def at(self, place: str, batch: int | None = None, **limits: Any) -> Observation:
        """Return what is seen of the data at a place."""
        pairs = zip(self.rebuilt.inputs, self.rebuilt.model.inputs, strict=True)
        expected = [Expected(name, tuple(tensor.shape), str(tensor.dtype)) for name, tensor in pairs]
        samples = open_samples(place, expected, generators=":" in place)
        matched = match(samples, expected)
        assert matched.mismatches == ()
        if batch:
            self.observer.batch = batch
        with quiet():
            return self.observer.run(samples, matched, replace(Limits(), **limits))

    def layers(self, seen: Observation) -> dict[str, LayerUnits]:
        """Return the judged units by layer."""
        return {item.layer: item for item in layers_of(Subject(self.graph, observation=seen))}
