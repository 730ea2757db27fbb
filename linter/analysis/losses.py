"""What each loss of Keras expects of the outputs it is given."""

from __future__ import annotations

from linter.graph import Loss

CATEGORICAL = frozenset(
    (
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "categorical_focal_crossentropy",
        "categorical_generalized_cross_entropy",
    )
)
"""One probability a class, that sum to 1 along the last axis."""
BINARY = frozenset(("binary_crossentropy", "binary_focal_crossentropy"))
"""One probability a unit."""
SHARES = frozenset(("kl_divergence", "dice", "tversky"))
"""Values between 0 and 1, normalised or not."""
REGRESSION = frozenset(
    (
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "huber",
        "log_cosh",
    )
)
"""Distances: any real number."""
MARGIN = frozenset(("hinge", "squared_hinge"))
"""Scores around 0, for labels -1 and 1."""
RATES = frozenset(("poisson",))
"""Positive numbers, of which the logarithm is taken."""
SQUARED_OR_ABSOLUTE = REGRESSION - {"mean_squared_logarithmic_error"}


def takes_logits(loss: Loss) -> bool:
    """Whether the loss was compiled with `from_logits=True`."""
    return bool(loss.config.get("from_logits"))
