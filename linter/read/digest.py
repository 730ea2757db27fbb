"""SHA-256 of a model: of a file's bytes, or of a folder's files by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from linter.read.discover import is_unpacked

PIECE = 1 << 22
"""Bytes at once: a thread that hashes waits for the interpreter after each piece."""


def sha256(path: Path) -> str:
    """Return the hexadecimal digest; raises OSError."""
    if not path.is_dir():
        return _of_file(path)
    whole = hashlib.sha256()
    for item in sorted(_files(path)):
        whole.update(f"{item.relative_to(path).as_posix()}\0{sha256(item)}\0".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Yield what is read of a model that is a folder: an unpacked .keras has all beside each other, maybe as links."""
    if is_unpacked(folder):
        yield from (item for item in folder.iterdir() if item.is_file())
    else:
        yield from (item for item in folder.rglob("*") if item.is_file() and not item.is_symlink())


def _of_file(path: Path) -> str:
    whole, buffer = hashlib.sha256(), memoryview(bytearray(PIECE))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            whole.update(buffer[:count])
    return whole.hexdigest()
