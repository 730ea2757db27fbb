"""The zip around a `.keras` file: its members.

Without unpacking them to disk and without trusting what it says of itself.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import NamedTuple

from linter.graph import Defect
from linter.options import Limits
from linter.read.archive_tricks import tricks
from linter.read.errors import UnreadableError
from linter.read.source import MemorySource, Source, SourceFile, Window, read_at

MAGIC = b"PK\x03\x04"
EMPTY_MAGIC = b"PK\x05\x06"
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    IndexError,
)


class Archive(NamedTuple):
    """A zip file.

    `members` maps names to the entries that will be read; of several with one name the last, as for Keras.
    """

    source: Source
    members: dict[str, zipfile.ZipInfo]
    defects: tuple[Defect, ...]
    limits: Limits

    def read(self, name: str, limit: int) -> bytes:
        """Return a member whole; raises UnreadableError where it is longer than `limit` bytes.

        Out of proportion or damaged.
        """
        info = self.members[name]
        if info.file_size > limit or _bomb(info, self.limits):
            raise UnreadableError.because(
                Defect(
                    "SEC007",
                    f"{name} unpacks from {info.compress_size:,} to {info.file_size:,} bytes; at most {limit:,} "
                    "are read",
                    name,
                )
            )
        try:
            with zipfile.ZipFile(SourceFile(self.source)) as archive, archive.open(info) as member:
                data = member.read(limit + 1)
        except DAMAGE as error:
            raise UnreadableError(f"{name} in the archive is damaged: {error}") from None
        if len(data) > limit:
            raise UnreadableError.because(
                Defect(
                    "SEC007", f"{name} unpacks to more than {limit:,} bytes, against what the archive declares", name
                )
            )
        return data

    def member(self, name: str) -> Source:
        """Return a member as a source: a window where it is stored, unpacked into memory where it is deflated."""
        info = self.members[name]
        if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
            start = self._start(info)
            if start + info.file_size > self.source.size:
                raise UnreadableError(f"{name} in the archive is damaged: it reaches beyond the end of the file")
            return Window(self.source, start, info.file_size)
        return MemorySource(self.read(name, min(self.limits.max_unpacked_bytes, info.file_size)))

    def _start(self, info: zipfile.ZipInfo) -> int:
        header = read_at(self.source, info.header_offset, 30)
        if len(header) < 30 or header[:4] != MAGIC:
            raise UnreadableError(f"{info.filename} in the archive is damaged: no local header at {info.header_offset}")
        name, extra = struct.unpack_from("<HH", header, 26)
        return info.header_offset + 30 + int(name) + int(extra)


def open_archive(source: Source, limits: Limits) -> Archive:
    """Return the archive in `source`; raises UnreadableError where it is no zip."""
    try:
        with zipfile.ZipFile(SourceFile(source)) as archive:
            infos, comment, directory = archive.infolist(), archive.comment, archive.start_dir
    except DAMAGE as error:
        raise UnreadableError(f"damaged zip archive: {error}") from None
    except UnicodeDecodeError:
        raise UnreadableError("damaged zip archive: a member's name is not text") from None
    if len(infos) > limits.max_members:
        message = f"the archive has {len(infos):,} members, past the limit `max_members` of {limits.max_members:,}"
        raise UnreadableError.because(Defect("SEC007", message))
    defects = tricks(source, infos, len(comment), directory, limits)
    return Archive(source, {info.filename: info for info in infos}, tuple(defects), limits)


def _bomb(info: zipfile.ZipInfo, limits: Limits) -> bool:
    return info.file_size > limits.ratio_floor and info.file_size > limits.max_ratio * max(info.compress_size, 1)
