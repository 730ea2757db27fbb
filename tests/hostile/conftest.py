"""What Keras itself warns of when it writes the base files is none of ours."""

import warnings

import pytest

from tests.hostile import base


@pytest.fixture(scope="session", autouse=True)
def base_files() -> None:
    """Write the base files once, TensorFlow's deprecations aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        base.keras_file()
        base.h5_file()
