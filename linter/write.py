"""A model in memory -> the bytes of a `.keras` archive, in Keras's own layout."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from linter.build import Built
from linter.options import Limits
from linter.read.normalise import values
from linter.read.normalise.layout import variables
from linter.read.normalise.names import RECURRENT
from linter.read.normalise.parse import parse

if TYPE_CHECKING:
    import h5py
    import numpy as np

KERAS_VERSION = "3.15.1"


def keras_archive(built: Built) -> bytes:
    """Return a `.keras` file of a flat Sequential or functional model, without an optimizer's state."""
    out = io.BytesIO()
    config = {**built.config, "compile_config": built.compiled}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(
            "metadata.json", json.dumps({"keras_version": KERAS_VERSION, "date_saved": "2026-01-01@00:00:00"})
        )
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", _weights(built))
    return out.getvalue()


def _weights(built: Built) -> bytes:
    import h5py

    out = io.BytesIO()
    counter: Counter[str] = Counter()
    with h5py.File(out, "w") as file:
        for layer in parse(built.config, Limits()).layers:
            stem = values.snake(layer.class_name)
            group = f"layers/{stem}_{counter[stem]}" if counter[stem] else f"layers/{stem}"
            counter[stem] += 1
            inside = f"{group}/cell" if layer.op in RECURRENT else group
            _variables(file, f"{inside}/vars", layer, built.values.get(layer.name, {}))
    return out.getvalue()


def _variables(file: h5py.File, place: str, layer: Any, found: Mapping[str, np.ndarray]) -> None:
    group = file.create_group(place)
    for i, variable in enumerate(variables(layer) or ()):
        if variable.role in found:
            group.create_dataset(str(i), data=found[variable.role])
