"""An HDF5 file that is open for a moment, and its names as text."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from linter.read.errors import UnreadableError
from linter.read.source import FileSource, Source, SourceFile

if TYPE_CHECKING:
    import h5py


@contextmanager
def opened(source: Source) -> Iterator[h5py.File]:
    """Open `source` as HDF5, and close it whatever happens: a file object left open crashes the interpreter at its
    end."""
    os.environ.setdefault("HDF5_PLUGIN_PRELOAD", "::")  # no filter is loaded from elsewhere
    vars(platform.uname()).setdefault("processor", "")  # h5py asks for it when imported: Python would start `uname -p`
    try:
        file = _file(source)
    except (OSError, RuntimeError, ValueError) as error:
        raise UnreadableError(f"damaged HDF5 file: {first_line(error)}") from None
    with file:
        yield file


def _file(source: Source) -> h5py.File:
    """Open a file on disk by its descriptor, which spares HDF5 a call into Python for every read, else the bytes."""
    import h5py

    if isinstance(source, FileSource) and source.link:
        with suppress(OSError):  # damaged, or open here for writing
            return h5py.File(source.link, "r", locking=False)
    return h5py.File(SourceFile(source), "r")


def clean(raw: bytes | str) -> str:
    """Return a name as text, with the separators that Windows wrote into it."""
    return text(raw).replace("\\", "/")


def text(raw: bytes | str) -> str:
    """Return a name or a value as text, whatever bytes it has."""
    return raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw


def first_line(error: BaseException) -> str:
    """Return the beginning of what the library says."""
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
