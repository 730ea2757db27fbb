"""JSON over a pipe, each message after its length, nothing longer than agreed. No pickle: what comes from a confined
process is not trusted.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

HEAD = struct.Struct(">I")
CHUNK = 1 << 16


class FrameError(Exception):
    """A message that is too long, cut off or no JSON object."""


class TooLongError(FrameError):
    """More than agreed."""


def send(write: int, message: Mapping[str, Any]) -> None:
    """Write one message to a descriptor; raises OSError where nobody listens, ValueError where it is not JSON."""
    data = json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
    view = memoryview(HEAD.pack(len(data)) + data)
    while view:
        view = view[os.write(write, view) :]


@dataclass(slots=True)
class Inbox:
    """Messages from a descriptor, `left` bytes of them all together."""

    read: int
    left: int

    def next(self) -> dict[str, Any] | None:
        """Read one message; None at the end of the stream, FrameError where it is none or too long."""
        head = _exactly(self.read, HEAD.size)
        if not head:
            return None
        if len(head) < HEAD.size:
            raise FrameError("a message is cut off")
        (size,) = HEAD.unpack(head)
        self.left -= size + HEAD.size
        if self.left < 0:
            raise TooLongError(f"a message of {size:,} bytes is more than was agreed")
        data = _exactly(self.read, size)
        if len(data) < size:
            raise FrameError("a message is cut off")
        return parse(data)


def parse(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`; raises FrameError."""
    try:
        message = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"a message is not JSON: {error}") from None
    if not isinstance(message, dict):
        raise FrameError("a message is no JSON object")
    return message


def _refuse(name: str) -> Callable[[], None]:
    raise ValueError(f"{name} is not JSON")


def _exactly(read: int, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(read, min(CHUNK, size - len(parts)))
        if not part:
            break
        parts += part
    return bytes(parts)
