"""Archives and arrays in a state that Keras never leaves them in: read, or refused in one line."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from tests.hostile import base
from tests.hostile.attacks_archive import with_size
from tests.hostile.attacks_arrays import npz, npz_weights
from tests.hostile.test_bad_hdf5 import said


def without(name: str) -> bytes:
    return base.archive({n: c for n, c in base.members(base.keras_file()).items() if n != name})


def with_offset() -> bytes:
    """The directory points 7 bytes past the header of config.json."""
    data = bytearray(base.keras_file())
    at = data.find(b"PK\x01\x02")
    while data[at + 46 : at + 57] != b"config.json":
        at = data.find(b"PK\x01\x02", at + 1)
    struct.pack_into("<I", data, at + 42, struct.unpack_from("<I", data, at + 42)[0] + 7)
    return bytes(data)


def with_checksum() -> bytes:
    data = base.keras_file()
    at = data.find(b"config.json") - 30
    return data.replace(data[at + 14 : at + 18], b"\1\2\3\4")


def streamed() -> bytes:
    """Members with data descriptors, as one writes to a pipe."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:  # type: ignore[override]
            self.data += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as made:  # type: ignore[call-overload]
        for name, content in base.members(base.keras_file()).items():
            made.writestr(name, content)
    return bytes(pipe.data)


def array(header: str, values: bytes = b"\0" * 128) -> bytes:
    """A model with one array of this header."""
    text = header.encode().ljust(118 - 1) + b"\n"
    stored = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + values
    return npz_weights(lambda: base.archive({"layers.npy": stored}))()


CASES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "no-config": (lambda: without("config.json"), {"refused"}),
    "no-metadata": (lambda: without("metadata.json"), set()),
    "no-weights": (lambda: without("model.weights.h5"), {"CMP952"}),
    "wrong-offset": (with_offset, {"refused", "SEC006"}),
    "wrong-checksum": (with_checksum, {"refused"}),
    "shorter-than-declared": (lambda: with_size(10**8), {"refused", "SEC006", "SEC007"}),
    "streamed": (streamed, set()),
    "fortran": (lambda: npz_weights(lambda: npz(layers=np.ones((4, 8), "f4", order="F")))(), {"CMP952"}),
    "big-endian": (lambda: npz_weights(lambda: npz(layers=np.ones((4, 8), ">f4")))(), {"CMP952"}),
    "structured": (lambda: npz_weights(lambda: npz(layers=np.zeros(3, [("a", "f4")])))(), {"CMP952"}),
    "no-dictionary": (lambda: array("[1, 2]"), {"CMP952"}),
    "calls-in-header": (lambda: array("{'descr': exit(), 'fortran_order': False, 'shape': (1,)}"), {"CMP952"}),
    "endless-header": (lambda: array("[" * 117), {"CMP952"}),
    "overflow": (lambda: array(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({2**40}, {2**40})}}"), {"SEC007"}),
    "negative": (lambda: array("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), {"CMP952"}),
    "rank-1000": (lambda: array("{'descr':'<f4','fortran_order':False,'shape':(" + "1," * 33 + ")}"), {"CMP952"}),
}


@pytest.mark.parametrize("name", CASES)
def test_read_or_refused(name: str) -> None:
    make, expected = CASES[name]
    found = set(said(make())) & {"refused", "CMP952", "SEC006", "SEC007", "SEC008", "SEC010"}
    assert found & expected if expected else not found, found
