"""Protobuf messages, changed field by field at any depth, with every length around them put right again."""

from __future__ import annotations

import json
from random import Random

from tests.hostile.mutate_json import json_value

Field = tuple[int, int, "int | bytes"]
"""Number, wire type, value."""
VARINT, BYTES = 0, 2
FIXED = {1: 8, 5: 4}
DEEPEST = 14
TEXTS = (b"", b"x", b"WriteFile", b"PyFunc", b"relu", b"../x", b"/x", b"\xff\xfe", b"a" * 300, b"_tf_keras_layer")
NUMBERS = (0, 1, 2, 7, 255, 2**31, 2**63, 2**64 - 1)


def changed(data: bytes, random: Random, depth: int = 0) -> bytes:
    """Return the message with one field changed, somewhere; bytes that are no message with a byte changed."""
    found = fields(data)
    if not found:
        return random.choice((data[:-1], data + b"\x08\x01", *TEXTS))
    texts = [i for i, (_, kind, value) in enumerate(found) if kind == BYTES and bytes(value)[:2] == b'{"']  # type: ignore[arg-type]
    at = random.choice(texts) if texts and random.random() < 0.8 else random.randrange(len(found))
    number, kind, value = found[at]
    if isinstance(value, int):
        found[at : at + 1] = random.choice(([(number, kind, random.choice(NUMBERS))], [], [found[at]] * 2))
    elif at in texts:
        found[at] = (number, kind, _json(value, random))
    elif depth < DEEPEST and fields(value) and random.random() < 0.9:
        found[at] = (number, kind, changed(value, random, depth + 1))
    else:
        other = random.choice(found)
        options = (
            [],
            [found[at]] * 2,
            [other, found[at]],
            [(number, kind, random.choice(TEXTS))],
            [(number, kind, b"")],
        )
        found[at : at + 1] = random.choice(options)
    return joined(found)


def _json(value: bytes, random: Random) -> bytes:
    try:
        return json_value(value, random, random.randint(1, 3))
    except json.JSONDecodeError:
        return value[:-1]


def fields(data: bytes) -> list[Field]:
    """Return the fields of a message; none where it is no message."""
    out: list[Field] = []
    at = 0
    try:
        while at < len(data):
            tag, at = _number(data, at)
            number, kind = tag >> 3, tag & 7
            if not number:
                return []
            if kind == VARINT:
                value, at = _number(data, at)
                out.append((number, kind, value))
                continue
            size, at = (FIXED[kind], at) if kind in FIXED else _number(data, at)
            if kind not in (BYTES, *FIXED) or at + size > len(data):
                return []
            piece = data[at : at + size]
            out.append((number, kind, piece if kind == BYTES else int.from_bytes(piece, "little")))
            at += size
    except IndexError:
        return []
    return out


def joined(found: list[Field]) -> bytes:
    """Return the message that holds these fields."""
    out = bytearray()
    for number, kind, value in found:
        out += _varint(number << 3 | kind)
        if isinstance(value, bytes):
            out += _varint(len(value)) + value
        elif kind == VARINT:
            out += _varint(value)
        else:
            size = FIXED[kind]
            out += (value % (1 << 8 * size)).to_bytes(size, "little")
    return bytes(out)


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value & (2**64 - 1), at
        shift += 7
        if shift > 63:
            raise IndexError(at)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))
