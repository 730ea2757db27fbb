"""Every budget of a reader: a file at the limit is read, one past it is refused in one line that names the limit."""

from __future__ import annotations

import pytest

from linter.options import Limits
from linter.read import read
from linter.read.errors import UnreadableError
from tests.linter.read.test_bad_input import dense, functional, given, keras


def fed_by_output(number: int) -> bytes:
    """A model whose last layer takes output `number` of the one before, and says which shape that has."""
    last = dense("two", "one")
    tensor = last["inbound_nodes"][0]["args"][0]
    tensor["config"] = {"keras_history": ["one", 0, number], "shape": [None, 2]}
    return keras(functional([given(), dense("one", "given"), last], "two"))


@pytest.mark.parametrize("number", [3, 2**31, 2**62])
def test_an_output_that_no_layer_has_takes_no_memory(number: int) -> None:
    """The fuzzer's find: a shape stored for output 2^31 was kept in a list of that length."""
    with pytest.raises(UnreadableError, match="max_outputs"):
        read(fed_by_output(number), Limits(max_outputs=3))


def test_as_many_outputs_as_are_allowed() -> None:
    assert [node.op for node in read(fed_by_output(2), Limits(max_outputs=3)).nodes] == ["InputLayer", "Dense", "Dense"]
