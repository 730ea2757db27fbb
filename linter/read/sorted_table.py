"""LevelDB's sorted table, bounded: blocks of keys that share prefixes with the one before, found through an index block
that is found through a footer.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from linter.read.errors import UnreadableError

MAGIC = 0xDB4775248B80FB57
FOOTER = 48
BLOCK_END = 5  # compression type and checksum


def table(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a sorted table; raises UnreadableError where it is damaged or compressed."""
    if len(data) < FOOTER or struct.unpack_from("<Q", data, len(data) - 8)[0] != MAGIC:
        raise UnreadableError(f"{name} is damaged: no table of tensors ends there ({len(data):,} bytes)")
    position = len(data) - FOOTER
    for _ in range(2):  # the handle of a block that is not used
        _, position = varint(data, position, len(data))
    seen: set[int] = set()
    for _, handle in block(data, *handle_at(data, position, len(data)), name):
        offset, size = handle_at(handle, 0, len(handle))
        if offset in seen:  # blocks that are listed again and again would make a small file endless
            raise UnreadableError(f"{name} is damaged: a block is listed twice")
        seen.add(offset)
        yield from block(data, offset, size, name)


def handle_at(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Return offset and size of the block that a handle names."""
    offset, position = varint(data, position, end)
    size, _ = varint(data, position, end)
    return offset, size


def block(data: bytes, offset: int, size: int, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of one block."""
    end = offset + size
    if end + BLOCK_END > len(data) or size < 4:
        raise UnreadableError(f"{name} is damaged: a block of {size:,} bytes at {offset:,} does not fit")
    if data[end]:
        raise UnreadableError(
            f"{name} is compressed (type {data[end]}), which is not read; save the model again with TensorFlow 2"
        )
    restarts = struct.unpack_from("<I", data, end - 4)[0]
    end -= 4 + 4 * restarts
    key = b""
    while offset < end:
        shared, offset = varint(data, offset, end)
        own, offset = varint(data, offset, end)
        length, offset = varint(data, offset, end)
        if shared > len(key) or offset + own + length > end:
            raise UnreadableError(f"{name} is damaged: an entry at {offset:,} does not fit")
        key = key[:shared] + data[offset : offset + own]
        yield key, data[offset + own : offset + own + length]
        offset += own + length
    if offset > end:
        raise UnreadableError(f"{name} is damaged: a block at {offset:,} has more restarts than bytes")


def varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Return the number at `position`, and where it ends."""
    value = 0
    for place in range(position, min(end, position + 10)):
        value |= (data[place] & 0x7F) << 7 * (place - position)
        if data[place] < 0x80:
            return value, place + 1
    raise UnreadableError("the table of tensors is damaged: a number has no end")
