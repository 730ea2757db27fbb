"""What an honest `.keras` archive never has: SEC006 and SEC007, and SEC008 for pickles among its members."""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from linter.graph import Defect
from linter.options import Limits
from linter.read.keras_zip import top
from linter.read.source import Source, read_at

EXPECTED = re.compile(
    r"(config\.json|metadata\.json|model\.weights\.(h5|npz|json)|model(_\d+)?\.weights\.h5|assets/.*|quantization_config\.json|__MACOSX/.*|.*\.DS_Store)"
)
SAVED_MODEL = re.compile(
    r"([^/]+/)?(saved_model\.pb|keras_metadata\.pb|fingerprint\.pb|variables/(variables\.(index|data-\d{5}-of-\d{5}))?|assets(\.extra)?/.*)?"
    r"|__MACOSX/.*|.*\.DS_Store"
)
"""The same for the zip of a SavedModel's folder."""
UNPACKED = re.compile(rf"[^/]+/(?:{EXPECTED.pattern}|README\.md|\.gitattributes)?|__MACOSX/.*|.*\.DS_Store")
"""The same for the zip of an unpacked archive's folder, as the Hub keeps it."""
DRIVE = re.compile(r"[A-Za-z]:")
PICKLE = re.compile(rb"\x80[\x02-\x05].", re.DOTALL)
END = 22
"""Bytes of the record that ends an archive, without its comment."""
LONGEST_END = END + 65_535
PROGRAMS = {b"\x7fELF": "an ELF program", b"MZ": "a Windows program", b"#!": "a script"}


def tricks(source: Source, infos: Sequence[ZipInfo], comment: int, directory: int, limits: Limits) -> Iterator[Defect]:
    """Yield the defects of an archive's structure."""
    yield from _duplicates(infos)
    names = {info.filename for info in infos}
    expected = _expected(names)
    for info in infos:
        yield from _name(info, expected)
        yield from _entry(source, info, limits)
    yield from _layout(source, infos, comment, directory)
    total = sum(info.file_size for info in infos)
    if total > limits.max_unpacked_bytes:
        yield Defect(
            "SEC007",
            f"the archive declares {total:,} bytes unpacked, past the limit `max_unpacked_bytes`",
            measured={"declared_bytes": float(total)},
        )


def _expected(names: Collection[str]) -> re.Pattern[str]:
    if "config.json" in names:
        return EXPECTED
    if any(name.rpartition("/")[2] == "saved_model.pb" for name in names):
        return SAVED_MODEL
    return UNPACKED if top(names) else EXPECTED


def _duplicates(infos: Sequence[ZipInfo]) -> Iterator[Defect]:
    exact = Counter(info.filename for info in infos)
    for name, count in exact.items():
        if count > 1:
            yield Defect("SEC006", f"{count} members are called {name!r}: programs differ in which one they read", name)
    folded = Counter(unicodedata.normalize("NFC", name).casefold() for name in exact)
    for name, count in folded.items():
        if count > 1:
            yield Defect(
                "SEC006",
                f"{count} members differ from {name!r} only in case or accents: programs differ in which one they read",
                name,
            )


def _name(info: ZipInfo, expected: re.Pattern[str]) -> Iterator[Defect]:
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if "\0" in name:
        what = "holds a NUL"
    elif ".." in parts or name.startswith(("/", "\\")) or DRIVE.match(name):
        what = "would be unpacked outside its folder"
    elif "\\" in name:
        what = "holds a backslash, which is a folder to some programs"
    elif not expected.fullmatch(name):
        what = "is nothing that Keras writes"
    else:
        return
    yield Defect("SEC006", f"member {name[:200]!r} {what}", name[:200])


def _entry(source: Source, info: ZipInfo, limits: Limits) -> Iterator[Defect]:
    name = info.filename[:200]
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        word = "a symbolic link" if kind == stat.S_IFLNK else "a device or pipe"
        yield Defect("SEC006", f"member {name!r} is {word}", name)
    if info.flag_bits & 1:
        yield Defect("SEC006", f"member {name!r} is encrypted: nobody can tell what it holds", name)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        yield Defect(
            "SEC006", f"member {name!r} is compressed by method {info.compress_type}, which Keras never uses", name
        )
    if info.compress_type == ZIP_STORED and not info.flag_bits & 1 and info.file_size != info.compress_size:
        lengths = f"{info.compress_size:,} and {info.file_size:,} bytes"
        yield Defect("SEC006", f"member {name!r} is not compressed and has two lengths, {lengths}", name)
    if info.file_size > limits.ratio_floor and info.file_size > limits.max_ratio * max(info.compress_size, 1):
        measured = {"declared_bytes": float(info.file_size), "stored_bytes": float(info.compress_size)}
        yield Defect(
            "SEC007",
            f"member {name!r} unpacks from {info.compress_size:,} to {info.file_size:,} bytes",
            name,
            measured=measured,
        )
    yield from _local_header(source, info, name)


def _local_header(source: Source, info: ZipInfo, name: str) -> Iterator[Defect]:
    header = read_at(source, info.header_offset, 30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        return  # reading it will say so
    length, extra = struct.unpack_from("<HH", header, 26)
    stored = read_at(source, info.header_offset + 30, length)
    central = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")
    if stored != central and stored != info.orig_filename.encode("utf-8", "replace"):
        yield Defect(
            "SEC006",
            f"member {name!r} is called {stored[:100]!r} in its own header: programs differ in which name counts",
            name,
        )
    if info.compress_type == ZIP_STORED and info.file_size >= 4:
        yield from _content(read_at(source, info.header_offset + 30 + length + extra, 4), name)


def _content(head: bytes, name: str) -> Iterator[Defect]:
    if name.endswith((".json", ".h5", ".npz", ".txt")):
        return
    if PICKLE.match(head):
        yield Defect("SEC008", f"member {name!r} is a pickle: unpickling it runs code", name)
    for magic, what in PROGRAMS.items():
        if head.startswith(magic):
            yield Defect("SEC006", f"member {name!r} is {what}", name)


def _layout(source: Source, infos: Sequence[ZipInfo], comment: int, directory: int) -> Iterator[Defect]:
    """Members that overlap, and bytes that belong to none."""
    ranges = sorted(
        (info.header_offset, info.header_offset + 30 + len(info.orig_filename) + info.compress_size, info.filename)
        for info in infos
    )
    for (_, end, one), (start, _, two) in pairwise(ranges):
        if start < end:
            yield Defect(
                "SEC006", f"members {one[:100]!r} and {two[:100]!r} overlap: the same bytes are read twice", one[:200]
            )
            break
    if ranges and ranges[0][0] > 0:
        yield Defect("SEC006", f"{ranges[0][0]:,} bytes stand before the archive: the file is of two kinds at once")
    if ranges and ranges[-1][1] > directory:
        yield Defect(
            "SEC006", f"member {ranges[-1][2][:100]!r} reaches beyond the place of the directory", ranges[-1][2][:200]
        )
    if comment:
        yield Defect("SEC006", f"a comment of {comment:,} bytes follows the archive, which Keras never writes")
    if after := _after(source):
        yield Defect("SEC006", f"{after:,} bytes stand after the archive: the file is of two kinds at once")


def _after(source: Source) -> int:
    """Return how many bytes follow the record that ends the archive, and its comment."""
    start = max(0, source.size - LONGEST_END)
    tail = read_at(source, start, LONGEST_END)
    at = tail.rfind(b"PK\x05\x06", 0, len(tail) - 18)
    return len(tail) - at - END - int.from_bytes(tail[at + 20 : at + END], "little") if at >= 0 else 0
