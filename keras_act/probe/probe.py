"""The probe: a model made ready to be observed, compiled once and run on as much data as one likes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, Literal, TypeAlias

import keras
import numpy as np

from keras_act.probe import batches as data_batches
from keras_act.probe._check import THRESHOLD, checked, chosen, fitted, limits
from keras_act.probe.compiled import Compiled, Source, source_of_tensors
from keras_act.probe.curve import Curve, nonzero
from keras_act.probe.judge import judged, judged_by_parameters
from keras_act.probe.passage import Passage
from keras_act.probe.progress import Progress
from keras_act.probe.sites import Kind, Sites, sites
from keras_act.probe.statistics import Statistics
from keras_act.probe.sums import Squares, sum_of_squares
from keras_act.probe.taps import Recorder
from keras_act.probe.unpack import unpacked

Which: TypeAlias = Literal["firing", "activity", "full"]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A tensor of a functional model to observe.

    Attributes:
        output: Symbolic output of an activation, or any other tensor of which moments are wanted.
        input: The activation's symbolic input; without it, an activation that is never exactly zero cannot be judged.
        function: What maps input to output; None: a unit fires where the output is not zero.
        axis: The unit axis of `output`.
    """

    output: Any
    input: Any = None
    function: Callable[[Any], Any] | None = None
    axis: int = -1


