"""A Keras model whose outputs are statistics: Keras compiles it for the running backend as it compiles any other."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from keras_act.probe.curve import Curve
from keras_act.probe.judge import Judge, LearntJudge
from keras_act.probe.passage import Passage
from keras_act.probe.reduce import AnyJudge, Layout, Reduced, counted, reduced
from keras_act.probe.sums import Squares, sum_of_squares

Tensor = Any
Source = Callable[[Any], dict[str, list[Passage]]]  # a batch of inputs -> what passed through each site


class Compiled(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """Calls a source of passages and reduces what it gives.

    Args:
        model: The model that the source calls: its weights must be this model's too.
        source: Inputs to passages.
        which: "firing", "activity" or "full".
        squares: Sums the squares of a tensor.
    """

    def __init__(self, model: Any, source: Source, which: str, squares: Squares = sum_of_squares) -> None:
        super().__init__(name="probe")
        self.inner = model
        self.source = source
        self.which = which
        self.squares = squares
        self.judges: dict[str, AnyJudge] = {}
        self.layouts: list[Layout] = []
        self.run_eagerly = model.run_eagerly
        self.jit_compile = model.jit_compile
        self.built = True  # the model inside is built; else JAX would run all of this once uncompiled, op by op

    def judge(self, name: str, curve: Curve) -> None:
        """Sets the tests of a site whose function never changes."""
        self.judges = {**self.judges, name: Judge(curve)}

    def judge_learnt(self, name: str, present: Callable[[], Curve]) -> None:
        """Sets the tests of a site whose function has learnt parameters."""
        rows = LearntJudge.rows(present())
        table = self.add_weight(shape=rows.shape, name="curve", trainable=False, dtype="float32", autocast=False)
        table.assign(rows)
        self.judges = {**self.judges, name: LearntJudge(table, present)}

    def update(self) -> None:
        """Reads learnt parameters anew."""
        for judge in self.judges.values():
            if isinstance(judge, LearntJudge):
                judge.update()

    def call(self, inputs: Any, training: bool = False) -> dict[str, Tensor]:
        """One batch's statistics: `counts` of shape (1, n) and `moments` of shape (1, m)."""
        found = [
            reduced(name, passages, self.judges[name], self.which, self.squares)
            for name, passages in self.source(inputs).items()
            if name in self.judges
        ]
        self._remember(found)
        counts = [counted(found)] if found else []
        moments = [part for site in found for part in site.moments]
        return {"counts": _row(counts, "int32"), "moments": _row(moments, "float32")}

    def _remember(self, found: list[Reduced]) -> None:
        self.layouts[:] = [site.layout for site in found]


def _row(parts: list[Tensor], empty: str) -> Tensor:
    return ops.expand_dims(ops.concatenate(parts) if parts else ops.zeros((0,), dtype=empty), 0)


def source_of_tensors(model: Any, names: Mapping[str, tuple[int | None, int]], axes: Mapping[str, int]) -> Source:
    """Passages from a functional model whose outputs are inputs and outputs of activations.

    Args:
        model: The functional model.
        names: Site to the indices of its pre-activation (or None) and its output among the model's outputs.
        axes: Site to its unit axis.
    """
    from keras.src.backend import get_keras_mask

    def source(inputs: Any) -> dict[str, list[Passage]]:
        outputs = model(inputs, training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        found = {}
        for name, (before, after) in names.items():
            y = outputs[after]
            z = None if before is None else outputs[before]
            found[name] = [Passage(z, y, get_keras_mask(y), axes[name] % len(y.shape))]
        return found

    return source
