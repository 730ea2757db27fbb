"""SavedModel folders: the Keras metadata beside or inside saved_model.pb, the weights in the checkpoint, and what the
graphs do (SEC009).

Nothing of TensorFlow is needed, and nothing of the graphs is run. A model that was only exported for serving holds no
Keras layers and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from linter.graph import Defect, ModelGraph, Unanalysed
from linter.options import Limits
from linter.read import keras_metadata, saved_model_assets, saved_model_scan
from linter.read.bind_objects import bind
from linter.read.bound import Bound
from linter.read.errors import UnreadableError
from linter.read.normalise import assemble
from linter.read.normalise.parse import parse
from linter.read.normalise.spec import ModelSpec
from linter.read.object_graph import CHECKPOINT_KEY, Objects, Pair
from linter.read.protobuf import Wire
from linter.read.saved_model_folder import GRAPH, INDEX, METADATA, Folder, listing, what_else
from linter.read.saved_model_zip import Zipped

Files = Folder | Zipped
"""What a SavedModel lies in."""
JSON = re.compile(rb'\{\s*"')
"""The beginning of an object with something in it."""


def read(path: Path, limits: Limits) -> ModelGraph:
    """Return the model in a folder; raises UnreadableError where there is none and no rule can speak of it."""
    folder = listing(path, limits)
    if not folder.has(GRAPH) and not folder.defects:
        raise UnreadableError(what_else(path))
    return read_files(folder, limits)


def read_files(folder: Files, limits: Limits) -> ModelGraph:
    """Return the model in the files of a SavedModel; raises UnreadableError as `read` does."""
    defects = list(folder.defects)
    try:
        if not folder.has(GRAPH):
            raise UnreadableError(f"there is no {GRAPH} that could be read")
        wire = Wire(folder.read(GRAPH, limits), GRAPH, limits)
        defects += [*saved_model_scan.defects(wire), *saved_model_assets.defects(wire)]
        return _model(folder, wire, limits, defects)
    except UnreadableError as error:
        if not defects:
            raise
        return ModelGraph("saved_model", defects=tuple(defects), unanalysed=(Unanalysed("", "", str(error)),))


def _model(folder: Files, wire: Wire, limits: Limits, defects: list[Defect]) -> ModelGraph:
    saved = _object_graph(wire)
    stored = keras_metadata.within(wire, saved, limits) if not folder.has(METADATA) or JSON.search(wire.data) else None
    documents = {}
    if folder.has(METADATA):
        documents = stored.documents() if stored else {}  # what an older loader would take
        stored = keras_metadata.beside(Wire(folder.read(METADATA, limits), METADATA, limits), limits)
    assert stored is not None
    root = stored.root()
    documents = {**stored.documents(), **documents}
    defects += stored.defects
    spec = parse(keras_metadata.plain(root), limits)
    bound, damage = _weights(spec, folder, saved, stored.names, limits)
    version = str(root.get("keras_version") or "")
    return assemble.graph(spec, bound, root, documents, "saved_model", version, limits, [*defects, *damage])


def _object_graph(wire: Wire) -> Objects | None:
    for meta in wire.spans((0, len(wire.data)), 2):
        span = wire.only(meta, 7)
        if span is not None:
            return Objects(wire, span)
    return None


def _weights(
    spec: ModelSpec, folder: Files, saved: Objects | None, names: Mapping[int, str], limits: Limits
) -> tuple[Bound, list[Defect]]:
    """Return the weights, or why there are none as a defect."""
    bundle = None
    try:
        if not folder.has(*INDEX.parts):
            raise UnreadableError(f"{INDEX.as_posix()} is missing")
        bundle = folder.checkpoint(limits)
        objects = bundle.string(CHECKPOINT_KEY, limits.max_json_bytes)
        if objects is None:
            raise UnreadableError("its list of variables is missing, or a data file is missing or ends early")
        stored = Objects(Wire(objects, CHECKPOINT_KEY, limits), (0, len(objects)))
        bound = bind(spec, Pair(stored, saved), names, bundle)
        if not bound.weights and not bound.surplus:
            bundle.close()
        return bound, []
    except (UnreadableError, OSError) as error:
        if bundle is not None:
            bundle.close()
        reason = str(error) if isinstance(error, UnreadableError) else f"{error.strerror or error}"
        return Bound(), [Defect("CMP952", f"the folder's weights cannot be read: {reason}")]
