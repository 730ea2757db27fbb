"""The assets that a SavedModel declares: a loader joins their names to the folder, so that a name may leave it."""

from __future__ import annotations

from collections.abc import Iterator

from linter.graph import Defect
from linter.read.protobuf import Wire
from linter.read.saved_model_judge import LEAVES


def defects(wire: Wire) -> Iterator[Defect]:
    """Yield SEC006 for every asset_file_def of a saved_model.pb whose file lies outside the model's folder."""
    for meta in wire.spans((0, len(wire.data)), 2):
        for asset in wire.spans(meta, 6):
            name = wire.text(wire.only(asset, 2))
            if LEAVES.search(name):
                message = f"an asset is called {name[:200]!r}: loading the model would read it outside its folder"
                yield Defect("SEC006", message, pointer=wire.name)
