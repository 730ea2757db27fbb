"""Random access to bytes: a file, a part of a file, or memory. Nothing is ever read whole unless asked."""

from __future__ import annotations

import io
import os
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Protocol

POSITIONED = hasattr(os, "preadv")


class Source(Protocol):
    """Bytes that can be read anywhere."""

    @property
    def size(self) -> int:
        """Number of bytes."""

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Fill `buffer` from `offset` on; return how many bytes there were (fewer only at the end)."""


def read_at(source: Source, offset: int, size: int) -> bytes:
    """Return up to `size` bytes from `offset` on."""
    size = max(0, min(size, source.size - offset))
    buffer = bytearray(size)
    return bytes(buffer[: source.read_into(offset, memoryview(buffer))])


class FileSource:
    """A file on disk, by positioned reads; its descriptor is closed by `close`, or with the last handle on it."""

    def __init__(self, path: Path) -> None:
        """Open `path`; raises OSError."""
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by `close`
        self._lock = Lock()
        self.size = os.fstat(self._file.fileno()).st_size

    @property
    def link(self) -> str:
        """A name under which other libraries find the open file, whatever has become of its path (Linux), else ""."""
        name = f"/proc/self/fd/{self._file.fileno()}"
        return name if os.path.exists(name) else ""

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Fill `buffer` from `offset` on."""
        done = self._read_some(offset, buffer)
        while 0 < done < len(buffer):
            count = self._read_some(offset + done, buffer[done:])
            if not count:
                break
            done += count
        return done

    def _read_some(self, offset: int, buffer: memoryview) -> int:
        if POSITIONED:
            return os.preadv(self._file.fileno(), [buffer], offset)
        with self._lock:  # Windows and macOS < 11 have no preadv
            self._file.seek(offset)
            return self._file.readinto(buffer) or 0

    def close(self) -> None:
        """Close the descriptor."""
        self._file.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):  # opening it may have failed
            self.close()


class MemorySource(NamedTuple):
    """Bytes in memory."""

    data: bytes

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self.data)

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Fill `buffer` from `offset` on."""
        piece = self.data[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        return len(piece)


class Window(NamedTuple):
    """A part of another source."""

    source: Source
    start: int
    size: int

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Fill `buffer` from `offset` on."""
        length = max(0, min(len(buffer), self.size - offset))
        return self.source.read_into(self.start + offset, buffer[:length])


class SourceFile(io.RawIOBase):
    """A source as a binary file object, for libraries that want one."""

    def __init__(self, source: Source) -> None:
        """Start at the beginning of `source`."""
        self._source = source
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to `offset`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._source.size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` from the position on."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        count = self._source.read_into(self._position, view) if self._position < self._source.size else 0
        self._position += count
        return count
