"""What the probe accepts: each check says what was received."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_act.probe.sites import Site, Sites

THRESHOLD = 1e-3


def checked(statistics: str, threshold: float) -> None:
    """Raises ValueError for unknown statistics or a threshold out of range."""
    if statistics not in ("firing", "activity", "full"):
        raise ValueError(f'statistics must be "firing", "activity" or "full". Received: {statistics!r}')
    if not 1e-5 <= threshold <= 0.5:
        raise ValueError(f"threshold must be in [1e-5, 0.5]. Received: {threshold!r}")


def limits(batch_size: int, max_samples: int | None) -> None:
    """Raises ValueError unless both are positive integers."""
    for name, value in (("batch_size", batch_size), ("max_samples", 1 if max_samples is None else max_samples)):
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a positive integer. Received: {value!r}")


def chosen(found: Sites, layers: Sequence[str] | None) -> Sites:
    """The sites asked for. Raises ValueError for a name that is no activation's."""
    if layers is None:
        return found
    if isinstance(layers, str):
        raise ValueError(f"layers must be a sequence of names. Received the string {layers!r}")

    def named(site: Site, name: str) -> bool:
        return name in (site.name, site.owner.name)

    for name in layers:
        if not any(named(site, name) for site in found.found):
            known = ", ".join(site.name for site in found.found) or "none"
            raise ValueError(f"layers must name activations of the model: {known}. Received: {name!r}")
    found.found = [site for site in found.found if any(named(site, name) for name in layers)]
    found.skipped = {}
    return found


def fitted(batch: Any, model: Any) -> Any:
    """The batch in the structure that the model takes: an array, a list in the model's order, or a dict.

    Raises:
        ValueError: names, shapes or their number are not those of the model's inputs, where it has such.
    """
    expected = getattr(model, "inputs", None)
    if not expected:
        return batch
    if isinstance(batch, dict):
        wanted = [tensor.name for tensor in expected]
        if missing := sorted(set(wanted) - set(batch)):
            raise ValueError(f"the model needs inputs {sorted(wanted)}. Received {sorted(batch)}, without {missing}")
        arrays = [batch[name] for name in wanted]
    else:
        arrays = batch if isinstance(batch, list) else [batch]
        if len(arrays) != len(expected):
            raise ValueError(f"the model has {len(expected)} inputs. Received {len(arrays)} arrays")
    for array, tensor in zip(arrays, expected, strict=True):
        _fits_one(tuple(array.shape), tuple(tensor.shape), tensor.name)
    if isinstance(struct := getattr(getattr(model, "_functional", None) or model, "_inputs_struct", None), dict):
        return dict(zip(struct, arrays, strict=True))  # in the order that Keras flattens it: by name
    return arrays if len(arrays) > 1 or isinstance(struct, (list, tuple)) else arrays[0]


def _fits_one(shape: tuple[int, ...], wanted: tuple[int | None, ...], name: str) -> None:
    flexible = len(wanted) == 2 and wanted[1] == 1 and len(shape) == 1  # Keras adds that axis itself
    same = len(shape) == len(wanted) and all(b in (None, a) for a, b in zip(shape[1:], wanted[1:], strict=True))
    if not flexible and not same:
        raise ValueError(f"input {name!r} must have shape (samples, *{wanted[1:]}). Received: {shape}")
