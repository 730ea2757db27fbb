"""Attacks in the zip around a `.keras` file."""

from __future__ import annotations

import io
import pickle
import stat
import struct
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.hostile import base
from tests.hostile.attack import Attack

MIB = 1 << 20


def zipped(
    change: Callable[[list[tuple[Any, bytes]]], list[tuple[Any, bytes]]], compression: int = zipfile.ZIP_STORED
) -> Callable[[], bytes]:
    return lambda: base.archive(change(list(base.members(base.keras_file()).items())), compression)


def member(name: str, content: bytes = b"x", **attributes: Any) -> tuple[Any, bytes]:
    info = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, content


def also(*entries: tuple[Any, bytes]) -> Callable[[], bytes]:
    return zipped(lambda found: [*found, *entries])


def patched(offset_of: bytes, replacement: bytes, count: int = -1) -> Callable[[], bytes]:
    return lambda: base.keras_file().replace(offset_of, replacement, count)


def with_flag(bit: int) -> bytes:
    """The archive with a flag set in every header of config.json."""
    data = bytearray(base.keras_file())
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(b"config.json")
        while start >= 0:
            head = data.rfind(magic, 0, start)
            if head >= 0 and start - head in (30, 46):
                struct.pack_into("<H", data, head + place, struct.unpack_from("<H", data, head + place)[0] | bit)
            start = data.find(b"config.json", start + 1)
    return bytes(data)


def renamed_local() -> bytes:
    """config.json is called otherwise in its local header."""
    data = base.keras_file()
    at = data.find(b"PK\x03\x04")
    while data[at + 30 : at + 41] != b"config.json":
        at = data.find(b"PK\x03\x04", at + 1)
    return data[: at + 30] + b"confiG.json" + data[at + 41 :]


def overlapping() -> bytes:
    """Two directory entries for the same bytes."""
    data = base.archive({**base.members(base.keras_file()), "assets/a": b"x" * 100, "assets/b": b"x" * 100})
    directory = data.find(b"PK\x01\x02")
    entries = [i for i in range(directory, len(data)) if data.startswith(b"PK\x01\x02", i)]
    first, second = entries[-2:]
    return data[: second + 42] + data[first + 42 : first + 46] + data[second + 46 :]


def moved(prefix: bytes) -> bytes:
    return prefix + base.keras_file()


def commented() -> bytes:
    out = io.BytesIO(base.keras_file())
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"#!/bin/sh\n"
    return out.getvalue()


def bomb(member: str) -> Callable[[], bytes]:
    """40 MiB of zeros at the end of a member, deflated."""
    return zipped(lambda f: [(n, c + b"\0" * (40 * MIB) if n == member else c) for n, c in f], zipfile.ZIP_DEFLATED)


def with_nul() -> bytes:
    """A name with a NUL, behind which one program stops reading and another goes on."""
    return also(("assets/a_b.txt", b"x"))().replace(b"assets/a_b.txt", b"assets/a\0b.txt")


def with_method(number: int) -> bytes:
    """config.json is said to be compressed by another method."""
    return _in_headers(struct.pack("<H", number), local=8, central=10)


def with_size(size: int | None) -> bytes:
    """config.json is said to have another size, unpacked; None: its own."""
    if size is None:
        return base.keras_file()
    if size < 1 << 32:
        return _in_headers(struct.pack("<I", size), local=22, central=24)
    info = zipfile.ZipInfo("config.json")
    content = base.members(base.keras_file())["config.json"]
    data = base.archive(
        [(info, content), *((n, c) for n, c in base.members(base.keras_file()).items() if n != info.filename)]
    )
    head = data.find(b"PK\x01\x02")
    extra = struct.pack("<HHQ", 1, 8, size)
    entry = bytearray(data[head : head + 46])
    struct.pack_into("<I", entry, 24, 0xFFFFFFFF)
    struct.pack_into("<H", entry, 30, len(extra))
    name_end = head + 46 + len(info.filename)
    out = bytearray(data[:head] + bytes(entry) + data[head + 46 : name_end] + extra + data[name_end:])
    end = out.rfind(b"PK\x05\x06")
    struct.pack_into("<I", out, end + 12, struct.unpack_from("<I", out, end + 12)[0] + len(extra))
    return bytes(out)


def _in_headers(value: bytes, local: int, central: int) -> bytes:
    """The archive with bytes put into both headers of config.json."""
    data = bytearray(base.keras_file())
    for magic, place, length in ((b"PK\x03\x04", local, 30), (b"PK\x01\x02", central, 46)):
        start = data.find(b"config.json")
        while data[start - length : start - length + 4] != magic:
            start = data.find(b"config.json", start + 1)
        data[start - length + place : start - length + place + len(value)] = value
    return bytes(data)


