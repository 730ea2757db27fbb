"""Global heaps of an HDF5 file, where its strings lie: HDF5 1.14 never returns from one with an object of no length.

They are looked at before any string is read, everywhere in a file of moderate size, else wherever no data set lies.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from linter.read.errors import UnreadableError
from linter.read.source import Source, read_at

SIGNATURE = b"GCOL\x01"
HEADER, OBJECT = 16, 16
SMALLEST = 4096
WHOLE = 64 << 20
"""Files up to this size are searched whole."""
PIECE = 1 << 20

Range = tuple[int, int]


def check(source: Source, data: Iterable[Range]) -> None:
    """Raise UnreadableError where a heap would never end; `data` are the (start, end) of stored data sets."""
    ranges = [(0, source.size)] if source.size <= WHOLE else list(_between(data, source.size))
    for start, end in ranges:
        for offset in _found(source, start, end):
            if _endless(source, offset):
                raise UnreadableError(f"damaged HDF5 file: the heap of strings at {offset} never ends")


def _between(data: Iterable[Range], size: int) -> Iterator[Range]:
    """Yield what lies between the data sets."""
    at = 0
    for start, end in sorted(data):
        if start > at:
            yield at, start
        at = max(at, end)
    if at < size:
        yield at, size


def _found(source: Source, start: int, end: int) -> Iterator[int]:
    """Yield the places of the signature, also of one that two pieces share."""
    for at in range(start, end, PIECE):
        piece = read_at(source, at, min(PIECE, end - at) + len(SIGNATURE) - 1)
        place = piece.find(SIGNATURE)
        while place >= 0:
            yield at + place
            place = piece.find(SIGNATURE, place + 1)


def _endless(source: Source, offset: int) -> bool:
    """Whether walking the objects of a heap as HDF5 does makes no progress or leaves the heap."""
    header = read_at(source, offset, HEADER)
    if len(header) < HEADER:
        return False
    (size,) = struct.unpack_from("<Q", header, 8)
    if not SMALLEST <= size <= source.size - offset:
        return False  # HDF5 refuses it by itself
    heap = read_at(source, offset, int(size))
    at = HEADER
    while at + OBJECT <= len(heap):
        index, length = struct.unpack_from("<H6xQ", heap, at)
        step = length if index == 0 else OBJECT + (length + 7) // 8 * 8
        if step == 0 or at + step > len(heap):
            return True
        at += step
    return False
