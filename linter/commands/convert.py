"""convert: an old model -> a `.keras` file for today's Keras. Reads, rebuilds, saves, verifies."""

from __future__ import annotations

import os
from pathlib import Path

from linter.options import Options
from linter.read import UnreadableError, read


class ConversionError(ValueError):
    """A model that cannot be converted; the message says why."""


def convert(old: Path, new: Path) -> str:
    """Write `new` and return what was done, line by line; raises ConversionError or OSError."""
    if new.suffix != ".keras":
        raise ConversionError(f"{new} must end in .keras, the format of today's Keras")
    try:
        graph = read(old, Options().limits)
    except UnreadableError as error:
        raise ConversionError(f"{old}: {error}") from None
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        from linter.live.construct import CannotRebuildError
        from linter.live.convert import convert as written
    except ImportError as error:
        raise ConversionError(f"convert needs Keras ({error.name}): pip install 'keras-act[tensorflow]'") from None
    try:
        done = written(graph, new)
    except CannotRebuildError as error:
        raise ConversionError(f"{old}: {error}") from None
    lines = [
        f"wrote {new}: {done.parameters:,} parameters",
        f"Keras loads it, and on random inputs it computes the same (relative difference {done.difference:.1g})",
    ]
    lines += [f"not carried over: {item}" for item in done.lost]
    return "\n".join(lines)
