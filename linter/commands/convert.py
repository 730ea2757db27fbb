"""convert: an old model -> a `.keras` file for today's Keras. Reads, rebuilds, saves, verifies."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from linter import output
from linter.graph import ModelGraph
from linter.live import backend
from linter.options import Options
from linter.read import UnreadableError, read, with_architecture
from linter.reporters.escape import TEXT, clip, plain


class ConversionError(ValueError):
    """A model that cannot be converted; the message says why."""


def convert(old: Path, new: Path, architecture: Path | None = None, modules: tuple[str, ...] = ()) -> str:
    """Write `new` and return what was done, line by line; raises ConversionError, RunError (no Keras) or OSError.

    architecture: the JSON of `model.to_json()`, where `old` holds weights alone. modules: the user's, to import from
        here or from wherever Python looks.
    """
    if new.suffix != ".keras":
        raise ConversionError(f"{new} must end in .keras, the format of today's Keras")
    output.check(new)
    try:
        graph = _graph(old, architecture)
    except UnreadableError as error:
        raise ConversionError(f"{old}: {error}") from None
    backend.load("convert")
    from linter.live.construct import CannotRebuildError
    from linter.live.convert import convert as written
    from linter.live.custom import admitted

    if modules:
        sys.path.append(os.getcwd())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras's own, of how somebody's layers are built
            done = written(graph, new, admitted(modules))
    except CannotRebuildError as error:
        raise ConversionError(f"{old}: {error}") from None
    lines = [
        f"wrote {new}: {done.parameters:,} parameters",
        f"Keras loads it{_with(modules)}, and on random inputs it computes the same (relative difference "
        f"{done.difference:.1g})",
    ]
    lines += [f"not carried over: {plain(clip(item, TEXT))}" for item in done.lost]
    return "\n".join(lines)


def _with(modules: tuple[str, ...]) -> str:
    return f" with what {' and '.join(modules)} {'has' if len(modules) == 1 else 'have'}" if modules else ""


def _graph(old: Path, architecture: Path | None) -> ModelGraph:
    if architecture is not None:
        return with_architecture.read(old, architecture, Options().limits)
    graph = read(old, Options().limits)
    if graph.format == "weights":
        raise UnreadableError("holds weights alone; give what model.to_json() wrote as --architecture FILE")
    return graph
