"""Protobuf's wire format, bounded: fields of a message by number, lazily, without any schema and without believing a
length.

A message is a range of one bytes object; nothing is copied until a field's bytes are asked for. What a field means is
the caller's affair.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.options import Limits
from linter.read.errors import UnreadableError

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)
MAX_VARINT = 10

Span = tuple[int, int]
Field = tuple[int, int, int, int]
"""(number, wire type, value, end): of a varint or fixed field `value` is the number; of bytes, they are
data[value:end].
"""


class Wire:
    """Bytes that hold messages, and how many more fields of them may be visited."""

    def __init__(self, data: bytes, name: str, limits: Limits) -> None:
        """Read `data`, called `name` in errors."""
        self.data, self.name = data, name
        self.limit = self.left = limits.max_protobuf_nodes
        self.deepest = limits.max_protobuf_depth

    def fields(self, span: Span) -> Iterator[Field]:
        """Yield the fields of the message in `span`, groups left out; raises UnreadableError where it is damaged or
        past the limit.
        """
        data, (position, end) = self.data, span
        while position < end:
            self.left -= 1
            if self.left < 0:
                raise UnreadableError(
                    f"{self.name} has more than {self.limit:,} fields, which is past the limit `max_protobuf_nodes`"
                )
            tag, position = data[position], position + 1
            if tag >= 0x80:  # nearly every tag and length is one byte: those are not worth a call
                tag, position = self._varint(position - 1, end)
            kind = tag & 7
            if kind == BYTES:
                size, position = (data[position], position + 1) if position < end else (0x80, position + 1)
                if size >= 0x80:
                    size, position = self._varint(position - 1, end)
                stop = position + size
                if stop > end:
                    raise self._damaged(position, "a length runs past the end")
                yield tag >> 3, BYTES, position, stop
                position = stop
            elif kind == VARINT:
                value, position = self._varint(position, end)
                yield tag >> 3, VARINT, value, position
            elif kind in (FIXED64, FIXED32):
                start, position = position, position + (8 if kind == FIXED64 else 4)
                if position > end:
                    raise self._damaged(start, "it ends within a number")
                yield tag >> 3, kind, int.from_bytes(data[start:position], "little"), position
            elif kind == GROUP:
                position = self._past_group(tag >> 3, position, end)
            else:
                raise self._damaged(position, f"wire type {kind} does not belong here")

    def spans(self, span: Span, number: int) -> Iterator[Span]:
        """Yield the ranges of all length-delimited fields `number`."""
        for found, kind, start, end in self.fields(span):
            if found == number and kind == BYTES:
                yield start, end

    def only(self, span: Span, number: int) -> Span | None:
        """Return the range of field `number`, the last where there are several, as protobuf has it for strings."""
        last = None
        for last in self.spans(span, number):  # noqa: B007 - the last one is what is wanted
            pass
        return last

    def value(self, span: Span, number: int) -> int:
        """Return the last varint or fixed field `number`, 0 where there is none."""
        last = 0
        for found, kind, value, _ in self.fields(span):
            if found == number and kind != BYTES:
                last = value
        return last

    def text(self, span: Span | None) -> str:
        """Return a range as text; what is not UTF-8 is escaped."""
        return self.data[span[0] : span[1]].decode("utf-8", "backslashreplace") if span else ""

    def _varint(self, position: int, end: int) -> tuple[int, int]:
        value = shift = 0
        for place in range(position, min(end, position + MAX_VARINT)):
            byte = self.data[place]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFFFFFFFFFFFFFF, place + 1
            shift += 7
        raise self._damaged(position, "a number has no end")

    def _past_group(self, number: int, position: int, end: int) -> int:
        """Return where the group that began before `position` is over."""
        opened = [number]
        while opened:
            self.left -= 1
            if self.left < 0 or len(opened) > self.deepest:
                raise self._damaged(position, "its groups are nested too deep or are too many")
            tag, position = self._varint(position, end)
            kind = tag & 7
            if kind == GROUP:
                opened.append(tag >> 3)
            elif kind == END_GROUP:
                if opened.pop() != tag >> 3:
                    raise self._damaged(position, "a group ends that was not begun")
            elif kind in (FIXED64, FIXED32):
                position += 8 if kind == FIXED64 else 4
            else:
                size, position = self._varint(position, end)
                position += size if kind == BYTES else 0
            if position > end or kind > FIXED32:
                raise self._damaged(position, "a group runs past the end")
        return position

    def _damaged(self, position: int, what: str) -> UnreadableError:
        return UnreadableError(f"{self.name} is damaged: {what} (byte {position:,})")


def signed(value: int) -> int:
    """Return a varint as the int64 it stands for."""
    return value - (1 << 64) if value >= 1 << 63 else value
