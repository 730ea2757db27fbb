"""Compiled losses of every Keras -> one name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linter.graph import Loss
from linter.read.normalise.names import words
from linter.read.normalise.values import bare_name, snake

KNOWN = words(
    """
    mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error huber log_cosh
    cosine_similarity hinge squared_hinge categorical_hinge kl_divergence poisson binary_crossentropy
    binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy sparse_categorical_crossentropy
    dice tversky circle ctc categorical_generalized_cross_entropy
    """
)
ALIASES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "kldivergence": "kl_divergence",
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "logcosh": "log_cosh",
    "huber_loss": "huber",
}


def loss(value: Any) -> Loss | None:
    """Translate a compiled loss: name, class, function or object; "unknown" for what is not Keras's."""
    if isinstance(value, str):
        return _named(value, {})
    if not isinstance(value, Mapping):
        return None
    config = value.get("config")
    if isinstance(config, str):  # a function by name
        return loss(config)
    settings = dict(config) if isinstance(config, Mapping) else {}
    name = value.get("class_name")
    if name == "LossFunctionWrapper":
        fn = settings.get("fn")
        name = fn.get("config") if isinstance(fn, Mapping) else fn
    return _named(name, settings)


def _named(stored: Any, settings: Mapping[str, Any]) -> Loss:
    name = _canonical(stored)
    return Loss(name, settings, bare_name(stored) if name == "unknown" else "")


def _canonical(name: Any) -> str:
    if not isinstance(name, str) or (">" in name and not name.startswith(("keras>", "Keras>"))):
        return "unknown"
    bare = bare_name(name)
    forms = (ALIASES.get(form, form) for form in (bare.lower(), snake(bare)))
    return next((form for form in forms if form in KNOWN), "unknown")
