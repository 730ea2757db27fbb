"""Hypothesis draws the same examples each time; `--hypothesis-profile random` draws others."""

from __future__ import annotations

import gc

from hypothesis import settings

settings.register_profile("random", print_blob=True)
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")


def pytest_collection_finish() -> None:
    """Leave what stays to the end out of garbage collections: Keras's `clear_session` has one each time."""
    gc.collect()
    gc.freeze()
