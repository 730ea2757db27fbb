"""The wire format against protobuf's own encoder, and against bytes that no encoder writes."""

from __future__ import annotations

import pytest
from google.protobuf import descriptor_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.options import Limits
from linter.read.errors import UnreadableError
from linter.read.protobuf import BYTES, VARINT, Wire, signed


def wire(data: bytes, nodes: int = 100_000) -> Wire:
    return Wire(data, "x.pb", Limits(max_protobuf_nodes=nodes))


def whole(data: bytes) -> tuple[int, int]:
    return 0, len(data)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=200), st.integers(0, 2**31 - 1)), max_size=20))
def test_reads_what_protobuf_writes(fields: list[tuple[str, int]]) -> None:
    message = descriptor_pb2.DescriptorProto(name="outer")
    for name, number in fields:
        message.field.add(name=name, number=number)
    data = bytes(message.SerializeToString())
    reader = wire(data)
    assert reader.text(reader.only(whole(data), 1)) == "outer"
    spans = list(reader.spans(whole(data), 2))
    assert [(reader.text(reader.only(span, 1)), reader.value(span, 3)) for span in spans] == fields


@settings(deadline=None)
@given(st.integers(-(2**63), -1))
def test_negative_numbers(value: int) -> None:
    data = bytes(descriptor_pb2.UninterpretedOption(negative_int_value=value).SerializeToString())
    assert signed(wire(data).value(whole(data), 5)) == value


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_in_fields_or_one_clear_error(data: bytes) -> None:
    reader = wire(data)
    try:
        for _, kind, start, end in reader.fields(whole(data)):
            assert kind != BYTES or 0 <= start <= end <= len(data)
    except UnreadableError as error:
        assert "x.pb is damaged" in str(error)  # noqa: PT017 - valid bytes are fine, too


def test_fixed_numbers_and_unknown_fields_are_passed() -> None:
    data = b"\x09" + bytes(8) + b"\x0d\x01\x00\x00\x00" + b"\x10\x05"
    assert [(number, value) for number, _, value, _ in wire(data).fields(whole(data))] == [(1, 0), (1, 1), (2, 5)]


def test_groups_are_passed_over_with_all_that_is_in_them() -> None:
    inner = b"\x13\x0a\x03abc\x08\x01\x15\x00\x00\x00\x00\x11" + bytes(8) + b"\x14"
    data = b"\x0b" + inner + b"\x0c\x10\x07"
    assert list(wire(data).fields(whole(data))) == [(2, VARINT, 7, len(data))]


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a",
        b"\x0a\x05abc",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7fabc",
        b"\x08\x80",
        b"\x08" + b"\x80" * 11,
        b"\x09\x00",
        b"\x0d\x00",
        b"\x0e",
        b"\x0c",
        b"\x0b\x08",
        b"\x0b\x14",
        b"\x0b" * 200,
        b"\x0b\x0a\x50\x0c",
    ],
    ids=lambda data: data[:6].hex(),
)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"x\.pb is damaged"):
        list(wire(data).fields(whole(data)))


def test_a_field_does_not_leave_its_message() -> None:
    data = b"\x0a\x04\x0a\x03ab" + b"cdefgh"
    reader = wire(data)
    outer = reader.only((0, 6), 1)
    assert outer == (2, 6)
    with pytest.raises(UnreadableError, match="a length runs past the end"):
        reader.only(outer, 1)


def test_overlong_numbers_are_numbers() -> None:
    data = b"\x8a\x80\x00\x83\x80\x00abc"
    assert wire(data).text(wire(data).only(whole(data), 1)) == "abc"


def test_budget_at_the_limit_and_past_it() -> None:
    data = b"\x08\x01" * 50
    assert len(list(wire(data, nodes=50).fields(whole(data)))) == 50
    with pytest.raises(UnreadableError, match="more than 49 fields"):
        list(wire(data, nodes=49).fields(whole(data)))


def test_last_field_counts_as_in_protobuf() -> None:
    data = b"\x0a\x01a\x0a\x01b\x10\x01\x10\x02"
    reader = wire(data)
    assert reader.text(reader.only(whole(data), 1)) == "b"
    assert reader.value(whole(data), 2) == 2
