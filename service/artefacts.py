"""Uploads and reports as files: in a folder, or wherever an fsspec URL says. Under names of our own making."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec

from linter.api import SCRATCH

BLOCK = 5 << 20
"""Bytes that are sent at once to a store that is no folder."""


class Artefacts:
    """A folder of uploads and one of reports, at a URL."""

    def __init__(self, url: str) -> None:
        """Open the store; folders are made when they are first written to."""
        self.url = url
        self._system, self._root = fsspec.core.url_to_fs(url)
        self.local = Path(self._root) if "file" in _protocols(self._system) else None

    def place(self, folder: str, suffix: str = "") -> str:
        """Return a name that nobody else has."""
        return f"{folder}/{secrets.token_hex(16)}{suffix}"

    def open(self, place: str) -> BinaryIO:
        """Open a new file for writing, as a stream; raises OSError."""
        if self.local is not None:
            path = self.local / place
            path.parent.mkdir(parents=True, exist_ok=True)
            return path.open("xb", buffering=0)
        return cast("BinaryIO", self._system.open(f"{self._root}/{place}", "wb", block_size=BLOCK))

    def read(self, place: str) -> bytes:
        """Return a file's content; raises FileNotFoundError."""
        if self.local is not None:
            return (self.local / place).read_bytes()
        return cast("bytes", self._system.cat_file(f"{self._root}/{place}"))

    def write(self, place: str, content: bytes) -> None:
        """Write a file whole or not at all, over an older one."""
        if self.local is None:
            self._system.pipe_file(f"{self._root}/{place}", content)
            return
        path = self.local / place
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.write_bytes(content)
        os.replace(draft, path)

    @contextmanager
    def as_path(self, place: str) -> Iterator[Path]:
        """Give the path of a file on this machine, a copy where it lies elsewhere; raises FileNotFoundError."""
        if self.local is not None:
            path = self.local / place
            path.stat()
            yield path
            return
        with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as folder:
            path = Path(folder, Path(place).name)
            self._system.get_file(f"{self._root}/{place}", str(path))
            yield path

    def delete(self, place: str) -> None:
        """Delete a file, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            if self.local is not None:
                (self.local / place).unlink()
            else:
                self._system.rm_file(f"{self._root}/{place}")

    def listed(self, folder: str) -> Iterator[tuple[str, float]]:
        """Yield (place, time of its last change) of every file in a folder."""
        with contextlib.suppress(FileNotFoundError):
            for item in self._system.ls(f"{self._root}/{folder}", detail=True):
                yield f"{folder}/{Path(item['name']).name}", _changed(item)

    def check(self) -> None:
        """Write, read and delete a file; raises OSError where that cannot be done."""
        place, content = self.place("probe"), secrets.token_bytes(8)
        self.write(place, content)
        if self.read(place) != content:
            raise OSError("the artefact store gives back something else than what was written")
        self.delete(place)


def digest(*parts: str) -> str:
    """Return one SHA-256 for several texts, which no other texts have."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest())
    return whole.hexdigest()


def _protocols(system: Any) -> tuple[str, ...]:
    given = system.protocol
    return (given,) if isinstance(given, str) else tuple(given)


def _changed(item: dict[str, Any]) -> float:
    found = item.get("mtime", item.get("LastModified", 0.0))
    return float(found.timestamp() if hasattr(found, "timestamp") else found)