class Probe:
    """Observes the units of one model; what `observe` uses.

    The first batch compiles (as `model.predict` does); keep the probe to run it again. It follows the model's weights,
    not changes of its layers.

    Args:
        model: A built Keras model of any kind.
        statistics: "firing" (the default), "activity" or "full", as in `observe`.
        layers: Paths or names of the layers to observe; None: every activation.
        threshold: Slope at or below which an activation counts as flat, in [1e-5, 0.5].

    Raises:
        ValueError: unknown statistics or layer, threshold out of range, no model, or nothing to observe.
    """

    def __init__(
        self,
        model: Any,
        statistics: Which = "firing",
        *,
        layers: Sequence[str] | None = None,
        threshold: float = THRESHOLD,
    ) -> None:
        checked(statistics, threshold)
        if not isinstance(model, keras.Model):
            raise ValueError(f"model must be a keras.Model. Received: {model!r} of type {type(model).__name__}")
        found = chosen(sites(model), layers)
        self._skipped = dict(found.skipped)
        self._prepare(model, partial(self._tapped, model, found), statistics)
        self._pending = [
            partial(self._judge, site.name, site.function, threshold, by_output=site.kind is Kind.STATE)
            for site in found.found
        ]

    @classmethod
    def from_tensors(
        cls,
        inputs: Any,
        targets: Mapping[str, Target],
        statistics: Which = "firing",
        *,
        threshold: float = THRESHOLD,
        squares: Squares = sum_of_squares,
    ) -> "Probe":
        """A probe of chosen tensors of a functional model, for whoever builds the graph and knows its names.

        Args:
            inputs: Symbolic inputs, as for `keras.Model(inputs, ...)`.
            targets: Name, as it appears in the statistics, to the tensors.
            statistics: As above.
            threshold: As above.
            squares: Sums the squares of a float tensor, where the backend has something quicker than `keras.ops`.

        Raises:
            ValueError: as above, or no targets.

        >>> x = keras.Input((4,))
        >>> z = keras.layers.Dense(8)(x)
        >>> y = keras.ops.gelu(z)
        >>> Probe.from_tensors(x, {"first": Target(y, z, keras.ops.gelu)}).observe(np.ones((10, 4)))["first"].units
        8
        """
        checked(statistics, threshold)
        if not targets:
            raise ValueError("targets must name at least one tensor. Received: {}")
        probe = cls.__new__(cls)
        probe._skipped = {}
        outputs: list[Any] = []
        places: dict[str, tuple[int | None, int]] = {}
        for name, target in targets.items():
            before = None if target.input is None else len(outputs)
            outputs += [tensor for tensor in (target.input, target.output) if tensor is not None]
            places[name] = (before, len(outputs) - 1)
        model = keras.Model(inputs, outputs)
        source = source_of_tensors(model, places, {name: target.axis for name, target in targets.items()})
        probe._prepare(model, source, statistics, squares)
        probe._pending = [
            partial(probe._judge, name, target.function, threshold, by_output=target.input is None)
            for name, target in targets.items()
        ]
        return probe

    @property
    def skipped(self) -> dict[str, str]:
        """Path to reason for activations that are not observed."""
        return dict(self._skipped)

    def batch(self, inputs: Any) -> Statistics:
        """Statistics of one batch of model inputs (an array, or a dict or list of arrays), which is not checked."""
        self._settle(inputs)
        out = self._compiled.predict_on_batch(inputs)
        rows = zip(np.asarray(out["counts"]), np.asarray(out["moments"]), strict=True)  # one per device
        layouts, which = self._compiled.layouts, self._compiled.which
        per_device = [unpacked(counts, moments, layouts, 0, which, self.skipped) for counts, moments in rows]
        whole = reduce(Statistics.merge, per_device)
        return Statistics(data_batches.rows(inputs), whole.layers, whole.skipped)

    def observe(
        self, data: Any, *, batch_size: int = 32, max_samples: int | None = None, progress: bool = False
    ) -> Statistics:
        """Runs the model on data, in inference mode. Arguments and errors: see `keras_act.probe.observe`."""
        limits(batch_size, max_samples)
        self._compiled.update()
        inputs = len(getattr(self._compiled.inner, "inputs", None) or ())
        bar = Progress(data_batches.length(data, inputs, batch_size)) if progress else None
        total: Statistics | None = None
        for batch in data_batches.batches(data, inputs, batch_size, max_samples):
            seen = self.batch(fitted(batch, self._compiled.inner))
            total = seen if total is None else total.merge(seen)
            if bar is not None:
                bar.step()
        if bar is not None:
            bar.close()
        if total is None:
            raise ValueError(f"data must have at least one sample. Received: {data!r}")
        return total

    def _prepare(self, model: Any, source: Source, statistics: Which, squares: Squares = sum_of_squares) -> None:
        self._compiled = Compiled(model, source, statistics, squares)

    def _tapped(self, model: Any, found: Sites, inputs: Any) -> dict[str, list[Passage]]:
        recorder = Recorder(found)
        with recorder.taps():
            model(inputs, training=False)
        self._skipped |= recorder.skipped
        passages = recorder.passages()
        for site in found.found:
            if site.name not in passages:
                self._skipped.setdefault(site.name, "the model does not call it")
        return {site.name: passages[site.name] for site in found.found if site.name in passages}

    def _settle(self, inputs: Any) -> None:
        """Before the first batch: sets the tests. Layers used as `activation=` are built by their first call only."""
        if self._pending:
            model = self._compiled.inner
            if not all(layer.built for layer in model._flatten_layers()):
                model(data_batches.cut(inputs, slice(0, 1)), training=False)
            for judge in self._pending:
                judge()
            self._pending = []

    def _judge(self, name: str, function: Any, threshold: float, by_output: bool) -> None:
        layer = getattr(function, "__self__", function)
        learnt = isinstance(layer, keras.layers.Layer) and bool(layer.weights)
        function = function.call if isinstance(function, keras.layers.Layer) else function
        try:
            if function is None:
                self._compiled.judge(name, nonzero())
            elif not learnt:
                self._compiled.judge(name, judged(function, threshold, by_output))
            elif by_output or judged_by_parameters(layer, function, threshold) is None:
                self._compiled.judge(name, nonzero())
            else:
                self._compiled.judge_learnt(name, partial(_present, layer, function, threshold))
        except ValueError as error:
            self._skipped[name] = str(error)


def _present(parameters: Any, function: Callable[[Any], Any], threshold: float) -> Curve:
    found = judged_by_parameters(parameters, function, threshold)
    return nonzero() if found is None else found
