"""Settings of this folder: 64-bit numbers on JAX, and the backends' own deprecation warnings."""

import os
import warnings

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if os.environ.get("KERAS_BACKEND") == "jax":
    os.environ.setdefault("JAX_ENABLE_X64", "1")  # float64 is one of the dtypes under test

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # TensorFlow's and JAX's own imports use what NumPy deprecates
    import keras


@pytest.fixture(autouse=True)
def _fresh_keras():
    """Names start anew and the random numbers are the same in every test; the dtype policy is put back."""
    keras.utils.set_random_seed(0)
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)


def pytest_collection_modifyitems(items):
    """Deprecations that a backend causes inside itself do not fail a test here; they are not this package's to mend."""
    for item in items:
        for module in ("tensorflow", "jax", "torch", "keras", "numpy", "google"):
            item.add_marker(pytest.mark.filterwarnings(f"ignore::DeprecationWarning:{module}"))
