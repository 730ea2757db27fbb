"""SEC009: every dangerous graph is named with its operation, function and path; its harmless twin is silent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linter.graph import Defect
from linter.options import Limits
from linter.read import saved_model_ops as ops
from linter.read import saved_model_scan
from linter.read.errors import UnreadableError
from linter.read.protobuf import Wire
from linter.read.saved_model import read
from tests.linter.read import hostile_graphs
from tests.linter.read.hostile_graphs import HOSTILE, tensorflow

TWINS = (
    "read_asset",
    "plain_dataset",
    "names_in_string",
    "cached_in_memory",
    "printed_to_stderr",
    "not_debugged",
    "table_beside",
    "table_from_asset",
)


def scan(folder: Path) -> list[Defect]:
    return saved_model_scan.defects(Wire((folder / "saved_model.pb").read_bytes(), "saved_model.pb", Limits()))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_graph_is_named(name: str, tmp_path: Path) -> None:
    body, op, detail = HOSTILE[name]
    graph = read(hostile_graphs.module(tmp_path / "model", body), Limits())
    messages = [defect.message for defect in graph.defects if defect.code == "SEC009"]
    assert [m for m in messages if re.match(rf"{op} in function '\w+'", m) and detail in m], messages
    assert graph.nodes == ()
    assert [entry.reason for entry in graph.unanalysed if "exported for serving" in entry.reason]


@pytest.mark.parametrize("name", TWINS)
def test_harmless_twin_is_silent(name: str, tmp_path: Path) -> None:
    twins = hostile_graphs.harmless(tmp_path)
    assert tuple(twins) == TWINS
    body, attributes = twins[name]
    folder = hostile_graphs.module(tmp_path / "model", body, **attributes)
    assert scan(folder) == []
    with pytest.raises(UnreadableError, match="exported for serving"):
        read(folder, Limits())


def _saved(graph: object) -> bytes:
    from tensorflow.core.protobuf import saved_model_pb2

    model = saved_model_pb2.SavedModel()
    model.meta_graphs.add().graph_def.CopyFrom(graph)
    return bytes(model.SerializeToString())


def _found(data: bytes) -> list[str]:
    return [defect.message for defect in saved_model_scan.defects(Wire(data, "saved_model.pb", Limits()))]


def test_operation_in_the_graph_itself() -> None:
    tf = tensorflow()
    graph = tf.Graph()
    with graph.as_default():
        tf.io.write_file("/planted/target", "text")
    assert _found(_saved(graph.as_graph_def())) == ["WriteFile in the graph writes files: '/planted/target'"]


def test_every_listed_operation_is_seen_in_every_spelling_of_its_length() -> None:
    from tensorflow.core.framework import graph_pb2

    for op, does in ops.ALWAYS.items():
        graph = graph_pb2.GraphDef()
        graph.node.add(name="planted", op=op)
        data = _saved(graph)
        plain = bytes([0x12, len(op)]) + op.encode()
        assert _found(data) == [f"{op} in the graph {does}"]
        for spelled in (bytes([0x92, 0x00, len(op)]), bytes([0x12, len(op) | 0x80, 0x80, 0x00])):
            assert _found(_respelled(data, plain, spelled + op.encode())) == [f"{op} in the graph {does}"]


def _respelled(data: bytes, plain: bytes, other: bytes) -> bytes:
    """Replace a field within SavedModel > MetaGraphDef > GraphDef > NodeDef; their lengths have one byte each."""
    assert data.count(plain) == 1
    assert len(data) < 120
    grown = bytearray(data.replace(plain, other))
    wire = Wire(data, "", Limits())
    meta = next(wire.spans((0, len(data)), 2))
    graph = next(wire.spans(meta, 2))
    node = next(wire.spans(graph, 1))
    for start, _ in (meta, graph, node):
        grown[start - 1] += len(other) - len(plain)
    return bytes(grown)


def test_listed_operations_exist_in_tensorflow() -> None:
    tensorflow()
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python.client import pywrap_tf_session

    known = op_def_pb2.OpList()
    known.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
    assert set(ops.ALL) - {op.name for op in known.op} == set()


def test_saver_called_by_the_model_is_named(tmp_path: Path) -> None:
    """The saver's own function is normal; the same function called with a path from the model's call is not."""
    from tensorflow.core.protobuf import saved_model_pb2

    folder = hostile_graphs.module(tmp_path / "model", hostile_graphs.plain_dataset)
    assert scan(folder) == []
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((folder / "saved_model.pb").read_bytes())
    library = model.meta_graphs[0].graph_def.library.function
    saver = next(f for f in library if any(node.op == "SaveV2" for node in f.node_def))
    caller = next(f for f in library if "__call__" in f.signature.name)
    call = caller.node_def.add(name="again", op="StatefulPartitionedCall")
    call.attr["f"].func.name = saver.signature.name
    messages = _found(bytes(model.SerializeToString()))
    assert [m for m in messages if m.startswith(f"SaveV2 in function {saver.signature.name!r}") and "alone" in m], (
        messages
    )


def test_compiled_module_alarms_only_with_a_callback() -> None:
    from tensorflow.core.framework import graph_pb2

    graph = graph_pb2.GraphDef()
    node = graph.node.add(name="planted", op="XlaCallModule")
    node.attr["module"].s = b"ML\xefR\x00stablehlo custom_call lapack_sgetrf"
    assert _found(_saved(graph)) == []
    node.attr["module"].s += b" xla_python_cpu_callback"
    assert _found(_saved(graph)) == ["XlaCallModule in the graph calls back into the process from compiled code"]


def test_many_offences_are_counted() -> None:
    from tensorflow.core.framework import graph_pb2

    graph = graph_pb2.GraphDef()
    for number in range(saved_model_scan.MAX_DEFECTS + 7):
        node = graph.node.add(name=f"planted_{number}", op="PyFunc")
        node.attr["token"].s = f"token_{number}".encode()
    messages = _found(_saved(graph))
    assert len(messages) == saved_model_scan.MAX_DEFECTS + 1
    assert messages[-1] == "7 more kinds of such operations are in the graph"


def test_damaged_graph_ends_in_one_clear_error() -> None:
    tf = tensorflow()
    graph = tf.Graph()
    with graph.as_default():
        tf.io.write_file("/planted/target", "text")
    data = _saved(graph.as_graph_def())
    for cut in range(len(data)):
        try:
            _found(data[:cut])
        except UnreadableError as error:
            assert "saved_model.pb is damaged" in str(error)  # noqa: PT017 - most cuts raise, some end between two messages
