"""Files of a form, streamed into the artefact store and hashed on the way: none is in memory, nor on disk twice."""

from __future__ import annotations

import hashlib
import io
import re
from typing import IO, BinaryIO

from flask import Request, current_app

from service.artefacts import Artefacts
from service.jobs import Upload

SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,12}\Z")
FORM_MEMORY = 1 << 20
"""Bytes of all fields that are no files together."""


class Streamed(io.RawIOBase):
    """One file on its way into the store."""

    def __init__(self, artefacts: Artefacts, filename: str | None) -> None:
        """Open a new file in the store; raises OSError."""
        suffix = SUFFIX.search(filename or "")
        self.artefacts = artefacts
        self.place = artefacts.place("uploads", suffix.group().lower() if suffix else "")
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._file: BinaryIO = artefacts.open(self.place)

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: object) -> int:
        """Take the next piece."""
        piece = memoryview(data)  # type: ignore[arg-type]
        self._sha256.update(piece)
        self._file.write(piece)
        self.size += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Finish: the form's reader rewinds a file when it is complete."""
        self._file.close()
        return 0

    def done(self, name: str) -> Upload:
        """Return what has been stored."""
        return Upload(self.place, name, self._sha256.hexdigest(), self.size)

    def discard(self) -> None:
        """Delete what has been stored."""
        self._file.close()
        self.artefacts.delete(self.place)


class StreamingRequest(Request):
    """A request whose files go straight into the store of the application."""

    max_form_memory_size = FORM_MEMORY
    max_form_parts = 16

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        stream = Streamed(current_app.extensions["keras-lint"].artefacts, filename)
        self.__dict__.setdefault("streams", []).append(stream)
        return stream  # type: ignore[return-value]

    def discard_streams(self, kept: tuple[Upload, ...] = ()) -> None:
        """Delete every file of this request that nobody has taken over."""
        places = {upload.place for upload in kept}
        for stream in self.__dict__.pop("streams", ()):
            if stream.place not in places:
                stream.discard()