SYMLINK = (stat.S_IFLNK | 0o777) << 16
ARCHIVES = (
    Attack("duplicate-config", "SEC006", ".keras", also(("config.json", b"{}"))),
    Attack("case-twin", "SEC006", ".keras", also(("Config.json", b"{}"))),
    Attack("member-traversal", "SEC006", ".keras", also(("../evil.txt", b"x")), also(("assets/words.txt", b"x"))),
    Attack("member-in-assets-traversal", "SEC006", ".keras", also(("assets/../../evil.txt", b"x"))),
    Attack("member-absolute", "SEC006", ".keras", also(("/tmp/evil.txt", b"x"))),
    Attack("member-backslash", "SEC006", ".keras", also(("assets\\..\\evil.txt", b"x"))),
    Attack("member-drive", "SEC006", ".keras", also(("C:/evil.txt", b"x"))),
    Attack("member-symlink", "SEC006", ".keras", also(member("assets/link", b"/etc/hostname", external_attr=SYMLINK))),
    Attack(
        "member-device",
        "SEC006",
        ".keras",
        also(member("assets/null", b"", external_attr=(stat.S_IFCHR | 0o666) << 16)),
    ),
    Attack("member-script", "SEC006", ".keras", also(("install.py", b"print('harmless')"))),
    Attack(
        "member-program",
        "SEC006",
        ".keras",
        also(("assets/tool", b"\x7fELF" + b"\0" * 60)),
        also(("assets/tool", b"text")),
    ),
    Attack(
        "member-pickle", "SEC008", ".keras", also(("assets/words", pickle.dumps([1]))), also(("assets/words", b"a\nb"))
    ),
    Attack("encrypted", "SEC006", ".keras", lambda: with_flag(1)),
    Attack(
        "odd-compression",
        "SEC006",
        ".keras",
        zipped(lambda found: found, zipfile.ZIP_BZIP2),
        zipped(lambda f: f, zipfile.ZIP_DEFLATED),
    ),
    Attack("other-local-name", "SEC006", ".keras", renamed_local),
    Attack("overlap", "SEC006", ".keras", overlapping),
    Attack("polyglot", "SEC006", ".keras", lambda: moved(b"PK\x03\x04" + b"\0" * 200)),
    Attack("comment", "SEC006", ".keras", commented),
    Attack(
        "config-bomb",
        "SEC007",
        ".keras",
        zipped(
            lambda found: [(n, c + b" " * (40 * MIB) if n == "config.json" else c) for n, c in found],
            zipfile.ZIP_DEFLATED,
        ),
    ),
    Attack(
        "asset-bomb",
        "SEC007",
        ".keras",
        zipped(lambda f: [*f, ("assets/zeros", b"\0" * (40 * MIB))], zipfile.ZIP_DEFLATED),
    ),
    Attack("many-members", "SEC007", ".keras", zipped(lambda f: [*f, *((f"assets/{i}", b"") for i in range(10_001))])),
    Attack("accent-twin", "SEC006", ".keras", also(("assets/\u00e9", b"1"), ("assets/e\u0301", b"2"))),
    Attack("member-dotted", "SEC006", ".keras", also(("./config.json", b"{}"))),
    Attack("member-folder", "SEC006", ".keras", also(("config.json/", b""))),
    Attack("member-newline", "SEC006", ".keras", also(("a\nb", b"x")), also(("assets/a_b", b"x"))),
    Attack("member-nul", "SEC006", ".keras", with_nul, also(("assets/a_b.txt", b"x"))),
    Attack("trailing-bytes", "SEC006", ".keras", lambda: base.keras_file() + b"#!/bin/sh\n"),
    Attack("two-archives", "SEC006", ".keras", lambda: base.keras_file() + base.keras_file()),
    Attack("nested-archive", "SEC006", ".keras", also(("model.keras", b"PK\x05\x06" + b"\0" * 18))),
    *(Attack(f"method-{number}", "SEC006", ".keras", partial(with_method, number)) for number in (9, 14, 93, 95, 99)),
    Attack("metadata-bomb", "SEC007", ".keras", bomb("metadata.json"), zipped(lambda f: f, zipfile.ZIP_DEFLATED)),
    Attack("weights-bomb", "SEC007", ".keras", bomb("model.weights.h5"), zipped(lambda f: f, zipfile.ZIP_DEFLATED)),
    Attack("size-of-zip64", "SEC007", ".keras", partial(with_size, 2**62), partial(with_size, None)),
    Attack("longer-than-declared", "SEC006", ".keras", partial(with_size, 10), partial(with_size, None)),
)
