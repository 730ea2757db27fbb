"""Which models a path stands for: a file, a folder that is one model, or a folder to walk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SUFFIXES = (".keras", ".h5", ".hdf5")
SAVED_MODEL = ("saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb")
KERAS_CONFIG, KERAS_WEIGHTS = "config.json", ("model.weights.h5", "model.weights.npz", "model.weights.json")
SKIPPED_FOLDERS = frozenset(("__pycache__", "node_modules", "site-packages"))


class Target(NamedTuple):
    """A model to lint. One that was `found` in a folder may turn out to be no model; one that was named may not."""

    path: Path
    found: bool


def targets(path: Path) -> Iterator[Target]:
    """Yield the models at `path`, in the order of their names.

    The weights of an unpacked archive, as a hook is handed them, stand for their model.
    """
    if path.name in KERAS_WEIGHTS and is_unpacked(path.parent):
        path = path.parent
    if not path.is_dir() or is_model(path):
        yield Target(path, found=False)
        return
    for folder, names, files in os.walk(path):
        here = Path(folder)
        if here != path and is_model(here):
            names.clear()
            yield Target(here, found=True)
            continue
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in SKIPPED_FOLDERS)
        for name in sorted(files):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Target(here / name, found=True)


def linked(path: Path) -> tuple[str, ...]:
    """Return the files outside of an unpacked archive's folder that it links to, as a clone from the Hub does."""
    if not is_unpacked(path):
        return ()
    return tuple(str(item.resolve()) for item in path.iterdir() if item.is_symlink() and item.is_file())


def marker(path: Path) -> Path:
    """Return the file that is written anew whenever the model at `path` is."""
    inside = (path / name for name in (*SAVED_MODEL, *KERAS_WEIGHTS))
    return next((file for file in inside if file.is_file()), path)


def is_model(path: Path) -> bool:
    """Whether a folder is one model."""
    return is_saved_model(path) or is_unpacked(path)


def is_unpacked(path: Path) -> bool:
    """Whether a folder holds the files of a `.keras` archive."""
    return (path / KERAS_CONFIG).is_file() and any((path / name).is_file() for name in KERAS_WEIGHTS)


def is_saved_model(path: Path) -> bool:
    """Whether a folder is a SavedModel, whole or not, so that a walk takes it as one model and does not go into it."""
    return any((path / name).is_file() for name in SAVED_MODEL)
