"""TensorFlow's checkpoints: `variables.index`, a sorted table of where each tensor lies, and the shards with the
values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

from linter.graph import Weight
from linter.options import Limits
from linter.read.errors import UnreadableError
from linter.read.protobuf import BYTES, FIXED32, Wire, signed
from linter.read.sorted_table import table, varint
from linter.read.source import FileSource, Source, read_at
from linter.read.weights import StoredWeight

MAX_RANK = 254

Opener = Callable[[Path], Source | None]
"""Gives a file of the checkpoint; None where it is not there."""

STRING = 7
DTYPES: Mapping[int, str] = {
    1: "f4",
    2: "f8",
    3: "i4",
    4: "u1",
    5: "i2",
    6: "i1",
    8: "c8",
    9: "i8",
    10: "b1",
    14: "bfloat16",
    17: "u2",
    18: "c16",
    19: "f2",
    22: "u4",
    23: "u8",
}
"""TensorFlow's number of a dtype -> NumPy's code without the byte order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one tensor lies."""

    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    sliced: bool


@dataclass(slots=True)
class Bundle:
    """A checkpoint: entries by key, and handles to their values."""

    prefix: Path
    entries: Mapping[str, Entry]
    shards: int
    order: str
    open: Opener
    sources: dict[int, Source | None] = field(default_factory=dict)

    def weight(self, key: str) -> Weight | None:
        """Return a handle to the values of `key`; None where they are not numbers or not all there."""
        entry = self.entries.get(key)
        if entry is None or entry.dtype not in DTYPES:
            return None
        if entry.sliced:
            raise UnreadableError(
                f"{key} is stored in slices (a partitioned variable), which is not read; "
                "save the model without partitioning"
            )
        code = DTYPES[entry.dtype]
        dtype = code if code == "bfloat16" else (f"|{code}" if code.endswith("1") else f"{self.order}{code}")
        width = 2 if code == "bfloat16" else int(code[1:])
        source = self.shard(entry.shard)
        if source is None or entry.size != prod(entry.shape) * width or entry.offset + entry.size > source.size:
            return None
        return StoredWeight(key.removesuffix("/.ATTRIBUTES/VARIABLE_VALUE"), entry.shape, dtype, source, entry.offset)

    def string(self, key: str, most: int) -> bytes | None:
        """Return the one string that a scalar string tensor holds; None where it is none, or past `most` bytes."""
        entry = self.entries.get(key)
        source = self.shard(entry.shard) if entry else None
        if entry is None or source is None or entry.dtype != STRING or entry.shape or entry.size > most:
            return None
        stored = read_at(source, entry.offset, entry.size)
        length, start = varint(stored, 0, len(stored))
        return stored[start + 4 : start + 4 + length] if start + 4 + length <= len(stored) else None

    def shard(self, number: int) -> Source | None:
        """Return a data file, opened once; None where it is not there."""
        if number not in self.sources:
            path = self.prefix.with_name(f"{self.prefix.name}.data-{number:05d}-of-{self.shards:05d}")
            self.sources[number] = self.open(path) if number < self.shards else None
        return self.sources[number]

    def close(self) -> None:
        """Close the data files; the weights handed out can no longer be read."""
        for source in self.sources.values():
            if isinstance(source, FileSource):
                source.close()


def read(prefix: Path, limits: Limits, opener: Opener | None = None) -> Bundle:
    """Return the checkpoint whose index is `prefix`.index; raises UnreadableError where it is damaged, OSError where it
    cannot be opened.

    opener: gives its files, where they do not lie on disk.
    """
    index = prefix.with_name(f"{prefix.name}.index")
    source = opener(index) if opener else FileSource(index)
    if source is None:
        raise UnreadableError(f"{index.as_posix()} is missing")
    try:
        if source.size > limits.max_index_bytes:
            raise UnreadableError(
                f"{index.name} has {source.size:,} bytes; at most {limits.max_index_bytes:,} are read"
            )
        return _bundle(prefix, read_at(source, 0, source.size), index.name, limits, opener or _regular)
    finally:
        if isinstance(source, FileSource):
            source.close()


def _regular(path: Path) -> Source | None:
    return FileSource(path) if path.is_file() and not path.is_symlink() else None


def _bundle(prefix: Path, data: bytes, name: str, limits: Limits, opener: Opener) -> Bundle:
    entries: dict[str, Entry] = {}
    shards, order = 1, "<"
    unpacked = 0
    for count, (key, value) in enumerate(table(data, name)):
        unpacked += len(key)
        if count > limits.max_protobuf_nodes or unpacked > limits.max_key_bytes:
            raise UnreadableError(
                f"{name} has {count:,} entries with {unpacked:,} bytes of keys, which is past the limits"
            )
        wire = Wire(value, name, limits)
        span = (0, len(value))
        if not key:
            shards, order = wire.value(span, 1), ">" if wire.value(span, 2) else "<"
        else:
            entries[key.decode("utf-8", "backslashreplace")] = _entry(wire)
    return Bundle(prefix, entries, shards, order, opener)


def _entry(wire: Wire) -> Entry:
    numbers = {1: 0, 3: 0, 4: 0, 5: 0}
    shape: tuple[int, ...] = ()
    sliced = False
    for number, kind, value, end in wire.fields((0, len(wire.data))):
        if number == 2 and kind == BYTES:
            shape = tuple(signed(wire.value(span, 1)) for span in wire.spans((value, end), 2))
        elif number == 7:
            sliced = True
        elif number in numbers and kind not in (BYTES, FIXED32):
            numbers[number] = value
    if len(shape) > MAX_RANK or any(size < 0 for size in shape):
        raise UnreadableError(f"{wire.name} is damaged: it declares a tensor of shape {shape[:8]}")
    return Entry(numbers[1], shape, numbers[3], numbers[4], numbers[5], sliced)
