"""The front door: observe a model on data. The probe it makes is kept with the model, so that it compiles once."""

from collections.abc import Sequence
from typing import Any

from keras_act.probe import batches as data_batches
from keras_act.probe._check import THRESHOLD, checked, limits
from keras_act.probe.probe import Probe, Which
from keras_act.probe.sites import sites
from keras_act.probe.statistics import Statistics

KEPT = "__keras_act_probes__"  # Keras does not save attributes of this form


def observe(
    model: Any,
    data: Any,
    statistics: Which = "firing",
    *,
    layers: Sequence[str] | None = None,
    batch_size: int = 32,
    max_samples: int | None = None,
    threshold: float = THRESHOLD,
    progress: bool = False,
) -> Statistics:
    """Runs a model on data and says of each unit of each activation how often it fires.

    A unit is a channel: an entry of the last axis, or of axis 1 after channels-first convolutions. It fires on a sample
    if it fires at any valid (unmasked) position. Where it fires:

    - if its activation is exactly zero on an interval (ReLU, ReLU6, hard swish, soft shrink): where the output is not
      0;
    - else (GELU, SiLU, ELU, sigmoid, tanh ..): where the pre-activation is outside the flat tails, the outermost
      intervals on which |f'| <= `threshold`. A point of zero slope in between, as GELU's near -0.75, does not count.
    - A NaN fires nowhere.

    Args:
        model: Any Keras model; if it is not built, the first batch builds it.
        data: Arrays, a dict or list of arrays (one per input), or an iterable of batches: PyDataset, tf.data, a
            DataLoader, a generator; batches may be (x, y) or (x, y, weights). Memory does not grow with its length.
        statistics: "firing": on how many samples and positions each unit fires. "activity": also the mean absolute
            value and saturation per unit, and the mean square per layer. "full": mean, variance, minimum, maximum, mean
            absolute value, saturation and the share of positions that pass no gradient, all per unit.
        layers: Paths or names of the layers to observe; None: every activation.
        batch_size: Samples per batch, for arrays.
        max_samples: Stop after so many; None: at the end.
        threshold: As above, in [1e-5, 0.5].
        progress: Whether to show a bar.

    Returns:
        `Statistics`: a mapping from the path of each activation to its `LayerStatistics`.

    Raises:
        ValueError: no model, unknown statistics or layer, numbers out of range, data of the wrong form, names or shape,
            no samples, NaN or infinity in the data.

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu", name="hidden")])
    >>> observe(model, np.ones((10, 4)))["hidden"].samples
    10
    """
    checked(statistics, threshold)
    limits(batch_size, max_samples)
    if not getattr(model, "built", True):
        for batch in data_batches.batches(data, 0, 1, 1):
            model(batch, training=False)
    probe = _kept(model, statistics, tuple(layers) if isinstance(layers, list) else layers, threshold)
    return probe.observe(data, batch_size=batch_size, max_samples=max_samples, progress=progress)


def _kept(model: Any, statistics: Which, layers: Any, threshold: float) -> Probe:
    """The probe of an earlier call, unless the model's activations have changed since."""
    kept = getattr(model, "__dict__", {}).get(KEPT, {})
    key = (statistics, layers, threshold)
    state = (sites(model).key(), model.run_eagerly, model.jit_compile) if hasattr(model, "layers") else ()
    if key in kept and kept[key][0] == state:
        found: Probe = kept[key][1]
        return found
    probe = Probe(model, statistics, layers=layers, threshold=threshold)
    vars(model)[KEPT] = {**kept, key: (state, probe)}
    return probe
