"""What a saved model is, once its spelling is forgotten: nodes, edges, weights. A leaf: imports nothing of ours.

ModelGraph
  nodes ---- Node: one call of one layer (a layer that is shared has several nodes with one `layer` path)
  |            inputs --- Edge: which node's which output, and under which argument it arrives
  |            weights -- {role: Weight}: handles, read when asked
  |            config --- Keras 3 names; activations and initializers as Activation and Initializer
  training -- Training: loss and optimizer as they were compiled
  defects --- Defect: what the reader met that a rule has a code for
  documents - the parsed JSON as stored, for rules about the file itself
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

Shape = tuple[int | None, ...]


class Weight(Protocol):
    """A stored tensor that has not been read yet."""

    @property
    def name(self) -> str:
        """Where it is stored: the dataset's path or the variable's key."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its dimensions."""

    @property
    def dtype(self) -> str:
        """NumPy's name of the stored type, or "bfloat16"."""

    def chunks(self, multiple: int = 1) -> Iterator[np.ndarray]:
        """Yield all values in C order, flat, in bounded pieces whose lengths are multiples of `multiple`.

        A piece is valid until the next one is asked for.
        """


@dataclass(frozen=True, slots=True)
class Activation:
    """An elementwise function (or softmax) by its canonical name and parameters.

    `name` is "unknown" for foreign code.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    spelling: str = ""

    def __str__(self) -> str:
        return self.spelling or self.name


@dataclass(frozen=True, slots=True)
class Initializer:
    """How a variable starts.

    `kind`: variance_scaling, normal, truncated_normal, uniform, constant, orthogonal, identity, unknown.

    Glorot, He and LeCun are variance_scaling with their (scale, mode, distribution); zeros and ones are constant.
    """

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    spelling: str = ""

    def __str__(self) -> str:
        return self.spelling or self.kind


@dataclass(frozen=True, slots=True)
class Edge:
    """The `tensor`-th output of node `source`; `argument` is the call's argument it is given as ("" for the first)."""

    source: str
    tensor: int = 0
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One call of one layer."""

    name: str
    """Unique in the graph: the layer's path, `#2` for its second call, `.activation` for a split-off activation."""
    layer: str
    """Path of the layer: names of the models it is nested in, joined by "/"."""
    op: str
    """Canonical Keras 3 class name; "Activation" for every activation; "Unknown" for code that is not Keras's own."""
    config: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Edge, ...] = ()
    weights: Mapping[str, Weight] = field(default_factory=dict)
    activation: Activation | None = None
    """Set exactly on nodes whose op is "Activation"."""
    class_name: str = ""
    """As stored."""
    wrappers: tuple[str, ...] = ()
    """Class names of the wrappers and cells it was taken out of, outermost first."""
    shape: Shape | None = None
    """Of the first output, with the batch axis; None where it could not be inferred."""
    dtype: str = "float32"
    """Of the computation ("float16" under mixed_float16)."""
    pointer: str = ""
    """JSON pointer to the layer in the stored document."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A compiled loss: canonical snake_case name ("unknown" for foreign code) and its configuration."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    foreign: str = ""
    """As stored, where it is unknown."""

    def __str__(self) -> str:
        return self.foreign or self.name


@dataclass(frozen=True, slots=True)
class Training:
    """How the model was compiled. `losses` has one entry an output, in the order of `ModelGraph.outputs`."""

    losses: tuple[Loss | None, ...] = ()
    optimizer: str = ""
    optimizer_config: Mapping[str, Any] = field(default_factory=dict)
    iterations: int | None = None
    """Steps that the stored optimizer has made, where it is stored."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Something the reader met and that the rule `code` reports."""

    code: str
    message: str
    pointer: str = ""
    layers: tuple[str, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unanalysed:
    """A layer, or the whole model, of which nothing can be said, and why."""

    layer: str
    class_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ModelGraph:
    """A model as the rules see it. `nodes` are in topological order."""

    format: str
    """"keras", "h5", "saved_model", "weights" (weights only) or "memory"."""
    nodes: tuple[Node, ...] = ()
    inputs: tuple[str, ...] = ()
    """Names of the InputLayer nodes, in order."""
    outputs: tuple[Edge, ...] = ()
    output_names: tuple[str, ...] = ()
    keras_version: str = ""
    training: Training | None = None
    parameters: int | None = None
    """Number of stored values that are weights; None where none could be read."""
    surplus: tuple[Weight, ...] = ()
    """Stored tensors that no layer claims."""
    guessed: bool = False
    """Whether the nodes are told from the weights alone: how they are set and joined is not in the file."""
    defects: tuple[Defect, ...] = ()
    unanalysed: tuple[Unanalysed, ...] = ()
    documents: Mapping[str, Any] = field(default_factory=dict)
    """Parsed JSON by its name in the file: config.json, model_config, training_config ..."""
