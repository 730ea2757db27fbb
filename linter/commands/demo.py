"""demo: a small model with planted problems, and data with some of their own, written and linted like any other."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from linter.build import Built, chain, dense, input, lstm, trained
from linter.commands.check import check
from linter.invocation import Invocation
from linter.options import Options
from linter.reporters import REPORTERS
from linter.write import keras_archive

STEPS, FEATURES, SAMPLES = 20, 6, 300
ON_DATA = ("RNN101", "DAT", "DED401")
"""Rules of the second run: those to which the data have something to add."""


def planted() -> Built:
    """Return the model: ReLU in an LSTM, hidden layers that are one linear map, a silent unit.

    An output that does not fit its loss.
    """
    built = trained(
        chain(
            input(STEPS, FEATURES, name="sensors"),
            lstm(16, activation="relu", name="lstm"),
            dense(32, name="projection"),
            dense(32, activation="relu", name="hidden"),
            dense(16, activation="relu", name="features"),
            dense(1, activation="softmax", name="failure"),
            loss="binary_crossentropy",
        ),
        seed=7,
    )
    values = {path: {role: array.copy() for role, array in found.items()} for path, found in built.values.items()}
    values["features"]["kernel"][:, 3] = -abs(values["features"]["kernel"][:, 3])
    values["features"]["bias"][3] = -0.1
    return replace(built, values=values)


def sampled() -> Any:
    """Return what six sensors said: one of them is stuck, another drops out now and then."""
    import numpy as np

    random = np.random.default_rng(7)
    data = random.normal(size=(SAMPLES, STEPS, FEATURES)).astype("float32")
    data[..., 5] = 0.25
    data[random.integers(0, SAMPLES, 4), 0, 2] = np.nan
    return data


def demo(folder: Path | None) -> int:
    """Write the model and the data, lint it without and with them, print the reports; return 0."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return _run(folder)
    with tempfile.TemporaryDirectory(prefix="keras-lint-demo-") as scratch:
        return _run(Path(scratch))


def _run(folder: Path) -> int:
    import numpy as np

    path, data = folder / "demo.keras", folder / "sample.npz"
    path.write_bytes(keras_archive(planted()))
    np.savez(data, sensors=sampled())
    _show(Invocation((path,)), Options(), f"check {path}")
    shown = f"check {path} --data {data} --select {','.join(ON_DATA)}"
    _show(Invocation((path,), data=str(data)), Options(select=ON_DATA), shown)
    return 0


def _show(invocation: Invocation, options: Options, command: str) -> None:
    print(f"$ keras-lint {command}", file=sys.stderr, flush=True)
    report = check(invocation, options, "demo")
    if report.errors:  # no Keras, say: what there is to say without it has been said
        print(f"keras-lint: {report.errors[0].message}", file=sys.stderr)
    else:
        print(REPORTERS["text"](report), flush=True)
