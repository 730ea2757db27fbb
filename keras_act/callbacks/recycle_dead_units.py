"""RecycleDeadUnits: gives units that no longer fire a new start during training."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_act.callbacks._check import checked_data, checked_every, checked_share
from keras_act.callbacks._redraw import restart
from keras_act.callbacks._wiring import Unsupported, Wiring, functional, wiring
from keras_act.probe import LayerStatistics, Statistics, observe
from keras_act.probe.sites import sites


@dataclass(frozen=True, slots=True)
class Recycled:
    """What was done once to one layer.

    Attributes:
        epoch: When, counted from 0.
        layer: Path of the activation.
        units: Indices of the units that started anew.
        total: How many units the layer has.
    """

    epoch: int
    layer: str
    units: tuple[int, ...]
    total: int


class RecycleDeadUnits(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Restarts dead units (ReDo: Sokar, Agarwal, Castro and Evci 2023, "The Dormant Neuron Phenomenon in Deep RL").

    At the end of an epoch, each unit that fired on no sample gets incoming weights and bias drawn anew from the layer's
    own initializers; its outgoing weights become zero, so that the network computes what it did before; what the
    optimizer remembers of these weights goes back to its start. Statistics and parameters of a BatchNormalization
    between kernel and activation, or behind it, start anew for the unit too; behind it, that may shift the output.

    It handles Dense, Conv and ConvTranspose layers of sequential and functional models, nested or not, whose units are
    read, possibly through pooling, dropout, padding, flattening or BatchNormalization, by such layers. What it cannot
    handle (shared layers, shortcuts, recurrent layers, channels-first data) it leaves alone and names in `skipped`.

    Args:
        data: What to observe, as for `keras_act.probe.observe`; readable anew each time: no generator.
        every: After each so many epochs, starting with the first.
        until: Do nothing from this epoch on, counted from 0: units need time to learn; None: to the end.
        dormancy: Also restart units whose mean absolute output is at most this share of their layer's mean, in [0, 1];
            0 (the default) restarts units that never fire.
        layers: Paths or names of the layers to look after; None: every activation.
        seed: Of the new weights; None: different each time.
        verbose: 1 prints what was done.
        options: As for `observe`: `batch_size`, `max_samples`, `threshold`.

    Attributes:
        history: A list of `Recycled`, in order.
        skipped: Path to reason for activations that it cannot handle.
        statistics: The latest `Statistics`, taken before the restart.

    Logs `recycled_units`, the number restarted after the epoch.

    Raises:
        ValueError: no data or a generator, `every` below 1, `until` negative, `dormancy` outside [0, 1].
    """

    def __init__(
        self,
        data: Any,
        *,
        every: int = 1,
        until: int | None = None,
        dormancy: float = 0.0,
        layers: Sequence[str] | None = None,
        seed: int | None = None,
        verbose: int = 0,
        **options: Any,
    ) -> None:
        super().__init__()
        if until is not None and (not isinstance(until, int) or until < 0):
            raise ValueError(f"until must be an epoch, 0 or later. Received: {until!r}")
        self.data = checked_data(data)
        self.every = checked_every(every)
        self.until = until
        self.dormancy = checked_share("dormancy", dormancy)
        self.options = {"layers": layers, "statistics": "full" if dormancy else "firing", **options}
        self.verbose = verbose
        self.history: list[Recycled] = []
        self.skipped: dict[str, str] = {}
        self.statistics: Statistics | None = None
        self._random = np.random.default_rng(seed)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Observes and restarts, if it is time."""
        done: list[Recycled] = []
        if epoch % self.every == 0 and (self.until is None or epoch < self.until):
            done = self.recycle(epoch)
        if logs is not None:
            logs["recycled_units"] = sum(len(one.units) for one in done)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Prints the summary if asked to."""
        if self.verbose:
            print(self.summary())

    def recycle(self, epoch: int = 0) -> list[Recycled]:
        """Observes and restarts now; returns what was done, and adds it to `history`."""
        self.statistics = observe(self.model, self.data, progress=self.verbose > 1, **self.options)
        wirings, done = self._wirings(), []
        for name, wires in wirings.items():
            units = self._dead(self.statistics[name])
            if len(units) and wires.units == self.statistics[name].units:
                for slices in (*wires.incoming, *wires.outgoing):
                    restart(slices, units, wires.units, getattr(self.model, "optimizer", None), self._random)
                done.append(Recycled(epoch, name, tuple(int(unit) for unit in units), wires.units))
        self.history += done
        if self.verbose and done:
            said = ", ".join(f"{len(one.units)} of {one.total} in {one.layer}" for one in done)
            print(f"RecycleDeadUnits: epoch {epoch}: restarted {said}")
        return done

    def summary(self) -> str:
        """A readable account of what was done."""
        total = sum(len(one.units) for one in self.history)
        lines = [f"RecycleDeadUnits: {total} restarts in {len({one.epoch for one in self.history})} epochs"]
        for name in dict.fromkeys(one.layer for one in self.history):
            mine = [one for one in self.history if one.layer == name]
            restarts = sum(len(one.units) for one in mine)
            different = len({unit for one in mine for unit in one.units})
            epochs = f"epochs {mine[0].epoch} to {mine[-1].epoch}"
            lines.append(f"  {name}: {restarts} restarts of {different} of its {mine[0].total} units, {epochs}")
        return "\n".join([*lines, *(f"  left alone: {name}: {why}" for name, why in self.skipped.items())])

    def _dead(self, layer: LayerStatistics) -> Any:
        silent = layer.fired_samples == 0
        return np.flatnonzero(silent | (layer.activity <= self.dormancy) if self.dormancy else silent)

    def _wirings(self) -> dict[str, Wiring]:
        """Observed activations whose weights can be told; the others go to `skipped`."""
        found: dict[str, Wiring] = {}
        graphs = list(functional(self.model))
        for site in sites(self.model).found:
            if self.statistics is None or site.name not in self.statistics:
                continue
            home = [graph for graph in graphs if any(site.owner is one for one in graph.operations)]
            try:
                if not home:
                    raise Unsupported("it is in no sequential or functional model")
                found[site.name] = wiring(home[0], site)
            except Unsupported as why:
                self.skipped[site.name] = str(why)
        return found
