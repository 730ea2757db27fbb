"""What to judge, in one shape for the command line, configuration files and HTTP bodies. A leaf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from linter.finding import Severity


class FailOn(StrEnum):
    """The least severity that makes a run fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"

    def admits(self, severity: Severity) -> bool:
        """Whether a finding of this severity fails the run."""
        return self is not FailOn.NEVER and severity.rank >= Severity(self.value).rank


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets of one model. Over HTTP they can only be lowered."""

    max_samples: int = 65_536
    """Samples of `--data` that are run."""
    max_seconds: float = 300.0
    """Wall time of the run on data."""
    max_json_bytes: int = 64 * 2**20
    """Size of one JSON document in the file."""
    max_json_nodes: int = 2_000_000
    """Values in one JSON document."""
    max_json_depth: int = 200
    """Nesting of one JSON document."""
    max_number_length: int = 400
    """Characters of one number."""
    max_string_length: int = 16 * 2**20
    """Characters of one string."""
    max_members: int = 10_000
    """Members of an archive."""
    max_ratio: float = 100.0
    """Unpacked over packed size, for what unpacks to more than `ratio_floor`."""
    ratio_floor: int = 16 * 2**20
    """Bytes under which no ratio is judged."""
    max_unpacked_bytes: int = 64 * 2**30
    """Declared size of all members or data sets together."""
    max_layers: int = 10_000
    """Layers of a model, nested ones included."""
    max_nesting: int = 100
    """Nesting of models in models."""
    max_outputs: int = 1_000
    """Outputs of one layer."""
    max_links: int = 200_000
    """Groups and data sets of an HDF5 file."""
    max_attribute_bytes: int = 64 * 2**20
    """Size of one HDF5 attribute."""
    max_protobuf_nodes: int = 2_000_000
    """Fields of a SavedModel's messages that are visited."""
    max_protobuf_depth: int = 100
    """Nesting of groups in a message."""
    max_graph_bytes: int = 2**31 - 1
    """Size of saved_model.pb and keras_metadata.pb; past the default protobuf itself reads none."""
    max_index_bytes: int = 64 * 2**20
    """Size of variables.index."""
    max_key_bytes: int = 256 * 2**20
    """Length of all keys in variables.index together: each may repeat the one before at the cost of three bytes."""
    max_folder_depth: int = 8
    """Nesting of folders in a SavedModel."""
    max_header_bytes: int = 10_000
    """Size of the header of an array in `.npz`."""
    max_headroom_bytes: int = 2**30
    """Memory that the HDF5 library may take beyond what the process has, where the system can say so (Linux)."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to judge.

    select: codes or prefixes; replaces the default set. A rule that is off by default needs its full code.
    ignore: codes or prefixes that are left out.
    severity: another severity for a code.
    plugins: entry points of other distributions whose rules run too. Over HTTP they are the service's to name.
    input_range: the least and the greatest value of every input, where they are known.
    per_layer_ignores: pattern of layer paths (as in `fnmatch`) -> codes or prefixes that are not reported there.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    fail_on: FailOn = FailOn.WARNING
    input_range: tuple[float, float] | None = None
    per_layer_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Limits = Limits()
    plugins: tuple[str, ...] = ()
