"""SavedModels whose graphs do what a model has no need to, and a twin of each that differs in one thing and is
harmless.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Body = Callable[[Any, Any], Any]


def tensorflow() -> Any:
    """Return TensorFlow, its own deprecations aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tensorflow as tf
    return tf


def module(folder: Path, body: Body, **attributes: Any) -> Path:
    """Save a module whose call is `body(self, x)` with what it holds; return its folder."""
    tf = tensorflow()

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = tf.Variable(2.0)
            for name, value in attributes.items():
                setattr(self, name, value)

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def __call__(self, x: Any) -> Any:
            return body(self, x) * self.scale

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tf.saved_model.save(Module(), str(folder))
    return folder


def write_file(self: Any, x: Any) -> Any:
    tf = tensorflow()
    with tf.control_dependencies([tf.io.write_file("/planted/target", "text")]):
        return tf.identity(x)


def read_file(self: Any, x: Any) -> Any:
    tf = tensorflow()
    return x + _length(tf.io.read_file("/planted/source"))


def read_by_caller(self: Any, x: Any) -> Any:
    tf = tensorflow()

    @tf.function
    def inner(path: Any) -> Any:
        return tf.io.read_file(path)

    return x + _length(inner(tf.constant("/planted/passed")))


def read_asset(self: Any, x: Any) -> Any:
    return x + _length(tensorflow().io.read_file(self.asset))


def matching_files(self: Any, x: Any) -> Any:
    tf = tensorflow()
    return x + tf.cast(tf.size(tf.io.matching_files("/planted/*")), tf.float32)


def text_lines(self: Any, x: Any) -> Any:
    return x + _sum(tensorflow().data.TextLineDataset("/planted/lines").map(lambda line: 1))


def plain_dataset(self: Any, x: Any) -> Any:
    return x + _sum(tensorflow().data.Dataset.range(3).map(lambda item: 1))


def python_code(self: Any, x: Any) -> Any:
    tf = tensorflow()
    return tf.py_function(lambda value: value, [x], tf.float32)


def graph_in_string(self: Any, x: Any) -> Any:
    return x + _length(tensorflow().constant(_file_writing_graph()))


def graph_from_string(self: Any, x: Any) -> Any:
    tf = tensorflow()
    tf.raw_ops.DatasetFromGraph(graph_def=tf.constant(_file_writing_graph()))
    return x


def names_in_string(self: Any, x: Any) -> Any:
    """The same names as text: what a vocabulary or a help text may well hold."""
    return x + _length(tensorflow().constant("ReadFile, WriteFile and PyFunc; \x12\x09WriteFile"))


def extra_save(prefix: str) -> Body:
    def body(self: Any, x: Any) -> Any:
        tensorflow().raw_ops.SaveV2(prefix=prefix, tensor_names=["a"], shape_and_slices=[""], tensors=[x])
        return x

    return body


def cached(path: str) -> Body:
    def body(self: Any, x: Any) -> Any:
        return x + _sum(tensorflow().data.Dataset.range(3).cache(path))

    return body


def printed(stream: str) -> Body:
    def body(self: Any, x: Any) -> Any:
        tf = tensorflow()
        tf.raw_ops.PrintV2(input=tf.constant("text"), output_stream=stream)
        return x

    return body


def debugged(*urls: str) -> Body:
    def body(self: Any, x: Any) -> Any:
        return tensorflow().raw_ops.DebugIdentityV3(input=x, debug_urls=list(urls), tensor_name="x", device_name="")

    return body


def table_from(path: str) -> Body:
    def body(self: Any, x: Any) -> Any:
        tf = tensorflow()
        table = tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64)
        tf.raw_ops.InitializeTableFromTextFileV2(table_handle=table, filename=path, key_index=-2, value_index=-1)
        return x

    return body


def looked_up(self: Any, x: Any) -> Any:
    tf = tensorflow()
    return x + tf.cast(self.table.lookup(tf.constant("a")), tf.float32)


HOSTILE: Mapping[str, tuple[Body, str, str]] = {
    "write_file": (write_file, "WriteFile", "'/planted/target'"),
    "read_file": (read_file, "ReadFile", "'/planted/source'"),
    "read_by_caller": (read_by_caller, "ReadFile", "'/planted/passed'"),
    "matching_files": (matching_files, "MatchingFiles", "'/planted/*'"),
    "text_lines": (text_lines, "TextLineDataset", "'/planted/lines'"),
    "python_code": (python_code, "EagerPyFunc", "Python code"),
    "graph_in_string": (graph_in_string, "WriteFile", "'/planted/nested'"),
    "graph_from_string": (graph_from_string, "DatasetFromGraph", "stored as a string"),
    "save_elsewhere": (extra_save("/planted/prefix"), "SaveV2", "'/planted/prefix'"),
    "save_beside": (extra_save("prefix"), "SaveV2", "not called by the model's saver alone"),
    "cached_on_disk": (cached("/planted/cache"), "CacheDatasetV2", "'/planted/cache'"),
    "printed_to_file": (printed("file:///planted/out"), "PrintV2", "'file:///planted/out'"),
    "debugged_to_file": (debugged("file:///planted/dump"), "DebugIdentityV3", "'file:///planted/dump'"),
    "table_absolute": (table_from("/planted/table"), "InitializeTableFromTextFileV2", "'/planted/table'"),
    "table_climbing": (table_from("../planted"), "InitializeTableFromTextFileV2", "'../planted'"),
}
"""Name -> the graph, the operation that must be named, and what else the message must hold."""


def harmless(folder: Path) -> Mapping[str, tuple[Body, dict[str, Any]]]:
    """Return twins that must be silent, with what their modules hold; `folder` gets the assets."""
    tf = tensorflow()
    vocabulary = folder / "vocabulary.txt"
    vocabulary.write_text("a\nb\n")
    index = tf.lookup.TextFileIndex
    lines = (str(vocabulary), tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER)
    table = tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(*lines), -1)
    return {
        "read_asset": (read_asset, {"asset": tf.saved_model.Asset(str(vocabulary))}),
        "plain_dataset": (plain_dataset, {}),
        "names_in_string": (names_in_string, {}),
        "cached_in_memory": (cached(""), {}),
        "printed_to_stderr": (printed("stderr"), {}),
        "not_debugged": (debugged(), {}),
        "table_beside": (table_from("vocabulary.txt"), {}),
        "table_from_asset": (looked_up, {"table": table}),
    }


def _file_writing_graph() -> bytes:
    tf = tensorflow()
    graph = tf.Graph()
    with graph.as_default():
        tf.io.write_file("/planted/nested", "text")
    return bytes(graph.as_graph_def().SerializeToString())


def _length(text: Any) -> Any:
    tf = tensorflow()
    return tf.cast(tf.strings.length(text), tf.float32)


def _sum(dataset: Any) -> Any:
    tf = tensorflow()
    return tf.cast(
        dataset.reduce(tf.constant(0, tf.int64), lambda total, item: total + tf.cast(item, tf.int64)), tf.float32
    )
