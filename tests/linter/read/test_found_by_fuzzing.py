"""What the fuzzer has found, each once more by its cause."""

from __future__ import annotations

import io
import struct

import h5py
import numpy as np
import pytest

from linter.api import lint
from linter.options import Limits
from linter.read import read
from linter.read.errors import UnreadableError
from tests.linter.read.test_bad_input import CHAIN, dense, functional, given, keras

SINGLE = struct.pack("<BBBBIHHBBBBI", 0x11, 0x20, 0x1F, 0, 4, 0, 32, 23, 8, 0, 23, 127)
"""float32 as HDF5 describes it."""
BIASED = struct.pack("<BBBBIHHBBBBI", 0x11, 0x20, 0x1F, 0, 4, 0, 32, 23, 8, 0, 23, 127 - 11)


def fed_by_output(number: int) -> bytes:
    """A model whose last layer takes output `number` of the one before, and says which shape that has."""
    last = dense("two", "one")
    tensor = last["inbound_nodes"][0]["args"][0]
    tensor["config"] = {"keras_history": ["one", 0, number], "shape": [None, 2]}
    return keras(functional([given(), dense("one", "given"), last], "two"))


@pytest.mark.parametrize("number", [1000, 2**31, 2**62])
def test_an_output_that_no_layer_has_takes_no_memory(number: int) -> None:
    with pytest.raises(UnreadableError, match="max_outputs"):
        read(fed_by_output(number), Limits())


@pytest.mark.parametrize("number", [-1, -(2**63)])
def test_an_output_before_the_first_is_the_first(number: int) -> None:
    graph = read(fed_by_output(number), Limits())
    assert [edge.tensor for node in graph.nodes for edge in node.inputs] == [0, 0]


def test_values_that_are_stored_in_another_width() -> None:
    """A float of 4 bytes with an exponent of its own bias: NumPy has it as a double."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.full((4, 8), 0.75, "f4"))
    stored = buffer.getvalue()
    assert stored.count(SINGLE) == 1
    (node,) = read(stored.replace(SINGLE, BIASED), Limits()).nodes
    (weight,) = node.weights.values()
    values = np.concatenate(list(weight.chunks()))
    np.testing.assert_array_equal(values, np.full(32, 0.75 * 2.0**11))


def test_member_beyond_the_end_of_the_archive() -> None:
    """The weights are said to be longer than the file is."""
    data = bytearray(keras(CHAIN))
    for magic, sizes, name in ((b"PK\x03\x04", 18, 30), (b"PK\x01\x02", 20, 46)):
        at = data.find(magic)
        while data[at + name : at + name + 16] != b"model.weights.h5":
            at = data.find(magic, at + 1)
        struct.pack_into("<II", data, at + sizes, len(data), len(data))
    report = lint(bytes(data))
    assert not [failure for model in report.models for failure in model.failures]
    said = [error.message for error in report.errors] + [f.message for _, f in report.findings()]
    assert any("beyond" in text or "damaged" in text for text in said), said
