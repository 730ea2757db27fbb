"""Bytes, a path or a model in memory -> ModelGraph. What a file is, is told by its content, never by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from linter.graph import ModelGraph
from linter.options import Limits
from linter.read import archive, hdf5
from linter.read.errors import NotAModelError
from linter.read.errors import UnreadableError as UnreadableError
from linter.read.source import FileSource, MemorySource, Source, read_at

HEAD = 64


def read(model: Path | bytes | Any, limits: Limits) -> ModelGraph:
    """Return the model; raises UnreadableError where nothing can be read, OSError where the file cannot be opened.

    model: a path, a file's bytes, or a Keras model in memory.
    """
    if isinstance(model, bytes):
        return read_source(MemorySource(model), limits)
    if not isinstance(model, Path):
        from linter.read import memory

        return memory.read(model, limits)
    if model.is_dir():
        return _folder(model, limits)
    if not model.is_file():
        raise UnreadableError("no such file" if not model.exists() else "neither a regular file nor a folder")
    return read_source(FileSource(model), limits)


def _folder(path: Path, limits: Limits) -> ModelGraph:
    from linter.read import keras_folder, saved_model
    from linter.read.discover import is_saved_model, is_unpacked
    from linter.read.foreign import name_of_folder

    if is_unpacked(path):
        return keras_folder.read(path, limits)
    if not is_saved_model(path) and (name := name_of_folder(path)):
        raise NotAModelError(name)
    return saved_model.read(path, limits)


def read_source(source: Source, limits: Limits) -> ModelGraph:
    """Return the model in a file's bytes."""
    head = read_at(source, 0, HEAD)
    if not head:
        raise UnreadableError("the file is empty")
    if head.startswith((archive.MAGIC, archive.EMPTY_MAGIC)):
        from linter.read import keras_v3

        return keras_v3.read(source, limits)
    if is_hdf5(source):
        from linter.read import legacy_h5

        return legacy_h5.read(source, limits)
    from linter.read.foreign import refuse

    raise refuse(head, source)


def is_hdf5(source: Source) -> bool:
    """Whether the HDF5 signature stands at 0, 512, 1024, 2048 ... as the format allows."""
    offset = 0
    while offset < source.size and offset <= 1 << 20:
        if read_at(source, offset, len(hdf5.MAGIC)) == hdf5.MAGIC:
            return True
        offset = 2 * offset or 512
    return False
