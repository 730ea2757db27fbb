"""Makes a function or class loadable by name (`keras_act>mish`) from a saved model."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import keras

Tensor = Any  # a tensor of the running backend, a KerasTensor or anything that converts to one
Public = TypeVar("Public", bound=Callable[..., Any])


def public(thing: Public) -> Public:
    """Registers `thing` under the package name `keras_act`, so that saved models find it after `import keras_act`."""
    return cast(Public, keras.saving.register_keras_serializable(package="keras_act")(thing))
