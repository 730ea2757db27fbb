"""demo: a small model with planted problems, written as a real file, then linted like any other."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from linter.build import Built, chain, dense, input, lstm, trained
from linter.commands.check import check
from linter.invocation import Invocation
from linter.options import Options
from linter.reporters import REPORTERS
from linter.write import keras_archive

STEPS, FEATURES = 20, 6


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


def demo(folder: Path | None) -> int:
    """Write the model, lint it, print the report; return 0."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return _run(folder)
    with tempfile.TemporaryDirectory(prefix="keras-lint-demo-") as scratch:
        return _run(Path(scratch))


def _run(folder: Path) -> int:
    path = folder / "demo.keras"
    path.write_bytes(keras_archive(planted()))
    print(f"$ keras-lint check {path}", file=sys.stderr)
    report = check(Invocation((path,)), Options(), "demo")
    print(REPORTERS["text"](report))
    return 0
